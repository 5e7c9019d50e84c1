"""An alert, and the request to the app that it tells of, as values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trunkline.webhooks.model import Delivery, Parameters

__all__ = ["Alert", "DeliveryRow", "Render"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that went wrong (behaviour 3.3). Made by `AlertMaker`, which bounds its texts.

    It never holds the text of a message: that lives once, and is read when an alert is shown.
    """

    sid: str  # "NO…"
    account_id: str  # 32 hex digits
    world_id: str
    code: int  # of Twilio's error dictionary
    level: str  # "error" or "warning"
    message: str  # `Msg` of the alert's text, at most 1,000 characters
    resource: str | None  # SID of what it happened to
    service: str | None  # SID of the service that it belongs to
    delivery_id: str | None  # of the request to the app that failed
    url: str | None  # of that request, without userinfo and fragment
    method: str | None
    details: Mapping[str, str]  # more fields of the alert's text, such as httpResponse
    created_at: datetime  # world time
    real_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A request to the app that has ended: a row of `deliveries`."""

    id: str
    token: str
    subject: str  # SID
    account_id: str
    world_id: str
    kind: str
    url: str
    method: str
    data: dict[str, Any]
    outcome: str
    status: int | None
    error_code: int | None
    attempts: Sequence[Mapping[str, Any]]
    response_headers: Sequence[tuple[str, str]]
    response_body: bytes | None  # None: not kept, or forgotten with its message
    created_at: datetime
    real_time: datetime

    def delivery(self) -> Delivery:
        """The request as its kind knows it, to be rendered again."""
        return Delivery(
            id=self.id,
            token=self.token,
            subject=self.subject,
            account_id=self.account_id,
            world_id=self.world_id,
            kind=self.kind,
            url=self.url,
            method=self.method,
            data=self.data,
            due_at=self.created_at,
            created_at=self.created_at,
            real_time=self.real_time,
        )


# What was sent, rendered again by the delivery's kind; None: its subject is gone.
Render = Callable[[DeliveryRow], Awaitable[Parameters | None]]
