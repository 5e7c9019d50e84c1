"""What a phone heard in a call, measured: how long, whether somebody spoke, which tones."""

from __future__ import annotations

import io
import os
import wave
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Heard", "HeardTone"]

RATE = 8000
WINDOW = 400  # samples: 50 ms, in which tones are told 20 Hz apart
LEAST = 100.0  # amplitude (RMS) of what is no silence
PURE = 0.85  # of the energy: what one or two sines have in a tone
NEAR = 15.0  # Hz: windows of the same tone
SHORTEST = 2  # windows


@dataclass(frozen=True, kw_only=True)
class HeardTone:
    """A tone of one or two frequencies, such as a beep."""

    at: float
    """When it began, in seconds."""
    seconds: float
    """How long it lasted."""
    frequencies: tuple[int, ...]
    """In Hz, to about 10 Hz."""


class Heard:
    """The sound that a phone heard in a call, or of a recording: 8,000 samples a second."""

    wave: bytes
    """The WAV."""

    def __init__(self, data: bytes) -> None:
        self.wave = data

    def __repr__(self) -> str:
        spoken = f", {self.speech_seconds:.1f} s of them speech" if self.has_speech else ""
        return f"<heard {self.duration:.2f} s{spoken}; keys {self.digits!r}>"

    @cached_property
    def channels(self) -> int:
        """How many channels it has."""
        return int(self._samples.shape[1])

    @property
    def samples(self) -> npt.NDArray[np.int16]:
        """The samples as a numpy array of 16 bit; of several channels, their sum."""
        if self.channels == 1:
            only: npt.NDArray[np.int16] = self._samples[:, 0]
            return only
        import numpy as np

        mixed = self._samples.sum(axis=1, dtype=np.int32)
        both: npt.NDArray[np.int16] = np.clip(mixed, -32768, 32767).astype(np.int16)
        return both

    def channel(self, number: int) -> Heard:
        """One channel of a recording, counted from 0. Raises IndexError."""
        return Heard(_wave(self._samples[:, number]))

    @property
    def duration(self) -> float:
        """How long it is, in seconds."""
        return len(self._samples) / RATE

    @property
    def has_speech(self) -> bool:
        """Whether there is speech: sound that is no tone, for a fifth of a second at least."""
        return self.speech_seconds >= 0.2

    @cached_property
    def speech_seconds(self) -> float:
        """How long there is speech, or music: sound that is no tone."""
        loud, pure, _ = self._windows
        return float((loud & ~pure).sum()) * WINDOW / RATE

    @cached_property
    def sound_seconds(self) -> float:
        """How long there is any sound."""
        return float(self._windows[0].sum()) * WINDOW / RATE

    @cached_property
    def digits(self) -> str:
        """The keys whose tones are in it."""
        from trunkline.voice.media.detect_digits import DigitDetector
        from trunkline.voice.media.frame import FRAME_SAMPLES

        detector = DigitDetector()
        samples = self.samples
        ends = range(FRAME_SAMPLES, len(samples) + 1, FRAME_SAMPLES)
        found = (detector.push(samples[end - FRAME_SAMPLES : end]) for end in ends)
        return "".join(key for key in found if key)

    @cached_property
    def tones(self) -> list[HeardTone]:
        """The tones of a tenth of a second and more, in their order."""
        _, pure, peaks = self._windows
        tones: list[HeardTone] = []
        begin = 0
        frequencies: tuple[float, ...] = ()
        for at in range(len(pure) + 1):
            now = peaks[at] if at < len(pure) and pure[at] else ()
            if _alike(now, frequencies):
                continue
            if frequencies and at - begin >= SHORTEST:
                tones.append(
                    HeardTone(
                        at=begin * WINDOW / RATE,
                        seconds=(at - begin) * WINDOW / RATE,
                        frequencies=tuple(round(each) for each in frequencies),
                    )
                )
            begin, frequencies = at, now
        return tones

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the WAV, to listen to it."""
        Path(path).write_bytes(self.wave)

    @cached_property
    def _samples(self) -> npt.NDArray[np.int16]:
        import numpy as np

        with wave.open(io.BytesIO(self.wave)) as file:
            data = file.readframes(file.getnframes())
            return np.frombuffer(data, np.int16).reshape(-1, file.getnchannels())

    @cached_property
    def _windows(self) -> tuple[Any, Any, list[tuple[float, ...]]]:
        """Of each 50 ms: whether it is loud, whether it is a tone, and that tone's frequencies."""
        import numpy as np

        samples = self.samples.astype(np.float64)
        count = len(samples) // WINDOW
        windows = samples[: count * WINDOW].reshape(count, WINDOW)
        loud = np.sqrt((windows**2).mean(axis=1)) >= LEAST if count else np.zeros(0, bool)
        powers = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), n=4 * WINDOW)) ** 2
        pure = np.zeros(count, bool)
        peaks: list[tuple[float, ...]] = [()] * count
        for at in np.flatnonzero(loud):
            peaks[at], share = _sines(powers[at])
            pure[at] = share >= PURE
        return loud, pure, peaks


def _sines(power: Any) -> tuple[tuple[float, ...], float]:
    """The frequencies of the one or two greatest sines, and their share of all energy."""
    import numpy as np

    width = 8  # bins of 5 Hz to either side: the main lobe of the window
    left = power.copy()
    total = float(power.sum()) or 1.0
    found: list[tuple[float, float]] = []
    for _ in range(2):
        top = int(np.argmax(left))
        low, high = max(top - width, 0), top + width + 1
        energy = float(left[low:high].sum())
        bins = np.arange(low, min(high, len(left)))
        middle = float((bins * left[low:high]).sum() / max(energy, 1e-9))
        found.append((middle * RATE / (4 * WINDOW), energy / total))
        left[low:high] = 0
    strong = [frequency for frequency, share in found if share >= 0.1]
    return tuple(sorted(strong)), sum(share for _, share in found if share >= 0.1)


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= NEAR for a, b in zip(one, other, strict=True)
    )


def _wave(samples: Any) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return target.getvalue()
