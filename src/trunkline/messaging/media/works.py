"""What messaging contributes to a group commit about media that come in with a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trunkline.bus import Event
from trunkline.messaging import queries
from trunkline.messaging.works import StoredMedia
from trunkline.store.database import Connection

__all__ = ["AddMedia", "CopiedMedia", "CopyMedia"]


MEDIA_COLUMNS = (
    "message_id",
    "part",
    "media_id",
    "content_type",
    "blob_id",
    "size",
    "created_at",
)


class AddMedia:
    """Insert the media of messages that are inserted in the same commit."""

    order = 33

    async def write(
        self, connection: Connection, items: Sequence[StoredMedia], events: list[Event]
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "message_content",
            records=[
                (
                    m.message_sid[2:],
                    m.part,
                    m.media_id,
                    m.content_type,
                    m.blob_id,
                    m.size,
                    m.moment,
                )
                for m in items
            ],
            columns=MEDIA_COLUMNS,
        )
        return [None] * len(items)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedMedia:
    """The media of a message that goes from one number of the world to another: they belong to
    either message, so that each account can delete its own. Their bytes are there once."""

    source_sid: str
    message_sid: str
    media_ids: tuple[str, ...]  # of the copies, by part
    moment: datetime


class CopyMedia:
    """Insert copies of media. Before retention forgets the ones that they are copies of."""

    order = 34

    async def write(
        self, connection: Connection, items: Sequence[CopiedMedia], events: list[Event]
    ) -> Sequence[None]:
        """Insert the rows; those of media that were deleted meanwhile are not there."""
        for m in items:
            await connection.execute(
                queries.COPY_MEDIA,
                m.source_sid[2:],
                m.message_sid[2:],
                list(m.media_ids),
                m.moment,
            )
        return [None] * len(items)
