"""The WAV that the media engine plays: 8 kHz, 16 bit, mono. Used by workers alone."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from trunkline.voice.speech.resample import RATE, Samples

__all__ = ["write_wave"]

SCALE = 32768.0
FRAME = RATE // 50  # samples


def write_wave(path: Path, pieces: Iterable[Samples], *, most_seconds: int) -> int:
    """Write samples, as far as `most_seconds`; at least one frame. How many milliseconds they are.
    Raises OSError."""
    left = most_seconds * RATE
    written = 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for piece in pieces:
            kept = piece[:left]
            left -= len(kept)
            written += len(kept)
            whole = np.rint(kept * SCALE).clip(-32768, 32767).astype("<i2")
            file.writeframesraw(whole.tobytes())
            if left <= 0:
                break
        if written < FRAME:
            file.writeframesraw(bytes(2 * (FRAME - written)))
            written = FRAME
    return written * 1000 // RATE
