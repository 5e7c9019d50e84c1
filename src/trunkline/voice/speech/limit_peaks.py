"""Loud speech kept in range: its peaks are lowered, and never cut. Used by workers alone."""

from __future__ import annotations

import numpy as np

from trunkline.voice.speech.resample import Samples

__all__ = ["limit_peaks"]

MOST = np.float32(0.97)  # of full scale
BLOCK = 40  # samples: 5 ms
HELD = 8  # blocks on each side that have the gain of the loudest: longer than a voice's period


def limit_peaks(samples: Samples) -> Samples:
    """The samples, with a gain of less than 1 where they are too loud, and a little around. What
    is not too loud is given back as it is."""
    count = -(-len(samples) // BLOCK)
    padded = np.zeros(count * BLOCK, np.float32)
    np.abs(samples, out=padded[: len(samples)])
    peaks = padded.reshape(count, BLOCK).max(axis=1, initial=0)
    if not len(samples) or peaks.max() <= MOST:
        return samples
    needed = MOST / np.maximum(peaks, MOST)
    # The least of the blocks around, then the mean of fewer of them: what a block or its neighbour
    # needs is part of each value that the mean is of, so that no gain between them is too great.
    held = _windows(needed, HELD).min(axis=1)
    gains = _windows(held, HELD - 1).mean(axis=1)
    middles = np.arange(count) * BLOCK + (BLOCK - 1) / 2
    gain = np.interp(np.arange(len(samples)), middles, gains).astype(np.float32)
    limited: Samples = (samples * gain).astype(np.float32)
    return limited


def _windows(values: Samples, reach: int) -> Samples:
    """Each value with `reach` of those before and after it."""
    around = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(around, 2 * reach + 1)
