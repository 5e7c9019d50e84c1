"""What a session hears, beside the reports of its leg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trunkline.voice.legs import Heard
from trunkline.voice.model import DocumentSource

__all__ = [
    "ChildNews",
    "EndOrder",
    "Event",
    "FarEndGone",
    "Interrupted",
    "News",
    "RedirectOrder",
    "TimeUp",
]


News = Literal["ringing", "ready", "left", "ended"]


@dataclass(frozen=True, slots=True)
class TimeUp:
    """A timer of the session's has run out."""

    timer: object


@dataclass(frozen=True, slots=True)
class ChildNews:
    """What became of a call that this one dials. `ready`: it was answered, its whisper is over.
    `left`: it goes on without this call. `ended`: with its last status."""

    sid: str
    what: News
    status: str | None = None


@dataclass(frozen=True, slots=True)
class RedirectOrder:
    """Go on with another document, at once (6.3)."""

    document: DocumentSource


@dataclass(frozen=True, slots=True)
class EndOrder:
    """Hang up. `status` is what becomes of a call that was not answered."""

    status: Literal["completed", "canceled", "no-answer", "failed"] = "completed"


Event = Heard | TimeUp | ChildNews | RedirectOrder | EndOrder


class Interrupted(Exception):
    """The session is to do something else at once."""

    def __init__(self, order: RedirectOrder | EndOrder) -> None:
        super().__init__(type(order).__name__)
        self.order = order


class FarEndGone(Exception):
    """The far end has hung up, or its leg is lost: no verb is executed any more."""

    def __init__(self, *, lost: bool = False) -> None:
        super().__init__("lost" if lost else "hung up")
        self.lost = lost  # its media process has ended
