"""What a virtual phone has received: messages that arrived, and automatic replies.

Nothing is copied: the inbox refers to the messages, so what is redacted or deleted is gone from
it too.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from trunkline.messaging import queries
from trunkline.messaging.content.render import Button
from trunkline.messaging.representation import message_sid
from trunkline.store import Database

__all__ = ["InboxEntry", "PhoneInbox"]


class InboxEntry(msgspec.Struct):
    """One text on a phone. An automatic reply of the network has no SID."""

    sid: str | None
    sender: str
    recipient: str
    body: str
    num_media: int
    arrived_at: datetime
    kind: str
    buttons: tuple[Button, ...] = ()  # of a content template, on channels that show them


class PhoneInbox:
    """Reads inboxes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, world_id: str, phone: str, limit: int = 50) -> list[InboxEntry]:
        """The newest entries, newest first."""
        rows = await self._database.fetch(queries.INBOX, world_id, phone, limit)
        entries = [
            InboxEntry(
                sid=message_sid(row),
                sender=row["sender"] or "",
                recipient=row["recipient"],
                body=row["body"] or "",
                num_media=row["num_media"],
                arrived_at=row["arrived_at"],
                kind="message",
                buttons=tuple(Button(**one) for one in row["buttons"] or ()),
            )
            for row in rows
        ]
        for row in await self._database.fetch(queries.INBOX_REPLIES, world_id, phone, limit):
            entries.append(
                InboxEntry(
                    sid=None,
                    sender=row["sender"],
                    recipient=row["recipient"],
                    body=row["body"],
                    num_media=0,
                    arrived_at=row["arrived_at"],
                    kind="automatic_reply",
                )
            )
        entries.sort(key=lambda entry: entry.arrived_at, reverse=True)
        return entries[:limit]
