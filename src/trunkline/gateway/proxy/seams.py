"""What the proxy needs of parts that stand beside or above it, as Protocols."""

from __future__ import annotations

from typing import Protocol

from trunkline.gateway.audit import Entry
from trunkline.gateway.connectors import Injected
from trunkline.gateway.model import Connection

__all__ = ["Authorising", "Recorder"]


class Authorising(Protocol):
    """`oauth.Authorise`."""

    async def __call__(
        self, connection: Connection, *, refused: Injected | None = None
    ) -> Injected:
        """What authorises a request. With what the provider just refused: something newer. Raises
        GatewayError, and what `Forward` was told means that there is nothing newer."""


class Recorder(Protocol):
    """`audit.Audit`."""

    def require_room(self) -> None:
        """Raises Unavailable when an entry could not be kept."""

    def record(self, entry: Entry, /) -> None:
        """Take note; never waits, never raises."""
