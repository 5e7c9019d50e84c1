"""Mixing: who hears what, and that nothing is clipped or pumps."""

from __future__ import annotations

import numpy as np

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE, SILENCE, Frame
from trunkline.voice.media.mixing import Limiter, Mixer, mix_two


def level(value: int) -> Frame:
    return np.full(FRAME_SAMPLES, value, np.int16)


def sine(hertz: float, amplitude: float, frames: int) -> np.ndarray:
    at = np.arange(frames * FRAME_SAMPLES) / RATE
    return (amplitude * np.sin(2 * np.pi * hertz * at)).reshape(-1, FRAME_SAMPLES).astype(np.int16)


def test_two_hear_each_other() -> None:
    one, other = level(1), level(2)
    heard = Mixer().mix({"a": one, "b": other})
    assert heard["a"] is other
    assert heard["b"] is one


def test_each_hears_all_but_itself() -> None:
    heard = Mixer().mix({"a": level(1), "b": level(10), "c": level(100), "d": SILENCE})
    assert {member: set(frame.tolist()) for member, frame in heard.items()} == {
        "a": {110},
        "b": {101},
        "c": {11},
        "d": {111},
    }


def test_one_speaks() -> None:
    said = level(5)
    heard = Mixer().mix({"a": SILENCE, "b": said, "c": SILENCE})
    assert heard["a"] is said
    assert heard["c"] is said
    assert heard["b"] is SILENCE


def test_nobody_speaks() -> None:
    assert all(frame is SILENCE for frame in Mixer().mix(dict.fromkeys("abc", SILENCE)).values())
    assert Mixer().mix({}) == {}
    assert Mixer().mix({"a": level(1)}) == {"a": SILENCE}


def test_members_come_and_go() -> None:
    mixer = Mixer()
    mixer.mix(dict.fromkeys("abc", level(30_000)))
    assert set(mixer.mix({"a": level(1), "b": level(2), "c": level(3), "d": level(4)})) == set(
        "abcd"
    )
    assert mixer.mix({"a": level(1), "d": level(4)})["a"].tolist() == [4] * FRAME_SAMPLES


def test_three_loud_ones_are_not_clipped() -> None:
    mixer = Mixer()
    voices = [sine(hertz, 30_000, 100) for hertz in (300, 470, 710)]
    heard = [
        mixer.mix({"a": a, "b": b, "c": c, "d": SILENCE}) for a, b, c in zip(*voices, strict=True)
    ]
    for member in "abcd":
        sound = np.concatenate([frame[member] for frame in heard])
        assert 25_000 < np.abs(sound.astype(int)).max() <= 32_001
        # Clipped, it would stay at its limit.
        high = np.abs(sound.astype(int)) >= 31_990
        assert not (high[1:] & high[:-1]).any()


def test_a_voice_alone_after_all_spoke_comes_back_slowly() -> None:
    mixer = Mixer()
    for _ in range(10):
        mixer.mix({"a": level(20_000), "b": level(20_000), "c": level(20_000)})
    said = level(10_000)
    peaks = [int(mixer.mix({"a": said, "b": SILENCE, "c": SILENCE})["b"].max()) for _ in range(100)]
    assert peaks[0] < 7000
    assert peaks == sorted(peaks)
    assert max(np.diff(peaks)) < 150
    assert peaks[-1] == 10_000


def test_the_gain_does_not_follow_each_sound() -> None:
    """Syllables of a loud mixture: the gain moves by less than 1 dB between them."""
    limiter = Limiter()
    gains = []
    for index in range(200):
        amplitude = 50_000 if index % 10 < 6 else 5_000  # 120 ms loud, 80 ms not
        limiter.frame(np.full(FRAME_SAMPLES, amplitude, np.int32))
        gains.append(limiter.gain)
    settled = np.array(gains[10:])
    assert 20 * np.log10(settled.max() / settled.min()) < 1


def test_gain_goes_down_without_a_click_before_the_loud_sample() -> None:
    limiter = Limiter()
    total = np.full(FRAME_SAMPLES, 20_000, np.int32)
    total[80:] = 60_000
    frame = limiter.frame(total).astype(int)
    assert frame[0] == 20_000
    assert np.abs(np.diff(frame[:80])).max() < 200
    assert frame[80:].max() <= 32_000
    assert limiter.frame(np.full(FRAME_SAMPLES, -60_000, np.int32)).min() >= -32_001


def test_a_frame_that_is_too_loud_from_its_first_sample() -> None:
    frame = Limiter().frame(np.full(FRAME_SAMPLES, 65_534, np.int32))
    assert set(frame.tolist()) <= {31_999, 32_000}


def test_many_frames_at_once_are_the_same_as_one_by_one() -> None:
    total = np.random.default_rng(3).normal(0, 15_000, 50 * FRAME_SAMPLES).astype(np.int32)
    one, other = Limiter(), Limiter()
    single = np.concatenate([one.frame(row) for row in total.reshape(-1, FRAME_SAMPLES)])
    assert other.frames(total).tolist() == single.tolist()
    assert Limiter().frames(np.zeros(0, np.int32)).tolist() == []


def test_mix_two() -> None:
    assert mix_two(level(1), level(2)).tolist() == [3] * FRAME_SAMPLES
    assert mix_two(level(30_000), level(30_000)).max() == 32_767
    assert mix_two(level(-30_000), level(-30_000)).min() == -32_768
    said = level(4)
    assert mix_two(SILENCE, said) is said
    assert mix_two(said, SILENCE) is said
