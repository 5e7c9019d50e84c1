"""Recordings: what is in the file, when they end, and what is left when the process is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trunkline.voice.media import recording as recording_module
from trunkline.voice.media.frame import FRAME_SAMPLES, SILENCE, Frame
from trunkline.voice.media.recording import EndedRecording, Recording, RecordingWriter
from trunkline.voice.media.wave_file import HEADER_BYTES, map_wave, repair_wave
from trunkline.voice.media.wire import StartRecording

LOUD = np.resize(np.array([8000, -8000], np.int16), FRAME_SAMPLES)


@pytest.fixture
def writer() -> Iterator[RecordingWriter]:
    running = RecordingWriter()
    yield running
    assert running.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "RE1.wav"


def begin(writer: RecordingWriter, path: Path, **order: object) -> Recording:
    return writer.begin(
        StartRecording(recording="RE1", leg="CA1", path=str(path), **order)  # type: ignore[arg-type]
    )


def level(value: int) -> Frame:
    return np.full(FRAME_SAMPLES, value, np.int16)


def push(
    recording: Recording, frames: int, inbound: Frame | None, outbound: Frame | None = None
) -> int:
    """How many were taken."""
    return sum(recording.push(inbound, outbound) for _ in range(frames))


def ended(writer: RecordingWriter) -> EndedRecording:
    assert writer.settle()
    (only,) = writer.ended
    assert not writer._recordings  # the writer keeps nothing of what has ended
    writer.ended.clear()
    assert writer.ending == 0
    assert writer.behind == 0
    return only


def values(path: Path) -> list[list[int]]:
    """The first sample of each frame, of each channel."""
    return map_wave(path)[::FRAME_SAMPLES].tolist()


@pytest.mark.parametrize(
    ("track", "channels", "expected"),
    [
        ("both", 1, [51]),
        ("inbound", 1, [11]),
        ("outbound", 1, [40]),
        ("both", 2, [11, 40]),
        ("inbound", 2, [11, 0]),
        ("outbound", 2, [0, 40]),
    ],
)
def test_tracks_and_channels(
    writer: RecordingWriter, path: Path, track: str, channels: int, expected: list[int]
) -> None:
    recording = begin(writer, path, track=track, channels=channels)
    push(recording, 120, level(11), level(40))
    recording.stop()
    assert ended(writer) == EndedRecording("RE1", "CA1", 120, False, "stopped")
    assert values(path) == [expected] * 120


def test_what_is_missing_is_silence(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path, channels=2)
    recording.push(None, level(5))
    recording.push(level(6), None)
    recording.push(None, None)
    recording.stop()
    ended(writer)
    assert values(path) == [[0, 5], [6, 0], [0, 0]]


def test_a_loud_mixture_is_not_clipped(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path)
    push(recording, 60, level(30_000), level(30_000))
    recording.stop()
    ended(writer)
    assert map_wave(path).max() == 32_000


def test_it_is_on_disk_after_each_second(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path)
    assert writer.settle()
    assert map_wave(path).shape == (0, 1)
    for second in (1, 2, 3):
        push(recording, 50, LOUD)
        assert writer.settle()
        assert map_wave(path).shape == (8000 * second, 1)
    assert not writer.ended


def test_those_that_begin_together_are_not_all_handed_over_in_one_tick(
    writer: RecordingWriter, tmp_path: Path
) -> None:
    recordings = [begin(writer, tmp_path / f"{index}.wav") for index in range(100)]
    handed = []
    for _ in range(100):
        before = [recording.handed for recording in recordings]
        for recording in recordings:
            recording.push(None, None)
        after = [recording.handed for recording in recordings]
        handed.append(sum(one != other for one, other in zip(before, after, strict=True)))
    assert set(handed) == {2}


def test_it_tells_sound(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path, channels=2)
    push(recording, 70, None, None)
    push(recording, 10, None, LOUD)
    recording.stop("hangup")
    assert ended(writer) == EndedRecording("RE1", "CA1", 80, True, "hangup")


def test_after_its_end_it_takes_nothing(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path)
    assert recording.push(LOUD, None)
    recording.stop()
    recording.stop("again")
    assert recording.over
    assert not recording.push(LOUD, None)
    assert ended(writer).frames == 1


def test_the_limit(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path, limit=75)
    assert push(recording, 200, LOUD) == 74  # the 75th was taken, too, and was the last
    assert ended(writer) == EndedRecording("RE1", "CA1", 75, True, "limit")


def test_silence_from_the_start(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path, silence=250)
    push(recording, 400, None, LOUD)  # only the caller's counts
    told = ended(writer)
    assert (told.reason, told.frames) == ("silence", 250)


def test_silence_from_the_last_sound(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path, silence=100, track="inbound", trim=True)
    push(recording, 90, None)
    push(recording, 50, LOUD)
    push(recording, 90, None)
    push(recording, 50, LOUD)
    push(recording, 400, level(3))
    assert recording.over
    told = ended(writer)
    assert (told.reason, told.sound) == ("silence", True)
    # 200 ms, both sounds and what is between them, 200 ms. An onset is a frame late.
    assert told.frames == pytest.approx(10 + 50 + 90 + 50 + 10, abs=1)


@pytest.mark.parametrize("silence", [True, False])
def test_a_pause(writer: RecordingWriter, path: Path, silence: bool) -> None:
    recording = begin(writer, path, limit=200, silence=40)
    push(recording, 30, LOUD)
    recording.pause(silence=silence)
    assert push(recording, 100, LOUD) == 100  # for longer than `silence`
    recording.resume()
    push(recording, 35, level(1))
    push(recording, 5, LOUD)
    recording.stop()
    told = ended(writer)
    assert told.reason == "stopped"
    assert values(path) == (
        [[8000]] * 30 + [[0]] * (100 if silence else 0) + [[1]] * 35 + [[8000]] * 5
    )


def test_a_pause_that_is_left_out_does_not_count_for_the_limit(
    writer: RecordingWriter, path: Path
) -> None:
    recording = begin(writer, path, limit=20)
    recording.pause(silence=False)
    push(recording, 100, LOUD)
    recording.resume()
    assert push(recording, 100, LOUD) == 19


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (5, 5), (130, 7), (49, 300), (50, 50)])
def test_trim(writer: RecordingWriter, path: Path, channels: int, before: int, after: int) -> None:
    recording = begin(writer, path, trim=True, channels=channels)
    push(recording, before, level(2))
    push(recording, 20, LOUD)
    push(recording, 60, level(3))
    push(recording, 20, LOUD)
    push(recording, after, level(4))
    recording.stop()
    told = ended(writer)
    heard = [value[0] for value in values(path)]
    assert told.frames == len(heard)
    # The first loud frame is known by the second: 9 or 10 frames are left before it.
    left = heard.index(8000)
    assert left in {min(before, 9), min(before, 10)}
    assert heard[left:] == [8000] * 20 + [3] * 60 + [8000] * 20 + [4] * min(after, 10)


@pytest.mark.parametrize("before", [51, 60, 95, 110])
def test_trim_around_a_short_sound(writer: RecordingWriter, path: Path, before: int) -> None:
    recording = begin(writer, path, trim=True)
    push(recording, before, level(2))
    push(recording, 5, LOUD)
    push(recording, 200, level(3))
    recording.stop()
    ended(writer)
    heard = [value[0] for value in values(path)]
    assert heard[-15:] == [8000] * 5 + [3] * 10
    assert set(heard[:-15]) == {2}
    assert len(heard) in {24, 25}


def test_trim_of_silence_alone(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path, trim=True)
    push(recording, 170, level(2))
    recording.stop()
    assert ended(writer) == EndedRecording("RE1", "CA1", 0, False, "stopped")
    assert path.stat().st_size == HEADER_BYTES


def test_silence_alone_is_kept_without_trim(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path)
    push(recording, 70, SILENCE)
    recording.stop()
    assert ended(writer) == EndedRecording("RE1", "CA1", 70, False, "stopped")


def test_stopped_at_once(writer: RecordingWriter, path: Path) -> None:
    begin(writer, path).stop()
    assert ended(writer) == EndedRecording("RE1", "CA1", 0, False, "stopped")
    assert path.stat().st_size == HEADER_BYTES


def test_a_file_that_cannot_be_made(writer: RecordingWriter, tmp_path: Path) -> None:
    recording = begin(writer, tmp_path / "none" / "RE1.wav")
    writer.settle()
    assert recording.over
    assert not recording.push(LOUD, None)
    recording.stop()
    told = ended(writer)
    assert told.reason == "failed"
    assert told.problem.startswith("FileNotFoundError")


def test_a_file_that_is_there_is_not_overwritten(writer: RecordingWriter, path: Path) -> None:
    path.write_text("precious")
    begin(writer, path)
    assert ended(writer).reason == "failed"
    assert path.read_text() == "precious"


def test_one_that_fails_does_not_stop_the_others(
    writer: RecordingWriter, path: Path, tmp_path: Path
) -> None:
    begin(writer, Path("a\x00b"))
    assert ended(writer).problem.startswith("ValueError")
    # A frame that is none.
    broken = begin(writer, tmp_path / "broken.wav")
    push(broken, 10, LOUD)
    broken.push(LOUD[:100], None)
    broken.stop()
    assert ended(writer).reason == "failed"
    recording = begin(writer, path)
    push(recording, 1, LOUD)
    recording.stop()
    assert ended(writer).reason == "stopped"


def test_a_disk_that_stands_still_delays_nobody(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "MOST_BEHIND", 200)
    go_on = threading.Event()

    def stand_still() -> None:
        go_on.wait(10)

    writer = RecordingWriter(wake=stand_still)
    begin(writer, tmp_path / "first.wav").stop()
    recording = begin(writer, path)
    assert push(recording, 1000, LOUD) < 250
    assert recording.over
    assert not writer.settle(0.01)
    assert writer.behind > 200
    assert writer.ending >= 1
    go_on.set()
    assert writer.close()
    first, second = writer.ended
    assert first.reason == "stopped"
    assert (second.reason, second.problem) == ("failed", "The disk is too slow.")
    # What it had is kept.
    assert 200 < second.frames == len(values(path)) <= 250


def test_who_is_faster_than_time_waits_for_the_thread(writer: RecordingWriter, path: Path) -> None:
    recording = begin(writer, path)
    waits = 0
    for _ in range(20_000):
        assert recording.push(LOUD, LOUD)
        if writer.crowded:
            waits += 1
            assert writer.settle()
            assert not writer.crowded
    recording.stop()
    assert ended(writer).frames == 20_000
    assert waits < 20


def test_it_wakes_who_waits(path: Path) -> None:
    woken = threading.Event()
    writer = RecordingWriter(wake=woken.set)
    begin(writer, path).stop()
    assert woken.wait(10)
    assert len(writer.ended) == 1
    assert writer.close()


def test_close_ends_what_is_being_recorded(path: Path) -> None:
    writer = RecordingWriter()
    push(begin(writer, path), 70, LOUD)
    assert writer.close()
    assert [told.reason for told in writer.ended] == ["hangup"]
    assert len(values(path)) == 70


_RECORDER = """
import sys, numpy as np
from trunkline.voice.media.recording import RecordingWriter
from trunkline.voice.media.wire import StartRecording
writer = RecordingWriter()
recording = writer.begin(StartRecording(recording="RE1", leg="CA1", path=sys.argv[1], channels=2))
frame = np.full(160, 7, np.int16)
for second in range(1_000_000):
    for _ in range(50):
        recording.push(frame, frame)
    writer.settle()
    print(second + 1, flush=True)
"""


def test_killed_while_writing(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _RECORDER, str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(20)][-1]
        process.send_signal(signal.SIGKILL)
        told = [told, *process.stdout.readlines()][-1]
    written = int(told) * 8000
    assert len(map_wave(path)) >= written
    samples = repair_wave(path)
    assert samples >= written
    assert len(map_wave(path)) == samples
    assert (map_wave(path) == 7).all()
