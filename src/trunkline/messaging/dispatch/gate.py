"""What stands between the queue and the lanes: senders have rates (behaviour 5.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from trunkline.messaging.model import Dispatch

__all__ = ["Gate", "OpenGate"]


class Gate(Protocol):
    """Keeps messages until it is their sender's turn.

    The dispatcher shows it each message that is about to be submitted. One that it keeps is not
    being worked on: a world may come to rest meanwhile. When its turn has come, the gate calls
    the dispatcher's `admit` with it, as the world's clock gets there by itself or is moved. One
    whose sender is another node's it leaves to that node, and calls the dispatcher's `leave`.
    """

    def keeps(self, dispatch: Dispatch) -> bool:
        """Whether it keeps the message; else the message goes on at once."""

    def earliest(self, world_id: str) -> datetime | None:
        """The world time of the next turn of what it keeps of a world."""

    def clear(self, world_id: str) -> list[Dispatch]:
        """Keep nothing of a world any more; what it did."""


class OpenGate:
    """Keeps nothing."""

    def keeps(self, dispatch: Dispatch) -> bool:
        """It never does."""
        return False

    def earliest(self, world_id: str) -> datetime | None:
        """There is none."""
        return None

    def clear(self, world_id: str) -> list[Dispatch]:
        """There was nothing."""
        return []
