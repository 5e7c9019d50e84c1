"""Tells sound from silence, frame by frame, by energy against the noise that is there anyway.

The noise floor falls at once to what a frame has, and rises by 6 dB a second: speech has gaps many
times a second, steady noise has none. It never rises so far that a tone, or a loud voice, passes
for noise. Where there is no noise, anything over -52 dBFS is sound.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from trunkline.voice.media.frame import FRAME_SAMPLES, SILENCE, Frame, Samples

__all__ = ["HANGOVER_FRAMES", "SpeechActivity", "find_sound"]

HANGOVER_FRAMES: Final = 10
"""How long sound is said to go on after its last loud frame: no word is cut, 200 ms."""

# Energies are sums of squares of a frame: 160 times the square of the amplitude (RMS).
_LEAST: Final = 80.0**2 * FRAME_SAMPLES  # -52 dBFS: under this, nothing is sound
_FLOOR_LEAST: Final = 20.0**2 * FRAME_SAMPLES
_FLOOR_MOST: Final = 500.0**2 * FRAME_SAMPLES  # -36 dBFS: noise that is louder passes for sound
_RISE: Final = 10 ** (0.6 / 50)  # 6 dB a second
_OVER_FLOOR: Final = 8.0  # 9 dB
_ONSET: Final = 2  # loud frames in a row: a click is none


class SpeechActivity:
    """Whether there is sound, of one track. `push` costs some microseconds; a frame that `is
    SILENCE` a fraction of one."""

    __slots__ = ("_floor", "_hangover", "_loud", "heard", "quiet")

    def __init__(self) -> None:
        self._floor = _FLOOR_LEAST
        self._loud = 0  # loud frames in a row
        self._hangover = 0
        self.heard = False
        """Whether there was any sound so far."""
        self.quiet = 0
        """Frames since the last that had sound in it, without hangover; if none had, all."""

    def push(self, frame: Frame) -> bool:
        """Whether there is sound now: until 200 ms after the last loud frame."""
        if frame is SILENCE:
            energy = 0.0
        else:
            amplitudes = frame.astype(np.float32)
            energy = float(amplitudes.dot(amplitudes))
        return self.push_energy(energy)

    def push_many(self, samples: Samples) -> npt.NDArray[np.bool_]:
        """The same for each frame of so many: which were loud (`quiet` was 0), without hangover."""
        frames = samples.reshape(-1, FRAME_SAMPLES).astype(np.float32)
        loud = np.zeros(len(frames), np.bool_)
        for index, energy in enumerate(np.einsum("ij,ij->i", frames, frames).tolist()):
            self.push_energy(energy)
            loud[index] = self.quiet == 0
        return loud

    def push_energy(self, energy: float) -> bool:
        """The same, of a frame's sum of squares."""
        floor = self._floor
        if energy > _LEAST and energy > floor * _OVER_FLOOR:
            self._loud += 1
            if self._loud >= _ONSET:
                self.heard = True
                self.quiet = 0
                self._hangover = HANGOVER_FRAMES
                self._floor = min(floor * _RISE, _FLOOR_MOST)
                return True
        else:
            self._loud = 0
        if energy < floor:
            self._floor = energy if energy > _FLOOR_LEAST else _FLOOR_LEAST
        else:
            self._floor = min(floor * _RISE, _FLOOR_MOST)
        self.quiet += 1
        if self._hangover:
            self._hangover -= 1
            return True
        return False


def find_sound(samples: npt.NDArray[np.int16]) -> tuple[int, int]:
    """Where the sound of `[sample, channel]` begins and ends, in samples, with 200 ms around it;
    `(0, 0)`: there is none. It is read once, a minute at a time."""
    activity = SpeechActivity()
    step = FRAME_SAMPLES * 50 * 60
    first, last = -1, -1
    for at in range(0, len(samples), step):
        part = samples[at : at + step].sum(axis=1, dtype=np.int32)
        whole = np.zeros(-(-len(part) // FRAME_SAMPLES) * FRAME_SAMPLES, np.int16)
        whole[: len(part)] = np.clip(part, -32_768, 32_767)
        loud = np.flatnonzero(activity.push_many(whole)) + at // FRAME_SAMPLES
        if len(loud):
            first = first if first >= 0 else int(loud[0])
            last = int(loud[-1])
    if first < 0:
        return 0, 0
    begin = max(first - HANGOVER_FRAMES, 0) * FRAME_SAMPLES
    return begin, min((last + 1 + HANGOVER_FRAMES) * FRAME_SAMPLES, len(samples))
