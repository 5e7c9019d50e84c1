"""Kinds of requests: what a family adds to sending one, and to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from trunkline.store import Job
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.http.exchange import NO_HEADERS, Exchange
from trunkline.webhooks.model import Delivery, Parameters

__all__ = ["Completion", "DeliveryKind", "Prepares", "headers_of"]


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


def headers_of(kind: DeliveryKind | None) -> Mapping[str, str]:
    """What the requests of a kind have besides the headers of every request: its `headers`."""
    # Not by `isinstance` of a protocol, which costs much more, for each request.
    headers: Mapping[str, str] = getattr(kind, "headers", NO_HEADERS)
    return headers
