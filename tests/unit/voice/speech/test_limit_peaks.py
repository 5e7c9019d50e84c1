"""What is too loud is lowered smoothly, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.voice.speech.sounds import level, sine
from trunkline.voice.speech.limit_peaks import limit_peaks


def test_what_is_not_too_loud_is_left_alone() -> None:
    for samples in (sine(440, 0.5), np.zeros(0), np.zeros(7)):
        given = samples.astype(np.float32)
        assert limit_peaks(given) is given


@pytest.mark.parametrize("gain", [2.1, 4.0, 60.0])
def test_nothing_is_cut(gain: float) -> None:
    loud = (sine(440, 1.0) * gain).astype(np.float32)
    limited = limit_peaks(loud)
    assert np.abs(limited).max() <= 0.9701
    # A sine stays one: what is cut off has overtones.
    assert level(limited[800:-800], 440) == pytest.approx(0.97, rel=0.02)
    assert level(limited[800:-800], 1320) < 0.002


def test_only_what_is_around_a_loud_word_is_lowered() -> None:
    samples = (sine(440, 3.0)).astype(np.float32)
    samples[12000:12400] *= 3
    limited = limit_peaks(samples)
    assert np.abs(limited).max() <= 0.9701
    assert np.array_equal(limited[:11200], samples[:11200])
    assert np.array_equal(limited[13200:], samples[13200:])
    steps = np.abs(np.diff(limited / np.where(np.abs(samples) < 0.05, np.inf, samples)))
    assert np.median(steps) < 0.001
