"""Mixing: what each member of a room hears is the sum of all others, with a gain that keeps it in
range.

The gain of a `Limiter` is 1 until a sum would be clipped. Then it goes down on the way to the first
sample that is too loud, never further than needed, and comes back by 6 dB a second: slowly enough
that nothing is heard to pump, and no sample is ever clipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from trunkline.voice.media.frame import FRAME_SAMPLES, SILENCE, Frame, Samples

__all__ = ["Limiter", "Mixer", "mix_two"]

_MOST: Final = 32_000  # a little under what int16 holds
_RELEASE: Final = 10 ** (6 / 20 / 50)  # 6 dB a second, a frame
_INDEX: Final = np.arange(FRAME_SAMPLES, dtype=np.float32)
_AT_ONCE: Final = np.ones(FRAME_SAMPLES, dtype=np.float32)
_RAMP: Final = np.arange(1, FRAME_SAMPLES + 1, dtype=np.float32) / FRAME_SAMPLES

Sums = npt.NDArray[np.int32]


def mix_two(one: Frame, other: Frame) -> Frame:
    """Both at once, cut at what int16 holds: for what is mixed seldom, or not loud. No gain."""
    if one is SILENCE:
        return other
    if other is SILENCE:
        return one
    total = one.astype(np.int32)
    total += other
    np.clip(total, -32_768, 32_767, out=total)
    return total.astype(np.int16)


class Limiter:
    """The gain of one listener, from frame to frame."""

    __slots__ = ("gain",)

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def frame(self, total: Sums) -> Frame:
        """160 samples that may be too loud, as a frame."""
        peak = max(int(total.max()), -int(total.min()))
        if peak <= _MOST and self.gain == 1.0:
            return total.astype(np.int16)
        return self._limited(total, peak)

    def frames(self, total: Sums) -> Samples:
        """The same for whole frames after each other."""
        if self.gain == 1.0 and (
            not total.size or max(int(total.max()), -int(total.min())) <= _MOST
        ):
            return total.astype(np.int16)
        rows = total.reshape(-1, FRAME_SAMPLES)
        return np.concatenate([self.frame(row) for row in rows])

    def _limited(self, total: Sums, peak: int) -> Frame:
        before = self.gain
        if peak * before > _MOST:
            after = _MOST / peak
            # Straight down to the first sample that the old gain would leave too loud.
            first = int(np.argmax(np.abs(total) * before > _MOST))
            gains = np.minimum(_INDEX / np.float32(first), 1) if first else _AT_ONCE
        else:
            after = min(before * _RELEASE, 1.0, _MOST / max(peak, 1))
            gains = _RAMP
        self.gain = after
        scaled = total * (before + (after - before) * gains)
        # What rounding adds, int16 has room for.
        return scaled.astype(np.int16)


class Mixer:
    """A room: what each member hears is all others. Two need no sum: each hears the other's frame
    as it is. Members may come and go from frame to frame."""

    __slots__ = ("_inputs", "_limiters")

    def __init__(self) -> None:
        self._limiters: dict[str, Limiter] = {}
        self._inputs: npt.NDArray[np.int16] = np.empty((0, FRAME_SAMPLES), np.int16)

    def mix(self, frames: Mapping[str, Frame]) -> dict[str, Frame]:
        """What each member hears while the members say `frames`. Who says nothing, or is muted, is
        told with `SILENCE`, and costs less."""
        if len(frames) == 2:
            self._limiters = {}
            (one, first), (other, second) = frames.items()
            return {one: second, other: first}
        speaking = {member: frame for member, frame in frames.items() if frame is not SILENCE}
        if len(speaking) > 1 or self._limiters:
            return self._sums(frames, speaking)
        for member, frame in speaking.items():
            return {**dict.fromkeys(frames, frame), member: SILENCE}
        return dict.fromkeys(frames, SILENCE)

    def _sums(self, frames: Mapping[str, Frame], speaking: Mapping[str, Frame]) -> dict[str, Frame]:
        if len(self._inputs) != len(speaking):
            self._inputs = np.empty((len(speaking), FRAME_SAMPLES), np.int16)
        inputs = self._inputs
        for index, frame in enumerate(speaking.values()):
            inputs[index] = frame
        total = inputs.sum(axis=0, dtype=np.int32)
        others = total - inputs
        # All that say nothing hear the same.
        if not self._limiters and not _too_loud(total) and not _too_loud(others):
            heard = dict.fromkeys(frames, total.astype(np.int16))
            heard.update(zip(speaking, others.astype(np.int16), strict=True))
            return heard
        return self._limited(frames, speaking, total, others)

    def _limited(
        self, frames: Mapping[str, Frame], speaking: Mapping[str, Frame], total: Sums, others: Sums
    ) -> dict[str, Frame]:
        """Each that speaks has a gain of its own, beginning with that of all who only listen."""
        limiters = self._limiters
        listeners = limiters.get(_LISTENERS) or Limiter()
        gain = listeners.gain
        heard = dict.fromkeys(frames, listeners.frame(total))
        kept = {_LISTENERS: listeners}
        for index, member in enumerate(speaking):
            limiter = kept[member] = limiters.get(member) or Limiter(gain)
            heard[member] = limiter.frame(others[index])
        # None is needed when all are at full gain again.
        self._limiters = kept if any(limiter.gain < 1.0 for limiter in kept.values()) else {}
        return heard


_LISTENERS: Final = ""


def _too_loud(sums: Sums) -> bool:
    return max(int(sums.max()), -int(sums.min())) > _MOST
