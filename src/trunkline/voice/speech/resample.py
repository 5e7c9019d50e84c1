"""Audio of any rate to 8 kHz: a windowed-sinc low pass and the new samples, in one product.

Used by workers alone: it imports numpy.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["RATE", "Resampler", "Samples"]

RATE = 8000  # Hz, of all audio inside

Samples = npt.NDArray[np.float32]  # from -1 to 1

ZERO_CROSSINGS = 24  # of the sinc, on each side
KAISER = 8.0  # stop band 80 dB down
PASS = 0.94  # of the lower Nyquist frequency
AT_ONCE = 256  # new samples of one product, at least
MOST_STEP = 480  # new samples in one period of the ratio; odd rates are taken for the nearest


class Resampler:
    """One stream of samples at `rate` Hz. A ratio whose period is long is rounded: by less than
    one in 100,000 at the rates that files have."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        most = max(1, min(MOST_STEP, 16_000_000 // rate))
        ratio = Fraction(rate, RATE).limit_denominator(most)
        times = max(1, AT_ONCE // ratio.denominator)
        self._taken = ratio.numerator * times
        self._given = ratio.denominator * times
        scale = max(1.0, rate / RATE)
        self._reach = int(np.ceil(ZERO_CROSSINGS * scale))
        self._matrix = self._make_matrix(PASS / scale)
        self._rest: Samples = np.zeros(self._reach, np.float32)
        self._heard = 0
        self._told = 0

    def push(self, samples: Samples) -> Samples:
        """What came of these samples, as far as it can be said without those that follow."""
        self._heard += len(samples)
        if self._rate == RATE:
            return samples
        return self._push(samples)

    def end(self) -> Samples:
        """The rest: as long as what came in, together."""
        if self._rate == RATE:
            return np.zeros(0, np.float32)
        whole = -(-self._heard * RATE // self._rate)
        missing = whole - self._told
        if missing <= 0:
            return np.zeros(0, np.float32)
        products = -(-missing // self._given)
        tail = self._push(np.zeros(products * self._taken + 2 * self._reach, np.float32))
        return tail[:missing]

    def _push(self, samples: Samples) -> Samples:
        waiting = np.concatenate((self._rest, samples))
        width = self._taken + 2 * self._reach
        count = (len(waiting) - width) // self._taken + 1
        if count <= 0:
            self._rest = waiting
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(waiting, width)[:: self._taken][:count]
        self._rest = waiting[count * self._taken :]
        made: Samples = (np.ascontiguousarray(windows) @ self._matrix).reshape(-1)
        self._told += len(made)
        return made

    def _make_matrix(self, cutoff: float) -> Samples:
        """A column for each new sample: the weights of the samples around its time."""
        inputs = np.arange(-self._reach, self._taken + self._reach, dtype=np.float64)
        times = np.arange(self._given) * (self._taken / self._given)
        away = inputs[:, None] - times[None, :]
        inside = np.clip(1 - (away / self._reach) ** 2, 0, None)
        window = np.where(inside > 0, np.i0(KAISER * np.sqrt(inside)) / np.i0(KAISER), 0)
        weights = np.sinc(cutoff * away) * window
        matrix: Samples = (weights / weights.sum(axis=0)).astype(np.float32)
        return matrix
