"""DTMF in audio: found in what lines do to it, and not in what people say."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.speech import speak
from trunkline.voice.media.detect_digits import DigitDetector
from trunkline.voice.media.frame import FRAME_SAMPLES, RATE
from trunkline.voice.media.tones import KEYS, dtmf


def found(sound: np.ndarray) -> str:
    sound = np.clip(sound, -32_768, 32_767).astype(np.int16)
    detector = DigitDetector()
    frames = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return "".join(filter(None, map(detector.push, frames)))


def pressed(
    keys: str,
    *,
    ms: int = 100,
    gap_ms: int = 100,
    level: float = 3000,
    twist_db: float = 0,
    off: float = 0,
    begin: int = 0,
) -> np.ndarray:
    """Keys, the first one `begin` samples after the beginning of a frame; `twist_db`: how much
    louder the high tone is."""
    at = np.arange(ms * RATE // 1000) / RATE
    ratio = 10 ** (twist_db / 40)
    parts = [np.zeros(2 * FRAME_SAMPLES + begin)]
    for index, key in enumerate(keys):
        low, high = (2 * np.pi * hertz * (1 + off) for hertz in KEYS[key])
        sound = np.sin(low * at + index) / ratio + np.sin(high * at) * ratio
        parts += [sound * level, np.zeros(gap_ms * RATE // 1000)]
    return np.concatenate([*parts, np.zeros(5 * FRAME_SAMPLES)])


ALL = "1234567890*#ABCD"


def test_what_the_engine_makes_is_found() -> None:
    assert found(np.concatenate([dtmf(key) for key in "1w2233#*0W9"])) == "12233#*09"


@pytest.mark.parametrize("begin", range(0, 160, 20))
def test_50_ms_are_enough_wherever_they_begin(begin: int) -> None:
    assert found(pressed(ALL, ms=50, gap_ms=50, begin=begin)) == ALL


@pytest.mark.parametrize("twist_db", [-8, 8])
@pytest.mark.parametrize("off", [-0.015, 0, 0.015])
def test_tones_that_are_off(twist_db: float, off: float) -> None:
    assert found(pressed(ALL, ms=50, gap_ms=50, begin=33, twist_db=twist_db, off=off)) == ALL


@pytest.mark.parametrize("level", [200, 16_000])
def test_quiet_and_loud(level: float) -> None:
    assert found(pressed(ALL, ms=50, gap_ms=50, level=level)) == ALL


def test_in_noise() -> None:
    sound = pressed(ALL, ms=50, gap_ms=50, begin=50, twist_db=4)
    noise = np.random.default_rng(1).normal(0, 3000 / 10**0.6, len(sound))  # 12 dB under the tones
    assert found(sound + noise) == ALL


def test_a_key_is_told_once_however_long_it_is_pressed() -> None:
    assert found(pressed("5", ms=3000)) == "5"


def test_the_same_key_twice_is_told_twice() -> None:
    assert found(pressed("5555", ms=50, gap_ms=40, begin=77)) == "5555"


@pytest.mark.parametrize("begin", range(0, 80, 16))
def test_a_gap_of_a_few_milliseconds_is_none(begin: int) -> None:
    sound = pressed("5", ms=200)
    sound[1000 + begin : 1080 + begin] = 0
    assert found(sound) == "5"


def test_the_next_key_without_a_gap() -> None:
    assert found(pressed("123", ms=80, gap_ms=0)) == "123"


def test_too_short_is_no_key() -> None:
    assert found(pressed(ALL, ms=20)) == ""


def test_off_by_far_is_no_key() -> None:
    assert found(pressed("147*", off=0.06)) == ""


def test_one_tone_is_no_key() -> None:
    at = np.arange(RATE) / RATE
    assert found(np.sin(2 * np.pi * 697 * at) * 8000) == ""
    assert found(np.sin(2 * np.pi * 1209 * at) * 8000) == ""


def test_noise_is_no_key() -> None:
    assert found(np.random.default_rng(2).normal(0, 3000, 20 * RATE)) == ""


def test_speech_is_no_key() -> None:
    text = (
        "Please enter your sixteen digit card number, followed by the pound key. "
        "One two three four five six seven eight nine zero. A B C D E F G H I J. "
        "Eeee, oooo, uuuu, aaaa. We will be with you in a few minutes; you are number two. "
    )
    for voice in ("en-us", "en-us+f2", "de"):
        assert found(speak(text * 3, voice=voice)) == ""


def test_keys_are_found_after_speech() -> None:
    assert found(np.concatenate((speak("My number is:"), pressed("42")))) == "42"
