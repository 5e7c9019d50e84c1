"""Texts, silences and files to one run of samples. Used by workers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from trunkline.voice.speech.engines import espeak_library, espeak_program, flite, piper
from trunkline.voice.speech.engines.voice import CannotSpeak, Speech
from trunkline.voice.speech.limit_peaks import limit_peaks
from trunkline.voice.speech.orders import Bleep, Part, Quiet, Recorded, Spoken
from trunkline.voice.speech.read_audio import read_audio
from trunkline.voice.speech.resample import RATE, Resampler, Samples

__all__ = ["CannotSpeak", "render_parts"]

SPEAK = {
    "piper": piper.speak,
    "flite": flite.speak,
    "espeak-ng": espeak_program.speak,
    "espeak": espeak_library.speak,
}
SILENT = 0.004  # of full scale
KEPT = RATE * 30 // 1000  # samples of silence that stay around words
BLEEP_HZ = 1000.0
BLEEP = 0.25  # of full scale


def render_parts(parts: Sequence[Part]) -> Iterator[Samples]:
    """The samples of each part. Silence that engines put around words is cut, so that pauses are
    as long as the document says, and what would be too loud is lowered. Raises CannotSpeak,
    UnreadableAudio."""
    for part in parts:
        match part:
            case Spoken():
                said = _at_8_khz(SPEAK[part.engine](part))
                yield limit_peaks(_trimmed(said) * _factor(part.gain))
            case Recorded():
                pieces = list(read_audio(Path(part.path), part.content_type))
                yield limit_peaks(_trimmed(np.concatenate(pieces)) * _factor(part.gain))
            case Quiet():
                yield np.zeros(RATE * part.ms // 1000, np.float32)
            case Bleep():
                times = np.arange(RATE * part.ms // 1000) / RATE
                yield (BLEEP * np.sin(2 * np.pi * BLEEP_HZ * times)).astype(np.float32)


def _at_8_khz(speech: Speech) -> Samples:
    resampler = Resampler(speech.rate)
    return np.concatenate((resampler.push(speech.samples), resampler.end()))


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > SILENT)
    if not len(loud):
        return samples[:0]
    return samples[max(0, loud[0] - KEPT) : loud[-1] + KEPT]


def _factor(gain: float) -> np.float32:
    return np.float32(10 ** (gain / 20))
