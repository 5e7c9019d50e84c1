"""What was said in a world: every message and automatic reply, across its accounts.

Nothing is copied: the transcript refers to the messages, so what is redacted or deleted is gone
from it too.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from trunkline.messaging import queries
from trunkline.messaging.delivery_errors import title
from trunkline.messaging.representation import message_sid
from trunkline.store import Database

__all__ = ["AUTOMATIC_REPLY", "MESSAGE", "ReadTranscript", "TranscriptEntry"]

MESSAGE = "message"
AUTOMATIC_REPLY = "automatic_reply"


class TranscriptEntry(msgspec.Struct, kw_only=True):
    """One text. Ids count up with real time, whatever the world's clock does: those of messages,
    automatic replies and requests to apps can be put in one order.

    An automatic reply of the network has no SID and no status. `waits_for` is what an outbound
    message has yet to go through, and `due_at` the world time at which that is due.
    """

    id: str
    sid: str | None
    kind: str
    direction: str
    sender: str | None  # None: not chosen yet
    recipient: str
    body: str
    num_media: int
    status: str | None
    error_code: int | None
    error_message: str | None
    created_at: datetime
    waits_for: str | None
    due_at: datetime | None


class ReadTranscript:
    """Reads transcripts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, world_id: str, limit: int) -> list[TranscriptEntry]:
        """The newest entries, in the order in which they were accepted."""
        rows = await self._database.fetch(queries.TRANSCRIPT, world_id, limit)
        return [
            TranscriptEntry(
                id=row["id"].hex,
                sid=None if row["direction"] is None else message_sid(row),
                kind=AUTOMATIC_REPLY if row["direction"] is None else MESSAGE,
                direction=row["direction"] or "outbound-reply",
                sender=row["sender"] or "",
                recipient=row["recipient"],
                body=row["body"] or "",
                num_media=row["num_media"],
                status=row["status"],
                error_code=row["error_code"],
                error_message=None if row["error_code"] is None else title(row["error_code"]),
                created_at=row["created_at"],
                waits_for=row["step"],
                due_at=row["due_at"],
            )
            for row in reversed(rows)
        ]
