"""The audio of recordings as files that are read in pieces: as it is kept, mixed to one channel,
or of this machine."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from trunkline.messaging.media.blobs import Blobs, read_file

__all__ = ["AudioFile", "KeptAudio", "LocalAudio", "MixedAudio"]

HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")  # of every WAV that the engine writes: 44 bytes
RATE = 8000


class AudioFile(Protocol):
    """Bytes, of which some may be asked for."""

    @property
    def size(self) -> int:
        """How many there are."""

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Those from `start` to before `end`. Raises BlobMissing, BlobStoreDown."""


class KeptAudio:
    """The WAV of a recording, as the engine wrote it."""

    def __init__(self, blobs: Blobs, blob_id: str, size: int) -> None:
        self._blobs = blobs
        self._blob_id = blob_id
        self.size = size

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """See `AudioFile`."""
        return self._blobs.read(self._blob_id, start, end)


class MixedAudio:
    """A WAV of two channels as one of one channel, in which both are heard."""

    def __init__(self, source: AudioFile) -> None:
        self._source = source
        samples = (source.size - HEADER.size) // 4
        self.size = HEADER.size + 2 * samples
        self._header = HEADER.pack(
            b"RIFF", self.size - 8, b"WAVE",
            b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16,
            b"data", 2 * samples,
        )  # fmt: skip

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """See `AudioFile`."""
        end = min(end, self.size)
        if start < HEADER.size:
            yield self._header[start : min(end, HEADER.size)]
            start = HEADER.size
        if start >= end:
            return
        first, last = (start - HEADER.size) // 2, (end - HEADER.size + 1) // 2
        at = HEADER.size + 2 * first  # where the next mixed sample stands
        rest = b""
        async for piece in self._source.read(HEADER.size + 4 * first, HEADER.size + 4 * last):
            whole = rest + piece
            cut = len(whole) // 4 * 4
            mixed = await asyncio.to_thread(_mix, whole[:cut])
            rest = whole[cut:]
            shown = mixed[max(start - at, 0) : end - at]
            at += len(mixed)
            if shown:
                yield shown


class LocalAudio:
    """A file of this machine. What removes it does not disturb who reads it already."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self.size = size

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """See `AudioFile`."""
        return read_file(self._path, self._path.name, start, end)


def _mix(data: bytes) -> bytes:
    import numpy as np  # where nothing is mixed, it is not loaded

    sides = np.frombuffer(data, "<i2").reshape(-1, 2).astype(np.int32)
    mixed: bytes = sides.sum(axis=1).clip(-32768, 32767).astype("<i2").tobytes()
    return mixed
