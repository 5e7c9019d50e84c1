"""Finds DTMF in audio (ITU-T Q.24): tones of 50 ms and more, 40 ms apart, ±1.5 % off their
frequency, one up to 9 dB louder than the other, in noise.

Every 10 ms the last 20 ms are compared with the eight frequencies, each of them 1.5 % down and up
as well. A key it is when one low and one high tone have nearly all the energy there is (no voice
does that for long), and three comparisons in a row say so.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE, Frame
from trunkline.voice.media.tones import KEYS

__all__ = ["DigitDetector"]

_HOP: Final = FRAME_SAMPLES // 2
_LEAST: Final = 100.0**2 * FRAME_SAMPLES  # energy of a window: -50 dBFS
_SHARE: Final = 0.75  # of the energy, that of the two tones at least
_TWIST: Final = 10.0  # 10 dB between the two tones: the limit of 9, and what noise does to it
_FOUND: Final = 3  # windows in a row
_GONE: Final = 3

_LOW: Final = sorted({low for low, _ in KEYS.values()})
_HIGH: Final = sorted({high for _, high in KEYS.values()})
_KEY_OF: Final = {(_LOW.index(low), _HIGH.index(high)): key for key, (low, high) in KEYS.items()}
_OFF: Final = (0.985, 1.0, 1.015)


def _waves() -> npt.NDArray[np.float32]:
    """Sample by (cosine or sine, frequency, how far off): a matrix product compares all."""
    hertz = np.array([[frequency * off for off in _OFF] for frequency in (*_LOW, *_HIGH)])
    angles = 2 * np.pi / RATE * np.arange(FRAME_SAMPLES)[:, None] * hertz.reshape(1, -1)
    waves = np.concatenate((np.cos(angles), np.sin(angles)), axis=1)
    return np.ascontiguousarray(waves * np.sqrt(2 / FRAME_SAMPLES), np.float32)


_WAVES: Final = _waves()
_TONES: Final = len(_LOW) + len(_HIGH)


class DigitDetector:
    """Finds DTMF in the audio of one leg."""

    __slots__ = ("_candidate", "_gone", "_held", "_hits", "_samples", "_windows")

    def __init__(self) -> None:
        # Half a frame from before, and the frame: two windows.
        self._samples = np.zeros(_HOP + FRAME_SAMPLES, np.float32)
        self._windows = np.lib.stride_tricks.as_strided(
            self._samples, (2, FRAME_SAMPLES), (_HOP * 4, 4), writeable=False
        )
        self._candidate = ""
        self._hits = 0
        self._held = ""
        self._gone = 0

    def push(self, frame: Frame) -> str | None:
        """The key whose tone was found with this frame: once, however long it is pressed."""
        samples = self._samples
        samples[:_HOP] = samples[FRAME_SAMPLES:]
        samples[_HOP:] = frame
        found = None
        for key in self._compare():
            if key and key == self._held:
                self._gone = 0
                continue
            self._gone += 1
            if self._gone >= _GONE:
                self._held = ""
            if key and key == self._candidate:
                self._hits += 1
            else:
                self._candidate = key
                self._hits = 1
            if key and self._hits >= _FOUND:
                found = self._held = key
                self._gone = 0
        return found

    def _compare(self) -> tuple[str, str]:
        """The key that each of the two windows seems to have, or `""`."""
        windows = self._windows
        energies = np.einsum("ij,ij->i", windows, windows).tolist()
        if max(energies) < _LEAST:
            return "", ""
        parts = windows @ _WAVES
        parts *= parts
        half = parts.shape[1] // 2
        powers = (parts[:, :half] + parts[:, half:]).reshape(2, _TONES, len(_OFF)).max(axis=2)
        first, second = powers.tolist()
        return _key(first, energies[0]), _key(second, energies[1])


def _key(powers: list[float], energy: float) -> str:
    if energy < _LEAST:
        return ""
    lows, highs = powers[:4], powers[4:]
    low, high = max(lows), max(highs)
    if low + high < _SHARE * energy or not low / _TWIST <= high <= low * _TWIST:
        return ""
    return _KEY_OF[lows.index(low), highs.index(high)]
