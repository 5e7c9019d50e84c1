"""Blobs: the bytes of media, outside the database. Each has an id, is written once and never
changed. Where they are, `TRUNKLINE_BLOB_URL` says: in a folder (the data folder's, by default) or
in an S3-compatible store.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from trunkline.store import StoreUnavailable

__all__ = [
    "CHUNK",
    "BlobMissing",
    "BlobStore",
    "BlobStoreDown",
    "Blobs",
    "FolderStore",
    "cannot_keep",
    "in_pieces",
    "open_blobs",
    "read_file",
]

CHUNK = 64 * 1024  # bytes that are in memory of one file at a time
NAME = re.compile(r"[0-9a-f]{32}")


class BlobMissing(Exception):
    """There is no blob of this id."""


class BlobStoreDown(StoreUnavailable):
    """The place where media are kept cannot be written or read."""


class BlobStore(Protocol):
    """Keeps blobs by name. Every method raises BlobStoreDown when the store cannot be used."""

    async def keep(self, name: str, path: Path) -> None:
        """Keep the file at `path`, which may be gone afterwards. Returns once it would survive a
        power cut."""

    def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in small pieces. Raises BlobMissing."""

    async def remove(self, names: Sequence[str]) -> None:
        """Remove blobs; those that are not there are no trouble."""

    def listed(self, folder: str) -> AsyncIterator[list[str]]:
        """The names of all blobs in a folder, in lists of a convenient length."""


class Blobs:
    """The blobs of one database.

    Names begin with the `place` of the database, so that another one that uses the same store
    never takes these for files that nothing refers to. `spool` is a folder of this machine in
    which files are written before they are kept.
    """

    def __init__(self, store: BlobStore, spool: Path) -> None:
        self.spool = spool
        self.place = ""
        self._store = store

    async def keep(self, blob_id: str, path: Path) -> None:
        """Keep a file as the blob `blob_id`. See `BlobStore.keep`."""
        await self._store.keep(self._name(blob_id), path)

    def read(self, blob_id: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Some bytes of a blob. See `BlobStore.read`."""
        return self._store.read(self._name(blob_id), start, end)

    async def remove(self, blob_ids: Sequence[str]) -> None:
        """Remove blobs. See `BlobStore.remove`."""
        await self._store.remove([self._name(blob_id) for blob_id in blob_ids])

    async def listed(self) -> AsyncIterator[list[str]]:
        """The ids of all blobs of this database."""
        async for names in self._store.listed(self.place):
            ids = [name.rpartition("/")[2] for name in names]
            yield [blob_id for blob_id in ids if NAME.fullmatch(blob_id)]

    def _name(self, blob_id: str) -> str:
        if not self.place:
            raise ValueError("the place of the database is not known yet")
        # By the end of the id, which is random: its beginning is the time.
        return f"{self.place}/{blob_id[-2:]}/{blob_id}"


class FolderStore:
    """Blobs in a folder. `spool` is within it: a file is renamed to where it stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, name: str, path: Path) -> None:
        """See `BlobStore`."""
        try:
            await asyncio.to_thread(self._keep, self._folder / name, path)
        except OSError as error:
            raise cannot_keep(error) from error

    def _keep(self, target: Path, path: Path) -> None:
        # First the bytes, then the name: what has its name is whole.
        with path.open("rb") as file:
            os.fsync(file.fileno())
        try:
            path.rename(target)
        except FileNotFoundError:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(target)
            _sync_folder(target.parent.parent)
        _sync_folder(target.parent)

    def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See `BlobStore`."""
        return read_file(self._folder / name, name, start, end)

    async def remove(self, names: Sequence[str]) -> None:
        """See `BlobStore`."""
        try:
            await asyncio.to_thread(self._remove, names)
        except OSError as error:
            raise cannot_keep(error) from error

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    async def listed(self, folder: str) -> AsyncIterator[list[str]]:
        """See `BlobStore`."""
        try:
            for shard in await asyncio.to_thread(_names, self._folder / folder):
                found = await asyncio.to_thread(_names, self._folder / folder / shard)
                yield [f"{folder}/{shard}/{name}" for name in found]
        except OSError as error:
            raise cannot_keep(error) from error


def open_blobs(url: str | None, data: Path) -> Blobs:
    """The blobs at a URL (`file:///folder` or `s3://bucket/prefix`), by default in the data folder.

    Raises ValueError, with a sentence, for a URL that is neither.
    """
    if url is None:
        folder = data / "blobs"
        return Blobs(FolderStore(folder), folder / "incoming")
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and len(parts.path) > 1:
        folder = Path(unquote(parts.path))
        return Blobs(FolderStore(folder), folder / "incoming")
    if parts.scheme == "s3" and parts.netloc and not parts.query:
        # Loaded only when it is asked for: it is not installed with everything else.
        from trunkline.messaging.media.s3_store import S3Store

        return Blobs(S3Store(parts.netloc, parts.path.strip("/")), data / "blobs" / "incoming")
    raise ValueError("TRUNKLINE_BLOB_URL is file:///folder or s3://bucket/prefix.")


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _sync_folder(folder: Path) -> None:
    # Without it the file's name may be lost in a power cut that its row survives.
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


async def read_file(path: Path, name: str, start: int, end: int) -> AsyncIterator[bytes]:
    """Some bytes of a file of this machine, as a blob is read: `name` is what is missing, if it
    is. What removes the file meanwhile does not disturb who reads it already."""
    try:
        # Not in a thread: who is cancelled meanwhile would leave it open.
        file = open(path, "rb")  # noqa: ASYNC230, SIM115
    except FileNotFoundError:
        raise BlobMissing(name) from None
    except OSError as error:
        raise cannot_keep(error) from error
    with file:
        file.seek(start)
        while start < end:
            data = await asyncio.to_thread(file.read, min(CHUNK, end - start))
            if not data:
                raise BlobMissing(name)  # shorter than it was
            start += len(data)
            yield data


async def in_pieces(data: bytes) -> AsyncIterator[bytes]:
    """What is in memory already, as a blob is read."""
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def cannot_keep(error: OSError) -> BlobStoreDown:
    """What is said of a folder that cannot be used."""
    return BlobStoreDown(f"Media cannot be kept: {error.strerror or error}.")
