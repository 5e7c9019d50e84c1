"""Audio to test with, and measures of audio."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["Wave", "files", "heard", "level", "loudness", "silences", "sine", "write"]

RATE = 8000


Wave = npt.NDArray[np.float64]


def sine(hertz: float, seconds: float, rate: int = RATE) -> Wave:
    """A tone whose peak is 0.5."""
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def write(path: Path, samples: Wave, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def heard(path: Path) -> Wave:
    """The samples of what the engine is given, from -1 to 1: it is 8 kHz, 16 bit, mono."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, "<i2") / 32768.0


def level(samples: Wave, hertz: float, rate: int = RATE) -> float:
    """How loud a tone is: its peak."""
    times = np.arange(len(samples)) / rate
    return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * times))))


def loudness(samples: Wave) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(samples**2)))


def silences(samples: Wave, least: float) -> list[float]:
    """The lengths in seconds of the stretches of silence within that are as long at least."""
    loud = np.flatnonzero(np.abs(samples) > 0.004)
    gaps = np.diff(loud) / RATE
    return [float(gap) for gap in gaps if gap >= least]


def files(folder: Path) -> list[Path]:
    """Those in a folder, and in folders within."""
    return [path for path in folder.rglob("*") if path.is_file()]
