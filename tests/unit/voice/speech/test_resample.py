import numpy as np
import pytest

from tests.unit.voice.speech.sounds import level, sine
from trunkline.voice.speech.resample import Resampler


def resampled(samples: np.ndarray, rate: int, piece: int = 10_007) -> np.ndarray:  # type: ignore[type-arg]
    resampler = Resampler(rate)
    whole = samples.astype(np.float32)
    pieces = [resampler.push(whole[at : at + piece]) for at in range(0, len(whole), piece)]
    return np.concatenate([*pieces, resampler.end()]).astype(np.float64)


@pytest.mark.parametrize(
    "rate", [6000, 8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 44_056]
)
def test_a_tone_keeps_its_pitch_level_and_length(rate: int) -> None:
    said = resampled(sine(1000, 1.0, rate), rate)
    assert len(said) == 8000
    assert level(said[400:-400], 1000) == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_what_8_khz_cannot_hold_is_not_heard_as_something_else(rate: int) -> None:
    said = resampled(sine(5000, 1.0, rate), rate)
    assert float(np.abs(said[400:-400]).max()) < 0.001


def test_pieces_make_no_seams() -> None:
    tone = sine(440, 0.5, 44_100)
    whole = resampled(tone, 44_100, piece=len(tone))
    assert resampled(tone, 44_100, piece=137) == pytest.approx(whole, abs=1e-6)


def test_nothing_becomes_nothing() -> None:
    assert len(resampled(np.zeros(0), 44_100)) == 0
    assert len(resampled(np.zeros(3), 44_100)) == 1


def test_time_is_not_shifted() -> None:
    click = np.zeros(48_000)
    click[24_000] = 1.0
    assert int(np.argmax(np.abs(resampled(click, 48_000)))) == 4000
