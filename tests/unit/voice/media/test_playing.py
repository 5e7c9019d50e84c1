"""The play queue of a leg, frame by frame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trunkline.voice.media.frame import FRAME_SAMPLES, SILENCE
from trunkline.voice.media.playing import Ended, Playing, Sounds
from trunkline.voice.media.tones import dtmf, tone
from trunkline.voice.media.wave_file import WaveWriter
from trunkline.voice.media.wire import Digits, File, Silence, Tone


@pytest.fixture
def sounds() -> Iterator[Sounds]:
    loaded = Sounds()
    yield loaded
    loaded.close()


@pytest.fixture
def playing(sounds: Sounds) -> Playing:
    return Playing(sounds)


def file(path: Path, *values: int) -> File:
    """A WAV with a frame of each value."""
    writer = WaveWriter(path)
    writer.write(np.repeat(np.array(values, np.int16), FRAME_SAMPLES))
    writer.close()
    return File(path=str(path))


def first(playing: Playing) -> int | None:
    """The first sample of the next frame."""
    frame = playing.pull()
    assert frame is None or len(frame) == FRAME_SAMPLES
    return None if frame is None else int(frame[0])


def whole(playing: Playing, frames: int) -> list[int]:
    pulled = [playing.pull() for _ in range(frames)]
    return np.concatenate([frame for frame in pulled if frame is not None]).tolist()


def test_nothing(playing: Playing) -> None:
    assert playing.pull() is None
    assert not playing.busy
    playing.stop()
    assert playing.ended == []


def test_a_file(playing: Playing, sounds: Sounds, tmp_path: Path) -> None:
    playing.add(3, [file(tmp_path / "a.wav", 1, 2, 3)])
    assert playing.busy
    sounds.settle()
    assert [first(playing), first(playing)] == [1, 2]
    assert playing.ended == []
    assert first(playing) == 3
    # Told with its last frame: what the app wants next can be there for the next one.
    assert playing.ended == [Ended(3, stopped=False, failed=False)]
    assert not playing.busy
    assert first(playing) is None


def test_what_follows_comes_without_a_gap(playing: Playing, sounds: Sounds, tmp_path: Path) -> None:
    a, b = file(tmp_path / "a.wav", 1), file(tmp_path / "b.wav", 2)
    playing.add(1, [a, b], 2)
    playing.add(2, [b])
    sounds.settle()
    assert [first(playing) for _ in range(6)] == [1, 2, 1, 2, 2, None]
    assert [ended.playback for ended in playing.ended] == [1, 2]


def test_an_endless_loop_until_it_is_stopped(
    playing: Playing, sounds: Sounds, tmp_path: Path
) -> None:
    playing.add(1, [file(tmp_path / "a.wav", 1), Silence(frames=1)], 0)
    playing.add(2, [Tone(name="beep")])
    sounds.settle()
    assert [first(playing) for _ in range(1001)] == [1, 0] * 500 + [1]
    playing.stop()
    assert playing.ended == [Ended(1, True, False), Ended(2, True, False)]
    assert first(playing) is None
    playing.add(3, [Silence(frames=1)])
    assert playing.pull() is SILENCE


def test_a_file_that_is_not_there_yet_is_silence(
    playing: Playing, sounds: Sounds, tmp_path: Path
) -> None:
    pipe = tmp_path / "slow.wav"
    os.mkfifo(pipe)
    playing.add(1, [Silence(frames=1), File(path=str(pipe)), file(tmp_path / "a.wav", 1)])
    assert [playing.pull() is SILENCE for _ in range(5)] == [True] * 5
    assert playing.busy
    with pipe.open("wb"):
        pass
    sounds.settle()
    # It cannot be read after all: the rest is played, and the end tells.
    assert first(playing) == 1
    assert playing.ended == [Ended(1, False, failed=True)]


def test_stopped_while_a_file_is_being_read(playing: Playing, tmp_path: Path) -> None:
    pipe = tmp_path / "slow.wav"
    os.mkfifo(pipe)
    playing.add(1, [File(path=str(pipe))])
    assert playing.pull() is SILENCE
    playing.stop()
    assert playing.pull() is None
    assert playing.ended == [Ended(1, True, False)]
    with pipe.open("wb"):
        pass


@pytest.mark.parametrize("loop", [0, 1, 1_000_000])
def test_nothing_to_play_ends_at_once(
    playing: Playing, sounds: Sounds, tmp_path: Path, loop: int
) -> None:
    playing.add(1, [File(path=str(tmp_path / "none.wav"))], loop)
    playing.add(2, [], loop)
    playing.add(3, [Silence(frames=0), Digits(digits=""), file(tmp_path / "a.wav")], loop)
    playing.add(4, [Tone(name="beep")])
    sounds.settle()
    assert whole(playing, 1) == tone("beep")[:FRAME_SAMPLES].tolist()
    assert playing.ended == [Ended(1, False, True), Ended(2, False, False), Ended(3, False, False)]


def test_nothing_but_nothing_to_play(playing: Playing) -> None:
    playing.add(1, [])
    assert playing.pull() is None
    assert playing.ended == [Ended(1, False, False)]


def test_a_tone_by_itself(playing: Playing) -> None:
    playing.add(1, [Tone(name="beep")])
    assert whole(playing, 20) == tone("beep").tolist()


@pytest.mark.parametrize("frames", [1, 50, 120])
def test_a_tone_that_repeats(playing: Playing, frames: int) -> None:
    playing.add(1, [Tone(name="busy", frames=frames)])
    expected = np.tile(tone("busy"), 3)[: frames * FRAME_SAMPLES]
    assert whole(playing, 200) == expected.tolist()
    assert len(playing.ended) == 1


def test_digits_are_heard_and_told(playing: Playing) -> None:
    playing.add(1, [Digits(digits="1w22W#")])
    pressed = {}
    frames = []
    for index in range(200):
        frame = playing.pull()
        if playing.pressed:
            pressed[index] = playing.pressed
        if frame is not None:
            frames.append(frame)
    assert pressed == {0: "1", 35: "2", 45: "2", 105: "#"}
    assert np.concatenate(frames).tolist() == np.concatenate([dtmf(k) for k in "1w22W#"]).tolist()


def test_what_is_no_key_is_left_out(playing: Playing) -> None:
    playing.add(1, [Digits(digits="x1 ")])
    assert whole(playing, 20) == dtmf("1").tolist()
    assert playing.ended == [Ended(1, False, failed=True)]


def test_a_stopped_key_is_not_told(playing: Playing) -> None:
    playing.add(1, [Silence(frames=1), Digits(digits="1")])
    playing.pull()
    playing.stop()
    playing.pull()
    assert playing.pressed == ""


def test_many_legs_share_a_file(sounds: Sounds, tmp_path: Path) -> None:
    source = file(tmp_path / "a.wav", 1, 2)
    legs = [Playing(sounds) for _ in range(3)]
    for leg in legs:
        leg.add(1, [source])
    sounds.settle()
    assert first(legs[0]) == 1
    assert [first(leg) for leg in legs] == [2, 1, 1]
