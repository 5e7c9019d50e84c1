"""What a verb leads to, when it is not the verb after it."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.voice.legs import HangUpReason
from trunkline.voice.session.documents import Request

__all__ = ["Finish", "GoTo", "Outcome"]


@dataclass(frozen=True, slots=True)
class GoTo:
    """Another document takes the place of this one."""

    request: Request


@dataclass(frozen=True, slots=True)
class Finish:
    """The call ends. `status` is what becomes of it, if it was not answered."""

    reason: HangUpReason = "normal"
    status: str = "no-answer"


Outcome = GoTo | Finish | None  # None: the next verb
