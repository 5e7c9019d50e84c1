"""The engine: what plays, who hears whom, what is recorded, and what is reported of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.voice.media.engine_run import WORLD, EngineRun, frames_of
from trunkline.voice.media.engine import Engine
from trunkline.voice.media.leg import MediaLeg
from trunkline.voice.media.playing import Sounds
from trunkline.voice.media.recording import RecordingWriter
from trunkline.voice.media.wire import (
    Answer,
    Answered,
    BargeIn,
    Digit,
    Digits,
    File,
    Freeze,
    Frozen,
    HangUp,
    HungUp,
    Join,
    Leave,
    OpenPhone,
    OpenWorld,
    PauseRecording,
    PhoneDo,
    Played,
    RecordingEnded,
    Refused,
    ResumeRecording,
    Ringing,
    Silence,
    StartRecording,
    StopPlaying,
    StopRecording,
    Thaw,
)
from trunkline.voice.phones.script import StepAnswer, StepHangUp, StepPlay, StepPress, StepWait

AT_ONCE = StepAnswer(after_ms=0)


def record(run: EngineRun, leg: str = "CA1", name: str = "RE1", **order: object) -> Path:
    path = run.folder / f"{name}.wav"
    run.engine.apply(
        StartRecording(recording=name, leg=leg, path=str(path), **order)  # type: ignore[arg-type]
    )
    return path


# Playing ----------------------------------------------------------------------------------------
def test_plays_in_order_and_tells_the_end_of_each(run: EngineRun) -> None:
    run.phone(AT_ONCE)
    run.run(1)
    run.play("CA1", run.levels("a.wav", [1, 2]), Silence(frames=3), playback=1)
    run.play("CA1", run.levels("b.wav", [3]), playback=2, loop=2)
    assert run.run(50) == [
        Played(leg="CA1", frame=6, playback=1),
        Played(leg="CA1", frame=8, playback=2),
    ]


def test_a_file_that_cannot_be_read_is_told(run: EngineRun) -> None:
    run.phone(AT_ONCE)
    (run.folder / "no.wav").write_bytes(b"RIFFnonsense")
    run.play("CA1", File(path=str(run.folder / "no.wav")), playback=1)
    run.play("CA1", run.levels("a.wav", [1]), playback=2)
    played = [report for report in run.run(10) if isinstance(report, Played)]
    assert [(report.playback, report.failed) for report in played] == [(1, True), (2, False)]


def test_a_digit_ends_what_plays_and_waits(run: EngineRun) -> None:
    run.phone(AT_ONCE, StepWait(ms=200), StepPress(keys="7"))
    run.engine.apply(BargeIn(leg="CA1", on=True))
    run.play("CA1", run.levels("long.wav", [9] * 500), playback=1)
    run.play("CA1", run.levels("more.wav", [8] * 500), playback=2)
    path = record(run, track="outbound")
    digit = run.until(Digit)
    assert digit.barged
    # The digit is told before what it ended.
    assert run.reports[-3:] == [
        digit,
        Played(leg="CA1", frame=digit.frame, playback=1, stopped=True),
        Played(leg="CA1", frame=digit.frame, playback=2, stopped=True),
    ]
    run.run(100)
    run.engine.apply(StopRecording(recording="RE1"))
    run.until(RecordingEnded)
    heard = frames_of(path)[0]
    # Not a frame of the prompt is heard from the digit's own on.
    assert heard[: digit.frame - 1] == [9] * (digit.frame - 1)
    assert not any(heard[digit.frame - 1 :])


def test_a_digit_ends_nothing_unless_told(run: EngineRun) -> None:
    run.phone(AT_ONCE, StepPress(keys="7"))
    run.play("CA1", run.levels("long.wav", [9] * 50))
    assert not run.until(Digit).barged
    assert not run.until(Played).stopped


# Two parties ------------------------------------------------------------------------------------
def test_members_of_a_room_hear_each_other(run: EngineRun) -> None:
    said = run.levels("said.wav", [11] * 20)
    run.phone(AT_ONCE, StepPlay(path=said.path), leg="CA1")
    run.phone(AT_ONCE, leg="CA2")
    run.phone(AT_ONCE, leg="CA3")
    for leg in ("CA1", "CA2"):
        run.engine.apply(Join(leg=leg, room="R"))
    paths = [record(run, leg, f"RE{leg}", track="outbound") for leg in ("CA1", "CA2", "CA3")]
    run.run(10)
    run.engine.apply(Leave(leg="CA2"))
    run.run(15)
    for leg in ("CA1", "CA2", "CA3"):
        run.engine.apply(HangUp(leg=leg))
    run.run(16)
    first, second, third = [frames_of(path)[0] for path in paths]
    assert second == [0] + [11] * 9 + [0] * 5
    assert not any(first)
    assert not any(third)


def test_a_key_that_accepts_a_call_is_not_heard_in_the_room(run: EngineRun) -> None:
    said = run.levels("said.wav", [11] * 20)
    run.phone(AT_ONCE, StepPress(keys="5"), StepPlay(path=said.path), leg="CA1")
    run.phone(AT_ONCE, leg="CA2")
    run.until(Digit)
    for leg in ("CA1", "CA2"):
        run.engine.apply(Join(leg=leg, room="R"))
    path = record(run, "CA2", track="outbound")
    run.run(40)
    run.engine.apply(HangUp(leg="CA2"))
    run.until(RecordingEnded)
    heard = frames_of(path)[0]
    assert [level for level in heard if level] == [11] * 20


def test_a_key_that_is_pressed_in_the_room_is_heard(run: EngineRun) -> None:
    run.phone(AT_ONCE, StepWait(ms=100), StepPress(keys="5"), leg="CA1")
    run.phone(AT_ONCE, leg="CA2")
    run.run(2)
    for leg in ("CA1", "CA2"):
        run.engine.apply(Join(leg=leg, room="R"))
    path = record(run, "CA2", track="outbound")
    run.run(30)
    run.engine.apply(HangUp(leg="CA2"))
    assert run.until(RecordingEnded).sound
    assert any(frames_of(path)[0])


def test_three_in_a_room_hear_the_sum_of_the_others(run: EngineRun) -> None:
    for number, level in enumerate((1000, 200, 30), 1):
        said = run.levels(f"{number}.wav", [level] * 10)
        run.phone(AT_ONCE, StepPlay(path=said.path), leg=f"CA{number}")
        run.engine.apply(Join(leg=f"CA{number}", room="R"))
    paths = [record(run, f"CA{n}", f"RE{n}", track="outbound") for n in (1, 2, 3)]
    run.run(5)
    for number in (1, 2, 3):
        run.engine.apply(StopRecording(recording=f"RE{number}"))
    run.run(6)
    assert [frames_of(path)[0][3] for path in paths] == [230, 1030, 1200]


def test_what_plays_goes_before_the_room(run: EngineRun) -> None:
    said = run.levels("said.wav", [11] * 20)
    run.phone(AT_ONCE, StepPlay(path=said.path), leg="CA1")
    run.phone(AT_ONCE, leg="CA2")
    for leg in ("CA1", "CA2"):
        run.engine.apply(Join(leg=leg, room="R"))
    path = record(run, "CA2", track="outbound")
    run.play("CA2", run.levels("whisper.wav", [5] * 3))
    run.run(6)
    run.engine.apply(StopRecording(recording="RE1"))
    run.run(7)
    assert frames_of(path)[0] == [5, 5, 5, 11, 11, 11]


def test_a_pair_calls_talks_and_hangs_up(run: EngineRun) -> None:
    run.pair()
    assert run.run(10) == [Ringing(leg="CA1", frame=1)]
    run.engine.apply(Answer(leg="CA2"))
    assert run.step(run.frame) == [Answered(leg="CA1", frame=10)]
    path = record(run, "CA2", track="inbound")
    run.play("CA1", run.levels("said.wav", [1, 2, 3]))
    run.run(20)
    run.engine.apply(HangUp(leg="CA1"))
    assert [type(report) for report in run.step(21)] == [HungUp, RecordingEnded]
    # A frame later than it was said.
    assert frames_of(path)[0][:5] == [0, 1, 2, 3, 0]
    assert run.engine.legs == 0


def test_digits_that_are_played_to_a_pair_are_keys_of_the_other(run: EngineRun) -> None:
    run.pair()
    run.engine.apply(Answer(leg="CA2"))
    run.play("CA1", Digits(digits="12w3"))
    digits = [report for report in run.run(200) if isinstance(report, Digit)]
    assert [(digit.leg, digit.digit) for digit in digits] == [
        ("CA2", "1"),
        ("CA2", "2"),
        ("CA2", "3"),
    ]


def test_a_pair_that_is_not_answered(run: EngineRun) -> None:
    run.pair()
    run.run(2)
    run.engine.apply(HangUp(leg="CA2", reason="busy"))
    assert run.step(3) == [Refused(leg="CA1", frame=2, reason="busy")]


def test_a_caller_of_a_pair_gives_up(run: EngineRun) -> None:
    run.pair()
    run.run(2)
    run.engine.apply(HangUp(leg="CA1"))
    assert run.step(3) == [HungUp(leg="CA2", frame=2)]


# Recordings -------------------------------------------------------------------------------------
def test_records_both_sides(run: EngineRun) -> None:
    said = run.levels("said.wav", [1, 2, 3])
    run.phone(AT_ONCE, StepPlay(path=said.path))
    path = record(run, channels=2)
    run.play("CA1", run.levels("prompt.wav", [7, 8, 9]))
    run.run(5)
    run.engine.apply(StopRecording(recording="RE1", reason="key"))
    ended = run.until(RecordingEnded)
    assert (ended.frames, ended.reason, ended.frame) == (5, "key", 5)
    assert frames_of(path) == [[0, 1, 2, 3, 0], [7, 8, 9, 0, 0]]


def test_a_recording_ends_by_its_limit_at_the_frame_of_it(run: EngineRun) -> None:
    run.phone(AT_ONCE)
    run.run(5)
    path = record(run, limit=100)
    ended = run.until(RecordingEnded)
    # In a world that is stepped no frame passes before the file is whole.
    assert (ended.frame, ended.frames, ended.reason, ended.sound) == (105, 100, "limit", False)
    assert len(frames_of(path)[0]) == 100


def test_a_pause_of_a_recording(run: EngineRun) -> None:
    run.phone(AT_ONCE)
    path = record(run, track="outbound")
    run.play("CA1", run.levels("count.wav", list(range(1, 10))))
    run.run(3)
    run.engine.apply(PauseRecording(recording="RE1", silence=False))
    run.run(5)
    run.engine.apply(ResumeRecording(recording="RE1"))
    run.run(6)
    run.engine.apply(PauseRecording(recording="RE1", silence=True))
    run.run(8)
    run.engine.apply(StopRecording(recording="RE1"))
    run.until(RecordingEnded)
    assert frames_of(path) == [[1, 2, 3, 6, 0, 0]]


def test_the_end_of_a_leg_ends_its_recordings(run: EngineRun) -> None:
    run.phone(AT_ONCE, StepWait(ms=100), StepHangUp())
    record(run)
    run.until(HungUp)
    assert isinstance(run.reports[-1], RecordingEnded)
    assert run.reports[-1].reason == "hangup"


def test_a_recording_that_comes_too_late_is_told(run: EngineRun) -> None:
    record(run, leg="CAgone")
    assert run.until(RecordingEnded).reason == "failed"


def test_a_recording_that_cannot_be_written_is_told(run: EngineRun) -> None:
    run.phone(AT_ONCE)
    run.engine.apply(StartRecording(recording="RE1", leg="CA1", path="/nowhere/RE1.wav"))
    assert run.until(RecordingEnded).reason == "failed"
    ((recording, problem),) = run.unwritten
    assert recording == "RE1"
    assert "No such file or directory" in problem


# Worlds -----------------------------------------------------------------------------------------
def test_a_world_that_stands_still_is_not_moved_by_ticks(run: EngineRun) -> None:
    run.engine.apply(OpenWorld(world="W2", frame=70, frozen=False))
    run.engine.run_frame()
    assert (run.frame, run.engine.worlds["W2"].frame) == (0, 71)
    run.engine.apply(Freeze(world="W2"))
    assert run.engine.take_reports() == [Frozen(world="W2", frame=71)]
    run.engine.run_frame()
    assert run.engine.worlds["W2"].frame == 71
    run.engine.apply(Thaw(world="W2"))
    run.engine.run_frame()
    assert run.engine.worlds["W2"].frame == 72


def test_no_frame_passes_over_what_an_order_brought_about(run: EngineRun) -> None:
    run.phone(AT_ONCE)
    run.run(3)
    run.play("CA1", Silence(frames=100))
    run.engine.apply(StopPlaying(leg="CA1"))
    assert run.step(100) == [Played(leg="CA1", frame=3, playback=1, stopped=True)]
    assert run.frame == 3


def test_orders_to_legs_that_ended_do_nothing(run: EngineRun) -> None:
    for order in (
        Answer(leg="CA9"),
        HangUp(leg="CA9"),
        StopPlaying(leg="CA9"),
        BargeIn(leg="CA9", on=True),
        Join(leg="CA9", room="R"),
        Leave(leg="CA9"),
        StopRecording(recording="RE9"),
        PauseRecording(recording="RE9", silence=True),
        ResumeRecording(recording="RE9"),
        PhoneDo(leg="CA9", steps=(AT_ONCE,)),
        Thaw(world="W9"),
    ):
        run.engine.apply(order)
    assert run.step(5) == []


def test_a_fault_ends_no_more_than_one_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Exception] = []
    engine = Engine(Sounds(), RecordingWriter(), faulty=faults.append)
    engine.apply(OpenWorld(world=WORLD, frame=0, frozen=False))
    for leg in ("CA1", "CA2"):
        engine.apply(
            OpenPhone(leg=leg, world=WORLD, rings=True, script=(StepAnswer(after_ms=100),))
        )
    whole = MediaLeg.speak

    def faulty(leg: MediaLeg, room: object) -> None:
        if leg.sid == "CA1":
            raise RuntimeError("a defect")
        whole(leg, room)  # type: ignore[arg-type]

    monkeypatch.setattr(MediaLeg, "speak", faulty)
    for _ in range(10):
        engine.run_frame()
    engine.close()
    reports = [(type(report), report.leg) for report in engine.take_reports()]  # type: ignore[union-attr]
    assert (HungUp, "CA1") in reports
    assert (Answered, "CA2") in reports
    assert [str(fault) for fault in faults] == ["a defect"]


def test_the_same_run_twice_reports_the_same(tmp_path: Path) -> None:
    told = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        run = EngineRun(folder)
        said = run.levels("said.wav", [3000, -3000] * 100)
        run.phone(StepAnswer(after_ms=300), StepPlay(path=said.path), StepPress(keys="12"))
        record(run, silence=50, trim=True)
        run.run(600)
        run.engine.close()
        told.append(run.reports)
    assert told[0] == told[1]
    assert all(one.frame <= other.frame for one, other in pairwise(told[0]))  # type: ignore[union-attr]
