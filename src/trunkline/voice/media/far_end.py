"""What a leg is connected to, as the engine sees it: a virtual phone, another leg, and later RTP,
WebRTC or a Media Stream. All of them are this, and nothing else of the engine knows which."""

from __future__ import annotations

from typing import Literal, Protocol

from trunkline.voice.media.frame import Frame

__all__ = ["EndReason", "FarEnd", "Line", "Refusal"]

Refusal = Literal["busy", "rejected", "failed"]
EndReason = Literal["normal", "busy", "rejected", "failed"]


class Line(Protocol):
    """What a far end says of itself: its leg listens."""

    def rings(self) -> None:
        """It was found, and rings."""

    def answered(self) -> None:
        """It took the platform's call."""

    def refused(self, reason: Refusal) -> None:
        """It does not take the platform's call, which is its end."""

    def hung_up(self) -> None:
        """It hung up, which is its end."""

    def digit(self, key: str) -> None:
        """It pressed a key, as an event."""

    def tones(self, alone: bool) -> None:
        """Whether its keys come as tones alone from here on: they are to be found in its audio."""

    def script_done(self, steps: int) -> None:
        """Of a virtual phone: it has nothing left to do by itself, and did so many steps."""


class FarEnd(Protocol):
    """One frame is pulled, then one is pushed, in each 20 ms of the engine."""

    def pull_frame(self) -> Frame:
        """What it says now. May call its line, which may have ended it by the return."""

    def push_frame(self, frame: Frame) -> None:
        """What it hears now."""

    def dtmf(self, key: str) -> None:
        """A key of the platform, as an event; the tone of it is heard, too."""

    def answer(self) -> None:
        """The platform takes its call."""

    def hang_up(self, reason: EndReason) -> None:
        """The platform ends it. Also called after it ended by itself."""
