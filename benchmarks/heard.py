"""Delays as a phone heard them: frames of the WAV that a virtual phone keeps, which begins with the
frame in which it answered. In real time a frame is 20 ms of the machine's clock.

The prompt is a loud tone, a text, and a quiet tone without an end, during which a key is pressed.
The phone's script says in which frame that is: `answer 0s` and `wait` are whole frames.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["Delays", "Prompts", "delays", "write_prompts", "write_tone"]

RATE = 8000
FRAME = 160  # samples: 20 ms
FRAME_SECONDS = FRAME / RATE
SILENT = 50  # the most that a sample of silence may be
LOUD = 12_000
QUIET = 3_000


@dataclass(frozen=True, slots=True)
class Prompts:
    """The tones that a menu plays: one before its text, one after it."""

    loud: Path
    quiet: Path


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds, of one call. Of the press of the key its whole frame counts: a finger presses
    somewhere in it."""

    first_audio: float  # from the answer
    silence: float  # from the key until the quiet tone has ended
    next_audio: float  # from the key until the next document is heard


def write_prompts(folder: Path) -> Prompts:
    """Make them."""
    prompts = Prompts(folder / "loud.wav", folder / "quiet.wav")
    write_tone(prompts.loud, seconds=0.5, hertz=600, level=LOUD)
    write_tone(prompts.quiet, seconds=20, hertz=450, level=QUIET)
    return prompts


def write_tone(path: Path, *, seconds: float, hertz: float, level: int) -> None:
    """A sine in a WAV."""
    at = np.arange(int(RATE * seconds)) / RATE
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((level * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes())


def delays(path: Path, pressed: int) -> Delays | None:
    """Those of a call whose phone pressed its key in frame `pressed` of its WAV. None where the
    quiet tone did not play by then, or nothing followed it."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    peaks = np.abs(frames.astype(np.int32)).max(axis=1)
    first = _first(peaks > LOUD / 2)
    if first is None or first >= pressed or not _is_quiet(peaks[pressed - 1 : pressed]).all():
        return None
    rest = peaks[pressed:]
    ended, following = _first(~_is_quiet(rest)), _first(rest > LOUD / 2)
    if ended is None or following is None:
        return None
    return Delays(
        first * FRAME_SECONDS, (ended + 1) * FRAME_SECONDS, (following + 1) * FRAME_SECONDS
    )


def _is_quiet(peaks: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    return (peaks > QUIET * 0.9) & (peaks < QUIET * 1.1)


def _first(found: npt.NDArray[np.bool_]) -> int | None:
    return int(found.argmax()) if found.any() else None
