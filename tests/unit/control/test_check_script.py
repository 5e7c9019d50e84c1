from __future__ import annotations

import pytest

from trunkline.control.check_script import MOST_STEPS, check_script
from trunkline.control.script_text import ScriptInvalid, parse_script
from trunkline.voice.phones.script import StepWait


@pytest.mark.parametrize(
    "text",
    [
        "ring",
        "answer; hear; press 1; hangup",
        "hear; press 1",
        "busy",
        "wait 2s; reject",
        "wait 20s; answer",
        "wait 5s; hangup",
        "wait 5s",
    ],
)
def test_what_a_phone_that_rings_can_do(text: str) -> None:
    check_script(parse_script(text), rings=True)


@pytest.mark.parametrize(
    ("text", "rings", "sentence"),
    [
        ("answer; answer", True, "Step 2, 'answer': the phone is on the line already."),
        ("hear; busy", True, "only a phone that rings"),
        ("answer", False, "the phone is on the line already"),
        ("reject", False, "only a phone that rings"),
        ("hangup; hear", False, "Step 1, 'hangup': nothing can come behind"),
        ("busy; answer", True, "nothing can come behind"),
    ],
)
def test_what_could_never_be_done(text: str, rings: bool, sentence: str) -> None:
    with pytest.raises(ScriptInvalid) as error:
        check_script(parse_script(text), rings=rings)
    assert sentence in str(error.value)


def test_there_is_a_limit() -> None:
    check_script([StepWait(ms=1)] * MOST_STEPS, rings=False)
    with pytest.raises(ScriptInvalid, match="200 steps at most"):
        check_script([StepWait(ms=1)] * (MOST_STEPS + 1), rings=False)
