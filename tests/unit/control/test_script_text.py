from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.control.script_text import ScriptInvalid, parse_script, script_text
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
    StepWait,
)

TIMES = st.integers(0, 14_400_000)
WORDS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(str.strip)
STEPS = st.one_of(
    st.builds(StepAnswer, after_ms=TIMES),
    st.just(StepBusy()),
    st.just(StepReject()),
    st.just(StepHangUp()),
    st.builds(StepWait, ms=TIMES),
    st.builds(StepHear, silence_ms=TIMES, most_ms=TIMES),
    st.builds(StepPress, keys=st.from_regex(r"[0-9A-D#*wW]{1,64}", fullmatch=True)),
    st.builds(StepSay, text=WORDS),
    st.builds(StepPlay, path=WORDS),
)


def test_all_that_can_be_written() -> None:
    text = 'answer 2s; hear; press 1#; wait 3s; say "hello"; play a.wav; hangup'
    assert parse_script(text) == (
        StepAnswer(after_ms=2000),
        StepHear(),
        StepPress(keys="1#"),
        StepWait(ms=3000),
        StepSay(text="hello"),
        StepPlay(path="a.wav"),
        StepHangUp(),
    )


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", ()),
        ("ring", ()),
        (" ; \n ;", ()),
        ("busy", (StepBusy(),)),
        ("REJECT", (StepReject(),)),
        ("ring 20s; answer", (StepWait(ms=20_000), StepAnswer())),
        ("answer\nhear\npress 1", (StepAnswer(), StepHear(), StepPress(keys="1"))),
        ("hear 30s", (StepHear(most_ms=30_000),)),
        ("hear most 30s silence 1s", (StepHear(most_ms=30_000, silence_ms=1000),)),
        ("press 1 2 w 3", (StepPress(keys="12w3"),)),
        ("press 1 2 in-band", (StepPress(keys="12", in_band=True),)),
        ("press '1#'  In-Band", (StepPress(keys="1#", in_band=True),)),
        ('say "one; two"', (StepSay(text="one; two"),)),
        ('say "a \\"b\\" \\\\ c"', (StepSay(text='a "b" \\ c'),)),
        ("say I don't know; hangup", (StepSay(text="I don't know"), StepHangUp())),
        ("play 'my file.wav'", (StepPlay(path="my file.wav"),)),
    ],
)
def test_how_it_is_read(text: str, steps: tuple[Step, ...]) -> None:
    assert parse_script(text) == steps


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("answer; prss 1", "Step 2, 'prss 1': there is no step 'prss'; do you mean press?"),
        ("xyzzy", "there is no step 'xyzzy'; the steps are answer, hear"),
        ("wait", "say how long, e.g. wait 3s"),
        ("wait soon", "'soon' is no length of time"),
        ("wait 5h", "four hours are the most"),
        ("answer 1s 2s", "is no length of time"),
        ("hear 1s 2s", "a time is given twice"),
        ("hear silence", "say how long after 'silence'"),
        ("press", "keys are 0-9"),
        ("press 1x", "keys are 0-9"),
        ("press in-band", "keys are 0-9"),
        ("press 1 in-band 2", "keys are 0-9"),
        ("press " + "1" * 65, "length <= 64"),
        ("say", "say what"),
        ('say "hello', "has no end"),
        ('say "hello" you', "nothing may stand behind a quotation"),
        ("say " + "x" * 4097, "length <= 4096"),
        ("play", "name a file"),
        ("hangup now", "nothing stands behind this word"),
        ("say a\0b", "NUL"),
        ("x" * 70_000, "65536 characters at most"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, sentence: str) -> None:
    with pytest.raises(ScriptInvalid) as error:
        parse_script(text)
    assert sentence in str(error.value)


@given(st.lists(STEPS, max_size=6))
def test_what_is_shown_is_read_as_it_was(steps: list[Step]) -> None:
    assert parse_script(script_text(steps)) == tuple(steps)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused = ""
    try:
        parse_script(text)
    except ScriptInvalid as error:
        refused = str(error)
    assert len(refused) < 300
