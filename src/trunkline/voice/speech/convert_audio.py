"""Audio files to what the engine plays, and recordings to MP3."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.audio_failed import WRONG_TYPE, AudioFailed
from trunkline.voice.speech.orders import Convert, EncodeMp3
from trunkline.voice.speech.workers import BadInput, Workers, WorkFailed

__all__ = ["CONVERTED", "ConvertAudio", "EncodeToMp3"]

SECONDS = 30.0
MP3_SECONDS = 600.0  # a recording may be of hours, and an hour takes half a minute
CONVERTED = "1"  # the version of what is made of files
PIECE = 1 << 20  # bytes


class ConvertAudio:
    """Makes WAVs of 8 kHz, 16 bit, mono of audio files, each once: WAV (PCM of any width and rate,
    µ-law, A-law, GSM), MP3, AIFF, and raw GSM and µ-law, which only their content type tells."""

    def __init__(self, cache: AudioCache, workers: Workers) -> None:
        self._cache = cache
        self._workers = workers

    async def __call__(
        self, source: Path, content_type: str = "", *, digest: str | None = None
    ) -> Path:
        """The WAV of a file; `digest` is the SHA-256 of its bytes in hexadecimal, where that is
        known. Raises AudioFailed where it is no audio or cannot be converted, and OSError."""
        if digest is None:
            digest = await asyncio.to_thread(_digest, source)
        key = hashlib.sha256(f"{CONVERTED}\0{content_type}\0{digest}".encode()).hexdigest()

        async def write(target: Path) -> None:
            order = Convert(source=str(source), content_type=content_type, target=str(target))
            await self._workers.run(order, seconds=SECONDS)

        try:
            return await self._cache.make(key, write)
        except WorkFailed as error:
            code = WRONG_TYPE if isinstance(error, BadInput) else 12400
            raise AudioFailed(code, str(error)) from error

    async def of_bytes(self, data: bytes, content_type: str = "") -> Path:
        """As of a file. Raises AudioFailed, OSError."""
        source = self._cache.spool()
        try:
            await asyncio.to_thread(source.write_bytes, data)
            return await self(source, content_type, digest=hashlib.sha256(data).hexdigest())
        finally:
            source.unlink(missing_ok=True)


class EncodeToMp3:
    """Makes MP3s of WAVs."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def __call__(self, source: Path, target: Path) -> None:
        """Write the MP3 of a WAV, with as many channels as it has. Raises WorkFailed, whereupon
        the target may be there in part."""
        order = EncodeMp3(source=str(source), target=str(target))
        await self._workers.run(order, seconds=MP3_SECONDS)


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
