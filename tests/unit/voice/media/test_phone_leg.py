"""What a virtual phone does by its script, frame by frame."""

from __future__ import annotations

import pytest

from tests.unit.voice.media.engine_run import EngineRun, frames_of
from trunkline.voice.media.wire import (
    Answer,
    Answered,
    Digit,
    HangUp,
    HeardWritten,
    HungUp,
    PhoneDo,
    RecordingEnded,
    Refused,
    Ringing,
    ScriptDone,
    Silence,
    StartRecording,
)
from trunkline.voice.phones.script import (
    StepAnswer,
    StepBusy,
    StepHangUp,
    StepHear,
    StepPlay,
    StepPress,
    StepReject,
    StepWait,
)


def test_rings_and_answers_after_its_time(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=1000))
    assert run.run(60) == [
        Ringing(leg="CA1", frame=1),
        Answered(leg="CA1", frame=51),
        ScriptDone(leg="CA1", frame=51, steps=1),
    ]


def test_rings_for_ever_without_a_script(run: EngineRun) -> None:
    run.phone()
    assert run.run(10_000) == [Ringing(leg="CA1", frame=1)]


@pytest.mark.parametrize(
    ("step", "reason"),
    [(StepBusy(), "busy"), (StepReject(), "rejected"), (StepHangUp(), "rejected")],
)
def test_does_not_take_the_call(
    run: EngineRun, step: StepBusy | StepReject | StepHangUp, reason: str
) -> None:
    run.phone(StepWait(ms=100), step, StepAnswer())
    refused = run.until(Refused)
    assert (refused.frame, refused.reason) == (6, reason)
    assert run.run(200) == []
    assert run.engine.legs == 0


def test_presses_keys_one_after_the_other(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepPress(keys="1w#"), StepHangUp())
    digits = [report for report in run.run(200) if isinstance(report, Digit)]
    # A key takes 200 ms, `w` half a second.
    assert [(digit.digit, digit.frame) for digit in digits] == [("1", 1), ("#", 36)]
    assert isinstance(run.reports[-1], HungUp)
    assert run.reports[-1].frame == 46


def test_keys_are_audible(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepWait(ms=200), StepPress(keys="5"), StepHangUp())
    path = str(run.folder / "r.wav")
    run.engine.apply(StartRecording(recording="RE1", leg="CA1", path=path, track="inbound"))
    assert run.until(RecordingEnded).sound


def test_keys_in_band_are_found_in_the_audio(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepPress(keys="159D#", in_band=True))
    digits = [report for report in run.run(100) if isinstance(report, Digit)]
    assert "".join(digit.digit for digit in digits) == "159D#"
    # Within 60 ms of the beginning of the tone.
    assert all(digit.frame - (1 + 10 * number) <= 3 for number, digit in enumerate(digits))


def test_no_key_is_told_twice_of_a_phone_that_changes_its_way(run: EngineRun) -> None:
    run.phone(
        StepAnswer(after_ms=0),
        StepPress(keys="1"),
        StepPress(keys="2", in_band=True),
        StepPress(keys="33"),
        StepHangUp(),
    )
    digits = [report.digit for report in run.run(100) if isinstance(report, Digit)]
    assert "".join(digits) == "1233"


def test_waits_for_the_end_of_a_prompt(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepHear(silence_ms=500), StepPress(keys="1"))
    run.step(1)
    run.play("CA1", run.levels("prompt.wav", [3000, -3000] * 25))  # frames 2 to 51
    digit = run.until(Digit)
    assert 51 + 25 <= digit.frame <= 51 + 25 + 3


def test_does_not_wait_for_ever(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepHear(most_ms=3000), StepPress(keys="1"))
    assert run.until(Digit).frame == 151


def test_a_pause_of_a_prompt_is_not_its_end(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepHear(silence_ms=500), StepPress(keys="1"))
    run.step(1)
    loud = run.levels("prompt.wav", [3000, -3000] * 10)
    run.play("CA1", loud, Silence(frames=20), loud)
    assert run.until(Digit).frame >= 1 + 60 + 25


def test_plays_a_file(run: EngineRun) -> None:
    sound = run.levels("said.wav", [100, 200, 300])
    run.phone(StepAnswer(after_ms=0), StepPlay(path=sound.path), StepHangUp())
    path = str(run.folder / "r.wav")
    run.engine.apply(StartRecording(recording="RE1", leg="CA1", path=path, track="inbound"))
    run.until(HungUp)
    run.step(run.frame)
    # It is read while the frame passes in which the step begins.
    assert frames_of(path) == [[0, 100, 200, 300]]


def test_a_file_that_is_not_there_is_left_out(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0), StepPlay(path="/nowhere.wav"), StepHangUp())
    assert run.until(HungUp).frame < 5


def test_to_press_is_to_answer(run: EngineRun) -> None:
    run.phone(StepPress(keys="1"))
    assert [type(report) for report in run.run(5)] == [Ringing, Answered, Digit]


def test_a_phone_that_calls_does_nothing_before_it_was_answered(run: EngineRun) -> None:
    run.phone(StepWait(ms=100), StepPress(keys="1"), rings=False)
    assert run.run(50) == []
    run.engine.apply(Answer(leg="CA1"))
    assert run.until(Digit).frame == 51


def test_a_phone_that_calls_gives_up(run: EngineRun) -> None:
    run.phone(StepWait(ms=1000), StepHangUp(), rings=False)
    assert run.until(HungUp).frame == 51


def test_does_more_when_told(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0))
    assert run.until(ScriptDone).steps == 1
    run.run(100)
    run.engine.apply(PhoneDo(leg="CA1", steps=(StepPress(keys="9"), StepWait(ms=100))))
    assert run.until(Digit).frame == 101
    done = run.until(ScriptDone)
    assert (done.steps, done.frame) == (3, 101 + 10 + 5)


def test_keeps_what_it_hears_from_its_answer_on(run: EngineRun) -> None:
    heard = run.folder / "heard.wav"
    run.phone(StepAnswer(after_ms=200), heard=str(heard))
    run.until(ScriptDone)
    run.play("CA1", run.levels("prompt.wav", [5, 6, 7]))
    run.run(run.frame + 5)
    run.engine.apply(HangUp(leg="CA1"))
    assert run.until(HeardWritten).leg == "CA1"
    # The frame of the answer, three of the prompt, two of silence.
    assert frames_of(heard) == [[0, 5, 6, 7, 0, 0]]


def test_a_phone_that_never_answered_has_heard_nothing(run: EngineRun) -> None:
    heard = run.folder / "heard.wav"
    run.phone(StepBusy(), heard=str(heard))
    assert [type(report) for report in run.step(10)] == [Ringing, Refused, HeardWritten]
    assert not heard.exists()
