"""Audio files of apps, read in pieces: whatever they pretend to be, little is in memory.

Used by workers alone. Which format a file has is told by its first bytes, and only formats that
apps may use (behaviour 2.1) reach the library that reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from trunkline.voice.speech.resample import Resampler, Samples

__all__ = ["MOST_SECONDS", "UnreadableAudio", "read_audio"]

MOST_SECONDS = 3600
BLOCK = 1 << 16  # samples of all channels together
MOST_CHANNELS = 8
LEAST_RATE, MOST_RATE = 2000, 384_000
GSM_FRAME = 0xD0  # the upper half of the first byte of each 33 (RFC 3551, 4.5.8.1)
RAW = {
    "audio/gsm": "GSM610",
    "audio/x-gsm": "GSM610",
    "audio/ulaw": "ULAW",
    "audio/basic": "ULAW",
}


class UnreadableAudio(Exception):
    """The file is no audio that can be played; the text says why."""


def read_audio(path: Path, content_type: str) -> Iterator[Samples]:
    """The audio of a file at 8 kHz, its channels mixed to one. Raises UnreadableAudio."""
    try:
        with _open(path, content_type) as file:
            if not LEAST_RATE <= file.samplerate <= MOST_RATE:
                raise UnreadableAudio(f"its sample rate is {file.samplerate} Hz")
            if file.channels > MOST_CHANNELS:
                raise UnreadableAudio(f"it has {file.channels} channels")
            resampler = Resampler(file.samplerate)
            left = MOST_SECONDS * file.samplerate
            heard = 0
            while len(samples := _block(file)):
                left -= len(samples)
                if left < 0:
                    raise UnreadableAudio(f"it is longer than {MOST_SECONDS // 60} minutes")
                heard += len(samples)
                yield resampler.push(samples)
            if heard == 0:
                raise UnreadableAudio("there is no audio in it")
            yield resampler.end()
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise UnreadableAudio("it cannot be read as audio") from error


def _block(file: soundfile.SoundFile) -> Samples:
    block = file.read(BLOCK // file.channels, dtype="float32", always_2d=True)
    mono: Samples = block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)
    # Floating-point files may hold anything.
    return np.nan_to_num(mono, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1.0, 1.0)


def _open(path: Path, content_type: str) -> soundfile.SoundFile:
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        raise UnreadableAudio("it is empty")
    if (head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE") or (
        head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")
    ):
        return soundfile.SoundFile(path)
    if (subtype := RAW.get(content_type)) is not None:
        if subtype == "GSM610" and head[0] & 0xF0 != GSM_FRAME:
            raise UnreadableAudio("it is no GSM 06.10")
        return soundfile.SoundFile(path, samplerate=8000, channels=1, format="RAW", subtype=subtype)
    if head[:3] == b"ID3" or (head[0] == 0xFF and head[1:2] and head[1] & 0xE0 == 0xE0):
        return soundfile.SoundFile(path)
    raise UnreadableAudio("it is no WAV, MP3 or AIFF")
