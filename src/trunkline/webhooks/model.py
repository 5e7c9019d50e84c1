"""A request to the customer's app as a value: what is to be sent, what came of it, and what a kind
of request adds to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from trunkline.store import Job

if TYPE_CHECKING:
    from trunkline.webhooks.alerts.model import Alert
    from trunkline.webhooks.http import Exchange

__all__ = ["Completion", "Delivery", "DeliveryKind", "Parameters", "Prepares"]

Parameters = Sequence[tuple[str, str]]  # names and values, in the order of the wire


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One request to an app, which is made at least once: a row of the queue.

    Those of one subject go one after the other, in the order of their ids.
    """

    id: str  # 32 hex digits, greater than those made before
    token: str  # 32 hex digits: `I-Twilio-Idempotency-Token`, which a repetition keeps
    subject: str  # SID
    account_id: str  # 32 hex digits: its auth token signs
    world_id: str
    kind: str  # names the `DeliveryKind`
    url: str  # as it was configured: with userinfo and connection overrides
    method: str  # "POST" or "GET"
    data: dict[str, Any]  # what its kind needs to render it again; never the text of a message
    due_at: datetime  # world time
    created_at: datetime  # world time
    real_time: datetime
    parameters: Parameters | None = None  # None: its kind renders them
    attempt: int = 0  # how often it was begun by this process


@dataclass(slots=True)
class Completion:
    """What the end of a delivery brings about, in the commit that writes the end down."""

    jobs: list[Job] = field(default_factory=list)
    follow: list[Delivery] = field(default_factory=list)  # the subject's next requests
    alerts: list[Alert] = field(default_factory=list)


class DeliveryKind(Protocol):
    """What is peculiar to one kind of request: the family that it belongs to provides it."""

    reads_body: bool  # whether the body of the answer matters; else it is not kept

    def conversation(self, parameters: Parameters) -> tuple[str, str] | None:
        """The app's number and the phone whose cookies go along (behaviour 2.1); None for a
        request that belongs to no conversation."""

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        """What is sent; None when there is nothing to tell any more: its subject is gone."""

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """What comes of the answer, or of there being none (`exchange.error`).

        Called before the end is committed; called again for the same delivery when the platform
        was killed in between, so it must have no effect of its own.
        """


@runtime_checkable
class Prepares(Protocol):
    """A kind of which so many requests are read from the table that one query for each would be
    the larger part of their cost."""

    async def prepare(self, deliveries: Sequence[Delivery]) -> None:
        """Render the parameters of these requests, those whose subjects are there."""
