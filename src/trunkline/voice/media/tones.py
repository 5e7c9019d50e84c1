"""Tones that the engine makes: DTMF (ITU-T Q.23, Q.24), the call progress tones of North America
(450 to 620 Hz, in the cadences of the Precise Tone Plan), the beep before a recording.

Everything is made of whole frames, and made once a process.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE, Samples

__all__ = ["KEYS", "KEY_FRAMES", "PAUSES", "dtmf", "tone"]

_LOW: Final = (697, 770, 852, 941)
_HIGH: Final = (1209, 1336, 1477, 1633)
_ROWS: Final = ("123A", "456B", "789C", "*0#D")

KEYS: Final = {
    key: (low, high)
    for low, row in zip(_LOW, _ROWS, strict=True)
    for high, key in zip(_HIGH, row, strict=True)
}
"""The two frequencies of each key, in Hz."""

PAUSES: Final = {"w": 25, "W": 50}
"""What is no key, but a wait of so many frames."""

KEY_FRAMES: Final = 5
GAP_FRAMES: Final = 5

# Of one sine. Two of them stay 6 dB under the full range, and each is at about -6 dBm0.
_LEVEL: Final = 8000
_FADE_MS: Final = 3  # no click at either end

# A cycle: (milliseconds, frequencies) after each other.
_Cadence = tuple[tuple[int, tuple[int, ...]], ...]
_CADENCES: Final[dict[str, _Cadence]] = {
    "beep": ((250, (1000,)),),
    "busy": ((500, (480, 620)), (500, ())),
    "reorder": ((250, (480, 620)), (250, ())),
    "ringback": ((2000, (440, 480)), (4000, ())),
    # In place of a text, where nothing can speak: two low knocks a second, like none of the others.
    "missing_voice": ((120, (400,)), (80, ()), (120, (300,)), (680, ())),
}


@cache
def dtmf(key: str, frames: int = KEY_FRAMES, gap: int = GAP_FRAMES) -> Samples:
    """The tone of a key, 100 ms unless told, and 100 ms of nothing after it. `w` and `W` are half a
    second and a second of nothing. Raises KeyError: no key."""
    pause = PAUSES.get(key)
    if pause is not None:
        return _whole_frames(np.zeros(pause * FRAME_SAMPLES))
    sound = _sines(KEYS[key], frames * FRAME_SAMPLES)
    return _whole_frames(np.concatenate((sound, np.zeros(gap * FRAME_SAMPLES))))


@cache
def tone(name: str) -> Samples:
    """A tone of `wire.Tone`, once; of one that repeats, one cycle. Raises KeyError: no tone."""
    return _whole_frames(
        np.concatenate([_sines(hertz, ms * RATE // 1000) for ms, hertz in _CADENCES[name]])
    )


def _sines(hertz: tuple[int, ...], samples: int) -> np.typing.NDArray[np.float64]:
    at = np.arange(samples) / RATE
    sound = np.zeros(samples)
    for frequency in hertz:
        sound += _LEVEL * np.sin(2 * np.pi * frequency * at)
    fade = min(_FADE_MS * RATE // 1000, samples // 2)
    ramp = np.arange(fade) / max(fade, 1)
    sound[:fade] *= ramp
    sound[samples - fade :] *= ramp[::-1]
    return sound


def _whole_frames(sound: np.typing.NDArray[np.float64]) -> Samples:
    whole = np.zeros(-(-len(sound) // FRAME_SAMPLES) * FRAME_SAMPLES, np.int16)
    whole[: len(sound)] = np.rint(sound)
    whole.flags.writeable = False
    return whole
