"""The one form of audio inside: int16, 8 kHz, mono, frames of 160 samples (20 ms).

A frame is never written to again once it was handed on: it may be heard by many legs, and be
waiting for a recording.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["FRAME_SAMPLES", "RATE", "SILENCE", "Frame", "Samples"]

RATE = 8000
FRAME_SAMPLES = 160

Samples = npt.NDArray[np.int16]
"""Mono audio of any length."""

Frame = npt.NDArray[np.int16]
"""160 samples."""

SILENCE: Frame = np.zeros(FRAME_SAMPLES, dtype=np.int16)
"""The frame in which nothing is heard; where it is told by identity (`is SILENCE`), it is cheap."""
SILENCE.flags.writeable = False
