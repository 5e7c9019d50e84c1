"""Legs as call control sees them: one party of a call, whatever is behind it.

The executor knows nothing but this. A virtual phone, RTP, WebRTC or a Media Stream differ in how
they are opened (`Legs`), and in nothing else. Methods send an order and return at once; what comes
of it is reported to the leg's listener.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from trunkline.voice.media.wire import Report, Source, Track
from trunkline.voice.phones.script import Step

__all__ = [
    "EngineLost",
    "HangUpReason",
    "Heard",
    "Leg",
    "Legs",
    "Listener",
    "MediaUnavailable",
    "RecordingOrder",
]

HangUpReason = Literal["normal", "busy", "rejected", "failed"]


class MediaUnavailable(Exception):
    """No media process can be started, or has room."""


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The media process of a leg has ended: so has the leg. In place of a report."""

    leg: str


Heard = Report | EngineLost
Listener = Callable[[Heard], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOrder:
    """See `wire.StartRecording`."""

    recording: str  # SID
    path: str
    track: Track = "both"
    channels: int = 1
    limit: int = 0  # frames
    silence: int = 0  # frames
    trim: bool = False


class Leg(Protocol):
    """One party of a call. Orders after its end (`hang_up`, or a report of it) do nothing."""

    sid: str  # of its call

    def answer(self) -> None:
        """Take the call that the far end makes."""

    def hang_up(self, reason: HangUpReason = "normal") -> None:
        """End it, or cancel its ringing."""

    def play(self, sources: Sequence[Source], *, loop: int = 1) -> int:
        """Play after all that is playing; the number that `Played` tells."""

    def stop_playing(self) -> None:
        """End all that plays or waits to."""

    def barge_in(self, on: bool) -> None:
        """Whether the next digit ends what plays."""

    def join(self, room: str) -> None:
        """Hear, and be heard by, the members of a room, which are in the same process."""

    def leave(self) -> None:
        """Leave the room."""

    def start_recording(self, order: RecordingOrder) -> None:
        """Record; `RecordingEnded` is reported."""

    def pause_recording(self, recording: str, *, silence: bool) -> None:
        """Leave out what comes, or write silence for it."""

    def resume_recording(self, recording: str) -> None:
        """Go on after a pause."""

    def stop_recording(self, recording: str, reason: str = "stopped") -> None:
        """End a recording."""

    def do(self, steps: Sequence[Step]) -> None:
        """Of a virtual phone: do this, too."""


class Legs(Protocol):
    """Opens legs. `near` is a leg in whose process the new one must be, to share a room with it."""

    async def open_phone(
        self,
        sid: str,
        world_id: str,
        listener: Listener,
        *,
        rings: bool,
        script: Sequence[Step],
        heard: str | None,
        near: Leg | None = None,
    ) -> Leg:
        """A leg to (`rings`) or from a virtual phone. Raises MediaUnavailable."""

    async def open_pair(
        self,
        sid: str,
        other_sid: str,
        world_id: str,
        listener: Listener,
        other_listener: Listener,
        *,
        near: Leg | None = None,
    ) -> tuple[Leg, Leg]:
        """The two legs of a call between two numbers of the platform: the caller's, then that of
        the number that is called. Raises MediaUnavailable."""
