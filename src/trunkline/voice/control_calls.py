"""What the API may do with calls that are going on: the port that sessions serve."""

from __future__ import annotations

from typing import Literal, Protocol

from trunkline.voice.legs import Leg
from trunkline.voice.model import DocumentSource, NewCall

__all__ = ["ControlCalls", "Ending", "NotInProgress"]


class NotInProgress(Exception):
    """The call has ended, or has not been answered (21220)."""


class Ending(NotInProgress):
    """The call is ending: its last status is about to be written down."""


class ControlCalls(Protocol):
    """The calls of this node. Every method raises NotInProgress where it comes too late."""

    def begin(self, call: NewCall) -> None:
        """Dial a call that was committed, when its turn comes."""

    async def redirect(self, sid: str, document: DocumentSource) -> None:
        """Leave the current verb at once and go on with another document."""

    async def end(self, sid: str, status: Literal["completed", "canceled"]) -> None:
        """Hang up, whatever it is doing; returns once the call's last status is committed.
        `canceled` is for calls that were not answered."""

    def limit(self, sid: str, seconds: int) -> None:
        """End the call so long after its answer."""

    def leg(self, sid: str) -> Leg:
        """The leg of a call that was answered, to record it."""
