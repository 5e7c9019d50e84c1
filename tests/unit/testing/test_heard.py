from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trunkline.testing import Heard
from trunkline.voice.media.tones import dtmf, tone

RATE = 8000


def heard(*parts: Any, channels: int = 1) -> Heard:
    samples = np.concatenate([np.asarray(part, np.int16) for part in parts])
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return Heard(target.getvalue())


def silence(seconds: float) -> Any:
    return np.zeros(int(seconds * RATE))


def murmur(seconds: float) -> Any:
    """Something like a voice: many harmonics that come and go."""
    at = np.arange(int(seconds * RATE)) / RATE
    harmonics = sum(np.sin(2 * np.pi * 120 * n * at + n) / n**0.5 for n in range(1, 25))
    return 1500 * harmonics * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * at))


def test_silence() -> None:
    found = heard(silence(2))
    assert found.duration == 2.0
    assert not found.has_speech
    assert (found.tones, found.digits, found.sound_seconds) == ([], "", 0.0)


def test_nothing_at_all() -> None:
    found = heard(silence(0))
    assert (found.duration, found.tones, found.has_speech) == (0.0, [], False)


def test_a_beep_is_a_tone_and_no_speech() -> None:
    found = heard(silence(1), tone("beep"), silence(1))
    assert not found.has_speech
    [beep] = found.tones
    assert beep.at == pytest.approx(1.0, abs=0.06)
    assert beep.seconds == pytest.approx(0.25, abs=0.06)
    assert beep.frequencies == (pytest.approx(1000, abs=10),)


def test_busy_has_two_frequencies() -> None:
    found = heard(tone("busy"), tone("busy"))
    assert not found.has_speech
    for each in found.tones:
        assert each.frequencies == (pytest.approx(480, abs=12), pytest.approx(620, abs=12))


def test_keys_are_told() -> None:
    found = heard(silence(0.5), *(dtmf(key) for key in "159#"), silence(0.5))
    assert found.digits == "159#"
    assert not found.has_speech


def test_what_sounds_like_a_voice_is_speech() -> None:
    found = heard(silence(0.5), murmur(1.5), tone("beep"), silence(0.5))
    assert found.has_speech
    assert 1.0 <= found.speech_seconds <= 1.7
    assert "of them speech" in repr(found)


def test_channels_are_told_apart(tmp_path: Path) -> None:
    both = np.stack([murmur(1), silence(1)], axis=1).reshape(-1)
    found = heard(both, channels=2)
    assert found.channels == 2
    assert found.duration == 1.0
    assert found.channel(0).has_speech
    assert not found.channel(1).has_speech
    assert found.has_speech
    found.save(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == found.wave
