"""What is in a sound, measured by a test: how long it is, where somebody speaks, which tones and
keys are in it, where it is silent, and where a known sound occurs in it.

Nothing here is the platform's own: a fault of its detectors would not be seen by themselves.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

__all__ = ["Found", "Sound", "Span", "Tone", "key_frequencies", "mp3_seconds"]

RATE = 8000  # Hz, of every sound that is measured
STEP = 80  # samples between two looks: 10 ms
WINDOW = 240  # samples that a look takes in: 30 ms, which tells keys apart
LONG_WINDOW = 1000  # 125 ms, which tells two sines 40 Hz apart: ringback
LOUD = 100.0  # amplitude (RMS) of what is no silence: -50 dBFS
PURE = 0.85  # share of the energy that one or two sines have in a tone
BIN = 5.0  # Hz between two frequencies of a spectrum
NEAR = 20.0  # Hz by which two looks may differ in the same tone
GAP = 0.06  # s: shorter pauses do not end a sound, nor a tone
LEAST_KEY = 0.04  # s
LEAST_TONE = 0.1  # s: a vowel may be as pure, for less
LOWEST = 280.0  # Hz: no tone of a telephone is lower, and many a voice is
LEAST_LONG_TONE = 0.4  # s
LEAST_SPEECH = 0.2  # s

LOW, HIGH, ROWS = (697, 770, 852, 941), (1209, 1336, 1477, 1633), ("123A", "456B", "789C", "*0#D")
KEYS = {
    key: (low, high)
    for low, row in zip(LOW, ROWS, strict=True)
    for high, key in zip(HIGH, row, strict=True)
}

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of a sound, in seconds from its beginning."""

    at: float
    seconds: float

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.at + self.seconds


@dataclass(frozen=True, kw_only=True)
class Tone(Span):
    """One or two sines, in Hz, the lower first."""

    frequencies: tuple[float, ...]

    def is_at(self, *frequencies: float, within: float = 15.0) -> bool:
        """Whether it has just these frequencies."""
        return len(self.frequencies) == len(frequencies) and all(
            abs(own - other) <= within
            for own, other in zip(self.frequencies, sorted(frequencies), strict=True)
        )

    @property
    def key(self) -> str | None:
        """The key whose tone it is (ITU-T Q.23)."""
        return next((key for key, pair in KEYS.items() if self.is_at(*pair)), None)


@dataclass(frozen=True, kw_only=True)
class Found(Span):
    """Where a known sound is most likely, and how alike it is: 1 is the same but for its level."""

    likeness: float


class Sound:
    """A sound of 8 kHz, of one channel or more; what is measured is their sum."""

    def __init__(self, samples: npt.NDArray[np.int16]) -> None:
        self.samples = samples if samples.ndim == 2 else samples[:, None]

    @classmethod
    def read(cls, source: Path | str | bytes) -> Sound:
        """Read a WAV, or whatever libsndfile reads. AssertionError when it is not of 8 kHz."""
        file = io.BytesIO(source) if isinstance(source, bytes) else str(source)
        samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
        assert rate == RATE, f"{rate} samples a second"
        return cls(samples)

    def __repr__(self) -> str:
        spans = ", ".join(f"{span.at:.2f}-{span.end:.2f}" for span in self.speech)
        tones = ", ".join(
            f"{tone.key or tone.frequencies} at {tone.at:.2f} for {tone.seconds:.2f}"
            for tone in self.tones
        )
        return f"<{self.seconds:.2f} s × {self.channels}; speech {spans}; tones {tones}>"

    @property
    def channels(self) -> int:
        """How many there are."""
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE

    @property
    def peak(self) -> int:
        """The greatest amplitude, 32,768 at most."""
        return int(np.abs(self.samples.astype(np.int32)).max(initial=0))

    @property
    def mono(self) -> npt.NDArray[np.int16]:
        """Its samples; of several channels, their sum."""
        return np.clip(self._mono, -32_768, 32_767).astype(np.int16)

    def channel(self, number: int) -> Sound:
        """One of its channels, counted from 0."""
        return Sound(self.samples[:, number])

    def between(self, begin: float, end: float | None = None) -> Sound:
        """A part of it, by seconds."""
        last = None if end is None else round(end * RATE)
        return Sound(self.samples[round(begin * RATE) : last])

    # Sound and silence ----------------------------------------------------------------------
    @cached_property
    def sounds(self) -> list[Span]:
        """Where it is not silent. Pauses of less than 60 ms do not count."""
        return _spans(self._loud)

    @cached_property
    def silences(self) -> list[Span]:
        """Where it is silent for 60 ms and more, also before and after all sound."""
        edges = [0.0]
        for span in self.sounds:
            edges += [span.at, span.end]
        edges.append(self.seconds)
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [Span(at=a, seconds=b - a) for a, b in pairs if b - a >= GAP]

    @property
    def longest_silence(self) -> float:
        """In seconds."""
        return max((span.seconds for span in self.silences), default=0.0)

    @property
    def is_silent(self) -> bool:
        """Whether there is no sound at all."""
        return not self.sounds

    # Speech ---------------------------------------------------------------------------------
    @cached_property
    def speech(self) -> list[Span]:
        """Where somebody speaks: sound that is no tone. Pauses of half a second part two
        speeches; what is shorter than a fifth of a second is none."""
        toned = np.zeros(len(self._loud), np.bool_)
        for tone in self.tones:
            # What fades in and out at the ends of a tone is the tone's.
            begin, end = round(tone.at * RATE / STEP) - 4, round(tone.end * RATE / STEP) + 4
            toned[max(begin, 0) : end] = True
        spans = _spans(self._loud & ~toned, gap=0.5)
        return [span for span in spans if span.seconds >= LEAST_SPEECH]

    @property
    def speech_seconds(self) -> float:
        """How long somebody speaks, the short pauses within counted."""
        return sum(span.seconds for span in self.speech)

    # Tones ----------------------------------------------------------------------------------
    @cached_property
    def tones(self) -> list[Tone]:
        """The tones of keys of 40 ms and more, other sines of a tenth of a second and more, and
        two that are close together, as in ringback, of 0.4 s and more."""
        tones = [
            tone
            for tone in self._tones(WINDOW)
            if tone.seconds >= (LEAST_TONE if tone.key is None else LEAST_KEY)
        ]
        # A key may follow a tone at once, within what the longer looks take for its end.
        close = [
            tone
            for tone in self._tones(LONG_WINDOW)
            if tone.seconds >= LEAST_LONG_TONE
            and all(_shared(tone, other) < tone.seconds / 2 for other in tones)
        ]
        return sorted([*tones, *close], key=lambda tone: tone.at)

    @property
    def keys(self) -> str:
        """The keys whose tones are in it, in their order."""
        return "".join(tone.key for tone in self.tones if tone.key is not None)

    def tones_at(self, *frequencies: float) -> list[Tone]:
        """The tones of just these frequencies: `tones_at(1000)` are the beeps."""
        return [tone for tone in self.tones if tone.is_at(*frequencies)]

    # Known sounds ---------------------------------------------------------------------------
    def find(self, known: Sound) -> Found:
        """Where a known sound is, or would be: the best of all places, by normalised
        cross-correlation. AssertionError when it is longer than this one."""
        here, there = self._mono, known._mono
        count = len(there)
        assert 0 < count <= len(here), (known.seconds, self.seconds)
        size = 1 << (len(here) + count - 1).bit_length()
        spectrum = np.fft.rfft(here, size) * np.conj(np.fft.rfft(there, size))
        products = np.fft.irfft(spectrum, size)[: len(here) - count + 1]
        sums = np.concatenate(([0.0], np.cumsum(here**2)))
        energies = np.maximum(sums[count:] - sums[:-count], count * 1.0)
        likeness = products / np.sqrt(energies * max(float((there**2).sum()), 1.0))
        best = int(np.argmax(likeness))
        return Found(at=best / RATE, seconds=known.seconds, likeness=float(likeness[best]))

    # How it is done -------------------------------------------------------------------------
    @cached_property
    def _mono(self) -> Samples:
        mixed: Samples = self.samples.sum(axis=1, dtype=np.float64)
        return mixed

    @cached_property
    def _loud(self) -> npt.NDArray[np.bool_]:
        """Whether there is sound in each ten milliseconds."""
        count = len(self._mono) // STEP
        steps = self._mono[: count * STEP].reshape(count, STEP)
        loud: npt.NDArray[np.bool_] = np.sqrt((steps**2).mean(axis=1)) >= LOUD
        return loud

    def _tones(self, window: int) -> list[Tone]:
        """Where looks of so many samples, one every ten milliseconds, find the same sines."""
        tones: list[Tone] = []
        begin = 0
        now: tuple[float, ...] = ()
        looks = [*self._sines(window), ()]
        for index, sines in enumerate(looks):
            if now and _alike(sines, now):
                continue
            if now:
                # A look that a tone fills in part finds it, too.
                within = np.flatnonzero(self._loud[begin : index - 1 + window // STEP]) + begin
                first, last = int(within[0]), int(within[-1]) + 1
                tones.append(
                    Tone(
                        at=first * STEP / RATE,
                        seconds=(last - first) * STEP / RATE,
                        frequencies=looks[(begin + index - 1) // 2],
                    )
                )
            begin, now = index, sines
        return tones

    def _sines(self, window: int) -> list[tuple[float, ...]]:
        """Of each look the frequencies of the one or two sines that are all there is in it."""
        if len(self._mono) < window:
            return []
        looks = np.lib.stride_tricks.sliding_window_view(self._mono, window)[::STEP]
        found: list[tuple[float, ...]] = [()] * len(looks)
        for index in np.flatnonzero((looks**2).mean(axis=1) >= LOUD**2):
            found[index] = _sines(looks[index])
        return found


def key_frequencies(key: str) -> tuple[int, int]:
    """The two frequencies of a key, in Hz."""
    return KEYS[key]


def mp3_seconds(data: bytes) -> float:
    """How long an MP3 is when it is decoded, with what the encoder puts before and after."""
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.format == "MP3", file.format
        return float(file.frames / file.samplerate)


def _spans(flags: npt.NDArray[np.bool_], gap: float = GAP) -> list[Span]:
    """Where flags of ten milliseconds each are set; shorter gaps are bridged."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    spans: list[Span] = []
    for begin, end in edges.reshape(-1, 2) * STEP / RATE:
        if spans and begin - spans[-1].end < gap:
            begin = spans.pop().at
        spans.append(Span(at=float(begin), seconds=float(end - begin)))
    return spans


def _sines(look: Samples) -> tuple[float, ...]:
    """The sines of a look, or none when there is more in it than two of them."""
    size = int(RATE / BIN)
    power = np.abs(np.fft.rfft(look * np.hanning(len(look)), size)) ** 2
    total = float(power.sum()) or 1.0
    lobe = round(2 * RATE / len(look) / BIN)  # to either side of a peak
    found: list[tuple[float, float]] = []
    for _ in range(2):
        top = int(np.argmax(power))
        low, high = max(top - lobe, 0), min(top + lobe + 1, len(power))
        share = float(power[low:high].sum()) / total
        middle = float((np.arange(low, high) * power[low:high]).sum() / power[low:high].sum())
        found.append((middle * BIN, share))
        power[low:high] = 0
        if share >= PURE:
            break
    strong = sorted(frequency for frequency, share in found if share >= 0.05)
    is_tone = sum(share for _, share in found) >= PURE and strong[0] >= LOWEST
    return tuple(strong) if is_tone else ()


def _shared(one: Span, other: Span) -> float:
    """For how many seconds both are there."""
    return max(min(one.end, other.end) - max(one.at, other.at), 0.0)


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= NEAR for a, b in zip(one, other, strict=True)
    )
