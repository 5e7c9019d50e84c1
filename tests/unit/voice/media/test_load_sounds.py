"""Files come into memory, once, off the tick."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trunkline.voice.media.frame import FRAME_SAMPLES
from trunkline.voice.media.load_sounds import Sounds
from trunkline.voice.media.wave_file import WaveWriter


@pytest.fixture
def sounds() -> Iterator[Sounds]:
    loaded = Sounds(most_bytes=10 * FRAME_SAMPLES * 2, kept_bytes=8 * FRAME_SAMPLES * 2)
    yield loaded
    loaded.close()


def write(path: Path, value: int, *, frames: int = 1) -> str:
    path.unlink(missing_ok=True)
    writer = WaveWriter(path)
    writer.write(np.full(frames * FRAME_SAMPLES, value, np.int16))
    writer.close()
    return str(path)


def test_a_file(sounds: Sounds, tmp_path: Path) -> None:
    sound = sounds.fetch(write(tmp_path / "a.wav", 7))
    assert sounds.settle()
    assert sound.ready
    assert sound.samples is not None
    assert sound.samples.tolist() == [7] * FRAME_SAMPLES
    assert sounds.pending == 0


def test_it_does_not_wait_for_the_disk(sounds: Sounds, tmp_path: Path) -> None:
    pipe = tmp_path / "slow.wav"
    os.mkfifo(pipe)
    sound = sounds.fetch(str(pipe))
    other = sounds.fetch(write(tmp_path / "a.wav", 7))
    assert not sounds.settle(0.05)
    assert not sound.ready
    assert other.ready
    assert sounds.pending == 1
    with pipe.open("wb"):
        pass
    assert sounds.settle()
    assert sound.failed


def test_what_was_read_is_shared(sounds: Sounds, tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", 7)
    one = sounds.fetch(path)
    sounds.settle()
    other = sounds.fetch(path)
    sounds.settle()
    assert one.samples is not None
    assert other.samples is one.samples


def test_a_file_that_was_changed_is_read_anew(sounds: Sounds, tmp_path: Path) -> None:
    for value in (1, 2):
        sound = sounds.fetch(write(tmp_path / "a.wav", value, frames=value))
        sounds.settle()
        assert sound.samples is not None
        assert sound.samples.tolist() == [value] * FRAME_SAMPLES * value


def test_what_was_used_last_is_kept(sounds: Sounds, tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.wav", name, frames=2) for name in range(5)]
    held = []
    for path in [*paths[:4], paths[0], paths[4]]:
        sound = sounds.fetch(path)
        sounds.settle()
        assert sound.samples is not None
        held.append(weakref.ref(sound.samples))
    del sound
    assert [each() is not None for each in held] == [True, False, True, True, True, True]
    assert held[0]() is held[4]()


def test_what_is_long_is_not_kept_but_shared_while_it_plays(sounds: Sounds, tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", 7, frames=3)
    legs = [sounds.fetch(path) for _ in range(8)]
    assert sounds.settle()
    arrays = {id(leg.samples) for leg in legs}
    assert len(arrays) == 1
    assert legs[0].samples is not None
    gone = weakref.ref(legs[0].samples)
    legs.clear()
    assert gone() is None


def test_what_cannot_be_read_says_why(sounds: Sounds, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no audio at all")
    for path, why in {
        str(tmp_path / "none.wav"): "FileNotFoundError",
        str(tmp_path / "text.wav"): "It is not a WAV",
        str(tmp_path): "IsADirectoryError",
        "a\x00b": "ValueError",
        write(tmp_path / "long.wav", 1, frames=11): "more than",
    }.items():
        sound = sounds.fetch(path)
        sounds.settle()
        assert sound.ready
        assert sound.samples is None
        assert why in sound.failed
