"""Keep media files: write them as they come, a small piece in memory at a time, and make blobs of
them once all of a message are there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from trunkline.faults import fault
from trunkline.messaging.media.blobs import CHUNK, Blobs, BlobStoreDown, cannot_keep
from trunkline.sids import SidFactory

__all__ = ["KeepMedia", "KeptMedia", "SpooledMedia"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptMedia:
    """A media file whose bytes are a blob."""

    content_type: str
    blob_id: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class SpooledMedia:
    """A media file that was written, and is a blob as soon as its message is complete."""

    content_type: str
    path: Path
    size: int  # bytes


class Spool:
    """The files of one message that are being written."""

    def __init__(self, folder: Path, sids: SidFactory) -> None:
        self._folder = folder
        self._sids = sids
        self._paths: list[Path] = []

    async def write(self, content_type: str, chunks: AsyncIterable[bytes]) -> SpooledMedia:
        """Write a file. Raises BlobStoreDown, and whatever `chunks` raises."""
        path = self._folder / self._sids.new_id()
        self._paths.append(path)
        size = 0
        try:
            # Not in a thread: who is cancelled meanwhile would leave it open.
            file = self._create(path)
        except OSError as error:
            raise cannot_keep(error) from error
        try:
            async for chunk in chunks:
                size += len(chunk)
                # It goes to the disk when there is a piece of some size.
                await _in_thread(file.write, chunk) if len(chunk) >= CHUNK else file.write(chunk)
            await _in_thread(file.flush)
        except OSError as error:
            raise cannot_keep(error) from error
        finally:
            with contextlib.suppress(OSError):
                file.close()
        return SpooledMedia(content_type, path, size)

    def _create(self, path: Path) -> BinaryIO:
        try:
            return path.open("xb", CHUNK)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return path.open("xb", CHUNK)

    def clear(self) -> None:
        """Remove what was not kept."""
        for path in self._paths:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


class KeepMedia:
    """Makes blobs of media files."""

    def __init__(self, blobs: Blobs, sids: SidFactory) -> None:
        self._blobs = blobs
        self._sids = sids

    @asynccontextmanager
    async def spool(self) -> AsyncIterator[Spool]:
        """Room for the files of one message; what is not kept is removed at the end."""
        spool = Spool(self._blobs.spool, self._sids)
        try:
            yield spool
        finally:
            spool.clear()

    async def keep(self, files: Sequence[SpooledMedia]) -> list[KeptMedia]:
        """Make blobs of files: all of them or none. Raises BlobStoreDown."""
        kept = [KeptMedia(f.content_type, self._sids.new_id(), f.size) for f in files]
        try:
            for file, media in zip(files, kept, strict=True):
                await self._blobs.keep(media.blob_id, file.path)
        except BaseException:
            await self.drop(kept)
            raise
        return kept

    async def drop(self, kept: Iterable[KeptMedia]) -> None:
        """Remove blobs that nothing refers to after all. What fails is left to the sweep."""
        ids = [media.blob_id for media in kept]
        try:
            await self._blobs.remove(ids)
        except BlobStoreDown as error:
            log.warning("media.not_dropped", count=len(ids), **fault(error))


async def _in_thread(function: Any, *arguments: Any) -> Any:
    try:
        return await asyncio.to_thread(function, *arguments)
    except OSError as error:
        raise cannot_keep(error) from error
