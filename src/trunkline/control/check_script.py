"""Whether the steps of a script can be done in their order."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.control.script_text import ScriptInvalid, script_text
from trunkline.voice.phones.script import (
    Step,
    StepAnswer,
    StepBusy,
    StepHangUp,
    StepHear,
    StepPlay,
    StepPress,
    StepReject,
    StepSay,
)

__all__ = ["MOST_STEPS", "check_script"]

MOST_STEPS = 200
ENDS = (StepHangUp, StepBusy, StepReject)
REFUSALS = (StepBusy, StepReject)
# A phone that is to hear, press or speak answers before, if it rings.
ANSWERING = (StepAnswer, StepHear, StepPress, StepSay, StepPlay)


def check_script(steps: Sequence[Step], *, rings: bool) -> None:
    """`rings`: the phone is being called and has not answered yet. Raises ScriptInvalid, with a
    sentence, for what could never be done: it would be passed over in silence.
    """
    if len(steps) > MOST_STEPS:
        raise ScriptInvalid(f"A script has {MOST_STEPS} steps at most.")
    ringing = rings
    for number, step in enumerate(steps, 1):
        where = f"Step {number}, '{script_text([step])}'"
        if isinstance(step, StepAnswer) and not ringing:
            raise ScriptInvalid(f"{where}: the phone is on the line already.")
        if isinstance(step, REFUSALS) and not ringing:
            raise ScriptInvalid(f"{where}: only a phone that rings can do this.")
        if isinstance(step, ENDS) and number < len(steps):
            raise ScriptInvalid(f"{where}: nothing can come behind the end of the call.")
        ringing = ringing and not isinstance(step, ANSWERING)
