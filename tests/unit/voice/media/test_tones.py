"""Tones: what is heard, for how long, how loud."""

from __future__ import annotations

import numpy as np
import pytest

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE, Samples
from trunkline.voice.media.tones import KEYS, dtmf, tone


def loudest(samples: Samples, count: int) -> list[int]:
    """The loudest frequencies, to 10 Hz or better."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    found = []
    for _ in range(count):
        at = int(np.argmax(spectrum))
        found.append(round(at * RATE / len(samples)))
        width = 40 * len(samples) // RATE
        spectrum[max(at - width, 0) : at + width] = 0
    return sorted(found)


@pytest.mark.parametrize("key", KEYS)
def test_dtmf(key: str) -> None:
    samples = dtmf(key)
    assert len(samples) == 10 * FRAME_SAMPLES
    assert loudest(samples[: 5 * FRAME_SAMPLES], 2) == pytest.approx(KEYS[key], abs=10)
    assert not samples[5 * FRAME_SAMPLES :].any()


def test_the_keys() -> None:
    assert sorted(KEYS) == sorted("0123456789ABCD*#")
    assert KEYS["1"] == (697, 1209)
    assert KEYS["D"] == (941, 1633)


@pytest.mark.parametrize(("pause", "seconds"), [("w", 0.5), ("W", 1.0)])
def test_pauses(pause: str, seconds: float) -> None:
    assert len(dtmf(pause)) == seconds * RATE
    assert not dtmf(pause).any()


@pytest.mark.parametrize(
    ("name", "hertz", "on", "cycle"),
    [
        ("beep", [1000], 0.25, 0.26),
        ("busy", [480, 620], 0.5, 1.0),
        ("reorder", [480, 620], 0.25, 0.5),
        ("ringback", [440, 480], 2.0, 6.0),
    ],
)
def test_tone(name: str, hertz: list[int], on: float, cycle: float) -> None:
    samples = tone(name)
    sounding = int(on * RATE)
    assert len(samples) == cycle * RATE
    assert loudest(samples[:sounding], len(hertz)) == pytest.approx(hertz, abs=5)
    assert not samples[sounding:].any()


@pytest.mark.parametrize("name", ["beep", "busy", "reorder", "ringback", "missing_voice"])
def test_tones_are_whole_frames_and_neither_too_loud_nor_clicking(name: str) -> None:
    samples = tone(name).astype(int)
    assert len(samples) % FRAME_SAMPLES == 0
    assert 6000 < np.abs(samples).max() <= 16_000
    assert abs(samples[0]) < 1000
    # The steepest that the highest frequency makes by itself.
    assert np.abs(np.diff(samples)).max() < 16_000 * 2 * np.pi * 1000 / RATE


def test_they_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        dtmf("1")[0] = 1
