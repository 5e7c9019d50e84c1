"""An alert as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Alert"]


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
