"""Blobs in an S3-compatible store, by obstore. Credentials, region and endpoint are those of every
program that uses S3: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
`AWS_ENDPOINT_URL`, or what the machine has been given.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from trunkline.messaging.media.blobs import CHUNK, BlobMissing, BlobStoreDown, in_pieces

try:
    import obstore
    from obstore.exceptions import BaseError, NotFoundError
    from obstore.store import S3Store as Bucket
except ImportError:
    raise ValueError(
        "TRUNKLINE_BLOB_URL names S3, which needs one more package: "
        "python -m pip install 'trunkline[s3]'."
    ) from None

__all__ = ["S3Store"]

AT_ONCE = 8  # files that are sent at the same time: one of them is in memory as a whole
LISTED = 1000  # names in one answer
PIECE = 4 * CHUNK  # bytes that are asked for at a time
PATIENCE = timedelta(seconds=20)  # of a request, with all that is tried again
TROUBLE = (BaseError, OSError)


class S3Store:
    """Blobs in a bucket, under a prefix."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._prefix = f"{prefix}/" if prefix else ""
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        options: Any = {"timeout": PATIENCE, "connect_timeout": timedelta(seconds=5)}
        more: dict[str, Any] = {}
        if endpoint is not None:
            more["endpoint"] = endpoint
            options["allow_http"] = endpoint.startswith("http://")
        retries: Any = {"max_retries": 3, "retry_timeout": PATIENCE}
        self._bucket = Bucket(bucket, client_options=options, retry_config=retries, **more)
        self._sending = asyncio.Semaphore(AT_ONCE)

    async def keep(self, name: str, path: Path) -> None:
        """See `BlobStore`."""
        async with self._sending:
            try:
                await obstore.put_async(self._bucket, self._prefix + name, path)
            except TROUBLE as error:
                raise _down(error) from error

    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """See `BlobStore`."""
        # Not one answer for all of it: whoever reads slowly would be cut off by its time limit,
        # and hold a connection until then.
        while start < end:
            piece = await self._piece(name, start, min(start + PIECE, end))
            if not piece:
                raise BlobMissing(name)  # shorter than it was
            start += len(piece)
            async for part in in_pieces(piece):
                yield part

    async def _piece(self, name: str, start: int, end: int) -> bytes:
        try:
            return bytes(
                await obstore.get_range_async(
                    self._bucket, self._prefix + name, start=start, end=end
                )
            )
        except (NotFoundError, FileNotFoundError):
            raise BlobMissing(name) from None
        except TROUBLE as error:
            raise _down(error) from error

    async def remove(self, names: Sequence[str]) -> None:
        """See `BlobStore`."""
        if not names:
            return
        try:
            await obstore.delete_async(self._bucket, [self._prefix + name for name in names])
        except (NotFoundError, FileNotFoundError):
            return  # of those that are not there, S3 itself says nothing
        except TROUBLE as error:
            raise _down(error) from error

    async def listed(self, folder: str) -> AsyncIterator[list[str]]:
        """See `BlobStore`."""
        within = f"{self._prefix}{folder}"
        try:
            async for found in obstore.list(self._bucket, within, chunk_size=LISTED):
                yield [entry["path"].removeprefix(self._prefix) for entry in found]
        except TROUBLE as error:
            raise _down(error) from error


def _down(error: Exception) -> BlobStoreDown:
    # The error's own text quotes addresses and whole answers of the store.
    return BlobStoreDown(f"The store of media cannot be used ({type(error).__name__}).")
