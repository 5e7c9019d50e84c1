"""What a virtual phone does in a call: a small declared list, the same in the command line, the
control API and the pytest plugin.

A script begins when the phone rings (or, of a phone that calls, when it dials). Steps are done in
their order; an empty script rings for ever. When a script is done, the phone stays on the line
until the other side hangs up. Times are engine time: 20 ms a frame.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = [
    "DEFAULT_SCRIPT",
    "Step",
    "StepAnswer",
    "StepBusy",
    "StepHangUp",
    "StepHear",
    "StepPlay",
    "StepPress",
    "StepReject",
    "StepSay",
    "StepWait",
]

Milliseconds = Annotated[int, Meta(ge=0, le=14_400_000)]
Keys = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-D#*wW]+$")]


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """One thing that a phone does."""


class StepAnswer(_Step, frozen=True, tag="answer"):
    """Answer, so long after the step's beginning."""

    after_ms: Milliseconds = 1000


class StepBusy(_Step, frozen=True, tag="busy"):
    """Be busy: the end of the script."""


class StepReject(_Step, frozen=True, tag="reject"):
    """Decline the call: the end of the script."""


class StepWait(_Step, frozen=True, tag="wait"):
    """Do nothing for a while."""

    ms: Milliseconds


class StepHear(_Step, frozen=True, tag="hear"):
    """Wait for a prompt: until something was heard, and then `silence_ms` of silence. At the
    latest `most_ms` after the step's beginning it goes on all the same."""

    silence_ms: Milliseconds = 500
    most_ms: Milliseconds = 60_000


class StepPress(_Step, frozen=True, tag="press"):
    """Press keys, one after the other; `w` waits half a second, `W` a second. `in_band`: from here
    on the phone sends keys as tones alone, without events, and the platform listens for them."""

    keys: Keys
    in_band: bool = False


class StepSay(_Step, frozen=True, tag="say"):
    """StepPlay a text. The engine is given the file of it."""

    text: Annotated[str, Meta(min_length=1, max_length=4096)]


class StepPlay(_Step, frozen=True, tag="play"):
    """Play a WAV into the call: a path of the machine that the platform runs on."""

    path: Annotated[str, Meta(min_length=1, max_length=4096)]


class StepHangUp(_Step, frozen=True, tag="hangup"):
    """Hang up: the end of the script."""


Step = (
    StepAnswer
    | StepBusy
    | StepReject
    | StepWait
    | StepHear
    | StepPress
    | StepSay
    | StepPlay
    | StepHangUp
)

# A phone of which nothing was said answers as people do, and listens.
DEFAULT_SCRIPT: tuple[Step, ...] = (StepAnswer(after_ms=1000),)
