"""Sound and silence: of speech, tones, noise."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.speech import speak
from trunkline.voice.media.frame import FRAME_SAMPLES, RATE, SILENCE
from trunkline.voice.media.speech_activity import HANGOVER_FRAMES, SpeechActivity, find_sound
from trunkline.voice.media.tones import tone


def told(activity: SpeechActivity, sound: np.ndarray) -> list[bool]:
    frames = np.clip(sound, -32_768, 32_767).astype(np.int16).reshape(-1, FRAME_SAMPLES)
    return [activity.push(frame) for frame in frames]


def noise(rms: float, seconds: float) -> np.ndarray:
    return np.random.default_rng(4).normal(0, rms, int(seconds * RATE))


@pytest.fixture(scope="module")
def sentence() -> np.ndarray:
    return speak("Hello, and thank you for calling.").astype(np.float64)


def test_silence_is_silence() -> None:
    activity = SpeechActivity()
    assert not any(activity.push(SILENCE) for _ in range(10))
    assert not any(told(activity, np.zeros(RATE)))
    assert not activity.heard
    assert activity.quiet == 60


@pytest.mark.parametrize("gain", [1, 0.1])
@pytest.mark.parametrize("background", [0, 20, 60])
def test_a_sentence(sentence: np.ndarray, gain: float, background: float) -> None:
    activity = SpeechActivity()
    sound = np.concatenate((np.zeros(2 * RATE), sentence * gain, np.zeros(2 * RATE)))
    answers = told(activity, sound + noise(background, len(sound) / RATE))
    said = len(sentence) // FRAME_SAMPLES
    assert not any(answers[:100])
    # Also between words: no gap of a sentence is as long as the hangover.
    assert sum(answers[100 : 100 + said]) > 0.8 * said
    assert not any(answers[100 + said + HANGOVER_FRAMES :])
    assert activity.heard
    assert 80 < activity.quiet < 130


def test_a_sentence_at_the_very_beginning(sentence: np.ndarray) -> None:
    answers = told(SpeechActivity(), sentence)
    assert all(answers[15 : len(answers) - 20])


def test_steady_noise_is_silence_after_some_seconds() -> None:
    assert not any(told(SpeechActivity(), noise(150, 10))[200:])


def test_speech_is_heard_over_noise(sentence: np.ndarray) -> None:
    activity = SpeechActivity()
    told(activity, noise(200, 5))
    answers = told(activity, sentence + noise(200, len(sentence) / RATE))
    assert sum(answers) > 0.7 * len(answers)


def test_a_tone_stays_sound() -> None:
    at = np.arange(60 * RATE) / RATE
    assert all(told(SpeechActivity(), 5000 * np.sin(2 * np.pi * 440 * at))[1:])


def test_the_beep_is_heard() -> None:
    activity = SpeechActivity()
    told(activity, tone("beep"))
    assert activity.heard


def test_a_click_is_no_sound() -> None:
    click = np.zeros(RATE)
    click[4000:4010] = 20_000
    activity = SpeechActivity()
    assert not any(told(activity, click))
    assert not activity.heard


def test_frames_at_once_are_the_same_as_one_by_one(sentence: np.ndarray) -> None:
    one, other = SpeechActivity(), SpeechActivity()
    frames = sentence.astype(np.int16).reshape(-1, FRAME_SAMPLES)
    loud = []
    for frame in frames:
        one.push(frame)
        loud.append(one.quiet == 0)
    assert other.push_many(frames.reshape(-1)).tolist() == loud
    assert (one.quiet, one.heard) == (other.quiet, other.heard)


def test_find_sound(sentence: np.ndarray) -> None:
    sound = np.concatenate((np.zeros(RATE), sentence, np.zeros(3 * RATE))).astype(np.int16)
    begin, end = find_sound(sound[:, None])
    assert RATE - 0.3 * RATE < begin < RATE + 0.1 * RATE
    assert len(sentence) < end < RATE + len(sentence) + 0.3 * RATE
    assert find_sound(np.zeros((RATE, 1), np.int16)) == (0, 0)
    assert find_sound(np.zeros((0, 2), np.int16)) == (0, 0)


def test_find_sound_in_either_channel_and_after_the_first_minute(sentence: np.ndarray) -> None:
    sound = np.zeros((100 * RATE + 77, 2), np.int16)
    sound[70 * RATE : 70 * RATE + len(sentence), 1] = sentence
    begin, end = find_sound(sound)
    assert begin == pytest.approx(70 * RATE, abs=0.3 * RATE)
    assert end == pytest.approx(70 * RATE + len(sentence), abs=0.3 * RATE)
