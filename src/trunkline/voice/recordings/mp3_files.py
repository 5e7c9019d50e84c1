"""MP3s of recordings: made when somebody asks, and at hand for who asks again soon (a player asks
for a file in many small parts)."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections import OrderedDict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from trunkline.messaging.media.blobs import BlobMissing, cannot_keep
from trunkline.sids import SidFactory
from trunkline.voice.recordings.audio_files import AudioFile, LocalAudio

__all__ = ["EncodeMp3", "Mp3Files"]

MOST_BYTES = 256 * 1000 * 1000  # of all MP3s that are at hand
AT_ONCE = 2  # that are made at the same time
MOST_FORGOTTEN = 1_000  # blobs: somebody may be on the way to ask for one, but not for long

Key = tuple[str, int]  # the blob, and how many channels


class EncodeMp3(Protocol):
    """Makes MP3s."""

    async def __call__(self, source: Path, target: Path) -> None:
        """Write the MP3 of a WAV, with as many channels as it has. May raise anything."""


class Mp3Files:
    """The MP3s that are at hand, in `folder`, which is this object's alone."""

    def __init__(
        self, encode: EncodeMp3, folder: Path, sids: SidFactory, *, most: int = MOST_BYTES
    ) -> None:
        self._encode = encode
        self._folder = folder
        self._sids = sids
        self._most = most
        self._bytes = 0
        self._made: OrderedDict[Key, tuple[Path, int]] = OrderedDict()
        self._making: dict[Key, asyncio.Task[LocalAudio]] = {}
        self._forgotten: deque[str] = deque(maxlen=MOST_FORGOTTEN)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def clear(self) -> None:
        """Remove what an earlier run has left."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def close(self) -> None:
        """Give up what is being made."""
        for task in list(self._making.values()):
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)
        await self.clear()

    async def of(self, blob_id: str, channels: int, source: AudioFile) -> AudioFile:
        """The MP3 of a WAV. Raises what reading and encoding it do, and BlobMissing where it was
        forgotten meanwhile."""
        key = blob_id, channels
        if (found := self._made.get(key)) is not None:
            self._made.move_to_end(key)
            return LocalAudio(*found)
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(key, source))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)  # others may wait for it, too

    def __iter__(self) -> Iterator[str]:
        return iter({blob_id for blob_id, _ in self._made})

    def forget(self, blob_id: str) -> None:
        """Remove the MP3s of a recording that was deleted. Those that are being made are not
        kept."""
        self._forgotten.append(blob_id)
        for key in [key for key in self._made if key[0] == blob_id]:
            self._remove(key)

    def _done(self, key: Key, task: asyncio.Task[LocalAudio]) -> None:
        self._making.pop(key, None)
        if not task.cancelled():
            task.exception()  # nobody may be waiting any more

    async def _make(self, key: Key, source: AudioFile) -> LocalAudio:
        name = self._sids.new_id()
        wave, target = self._folder / f"{name}.wav", self._folder / f"{name}.mp3"
        async with self._places:
            try:
                await _write(wave, source)
                await self._encode(wave, target)
                size = (await asyncio.to_thread(target.stat)).st_size
                if key[0] in self._forgotten:
                    raise BlobMissing(key[0])
            except BaseException:
                target.unlink(missing_ok=True)
                raise
            finally:
                wave.unlink(missing_ok=True)
        self._made[key] = target, size
        self._bytes += size
        while self._bytes > self._most and len(self._made) > 1:
            self._remove(next(iter(self._made)))
        return LocalAudio(target, size)

    def _remove(self, key: Key) -> None:
        path, size = self._made.pop(key)
        self._bytes -= size
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


async def _write(path: Path, source: AudioFile) -> None:
    try:
        file = await asyncio.to_thread(_create, path)
        with file:
            async for piece in source.read(0, source.size):
                await asyncio.to_thread(file.write, piece)
    except OSError as error:
        raise cannot_keep(error) from error


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.open("xb")
