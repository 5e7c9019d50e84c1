"""A database's media in a folder of the test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from trunkline.messaging.media.blobs import BlobMissing, Blobs, open_blobs
from trunkline.messaging.media.keep_media import KeepMedia
from trunkline.sids import SidFactory
from trunkline.store import Database


@dataclass
class Row:
    """A media row of a message."""

    message_id: str
    media_id: str
    blob_id: str | None


@dataclass
class Shelf:
    """Blobs, and rows that refer to them."""

    database: Database
    sids: SidFactory
    blobs: Blobs

    async def blob(self, data: bytes = b"bytes", blob_id: str | None = None) -> str:
        """A blob that no row refers to."""

        async def pieces():  # type: ignore[no-untyped-def]
            yield data

        async with KeepMedia(self.blobs, self.sids).spool() as spool:
            file = await spool.write("image/png", pieces())
            blob_id = blob_id or self.sids.new_id()
            await self.blobs.keep(blob_id, file.path)
        return blob_id

    async def row(self, data: bytes = b"bytes", content_type: str = "image/png") -> Row:
        """A row with a blob of its own."""
        return await self.refer(await self.blob(data), len(data), content_type)

    async def refer(self, blob_id: str, size: int = 5, content_type: str = "image/png") -> Row:
        """A row that refers to a blob."""
        row = Row(self.sids.new_id(), self.sids.new_id(), blob_id)
        await self.database.execute(
            "INSERT INTO message_content (message_id, part, media_id, content_type, blob_id, size)"
            " VALUES ($1, 1, $2, $3, $4, $5)",
            row.message_id,
            row.media_id,
            content_type,
            blob_id,
            size,
        )
        return row

    async def exists(self, blob_id: str | None) -> bool:
        """Whether the blob's first byte can be read."""
        try:
            return [piece async for piece in self.blobs.read(blob_id or "", 0, 1)] != []
        except BlobMissing:
            return False


@pytest_asyncio.fixture(loop_scope="session")
async def shelf(database: Database, sids: SidFactory, tmp_path: Path) -> Shelf:
    blobs = open_blobs(None, tmp_path)
    blobs.place = "here"
    return Shelf(database, sids, blobs)
