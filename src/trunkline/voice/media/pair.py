"""Two legs that are each other's far ends: a number of the platform calls another one."""

from __future__ import annotations

from trunkline.voice.media.far_end import EndReason, FarEnd, Line
from trunkline.voice.media.frame import SILENCE, Frame

__all__ = ["paired"]


def paired(caller: Line, called: Line) -> tuple[FarEnd, FarEnd]:
    """The far end of the caller's leg, and that of the leg which is called."""
    towards, back = _PairEnd(caller, calls=True), _PairEnd(called, calls=False)
    towards.other, back.other = back, towards
    return towards, back


class _PairEnd:
    """What one leg is given is what the other one hears, a frame later."""

    other: _PairEnd

    def __init__(self, line: Line, *, calls: bool) -> None:
        self._line = line
        self._calls = calls
        self._told_ringing = not calls
        self._answered = False
        self._over = False
        self._next: Frame = SILENCE

    def pull_frame(self) -> Frame:
        """Part of FarEnd."""
        if not self._told_ringing:
            self._told_ringing = True
            self._line.rings()
        frame, self._next = self._next, SILENCE
        return frame

    def push_frame(self, frame: Frame) -> None:
        """Part of FarEnd."""
        if self._answered:
            self.other._next = frame

    def dtmf(self, key: str) -> None:
        """Part of FarEnd."""
        if self._answered and not self._over:
            self.other._line.digit(key)

    def answer(self) -> None:
        """Part of FarEnd: of the leg that is called."""
        if not (self._calls or self._answered or self._over):
            self._answered = self.other._answered = True
            self.other._line.answered()

    def hang_up(self, reason: EndReason) -> None:
        """Part of FarEnd."""
        if self._over:
            return
        self._over = self.other._over = True
        if self._answered or self._calls:
            self.other._line.hung_up()
        else:
            self.other._line.refused("rejected" if reason == "normal" else reason)
