"""What messaging contributes to a group commit: each class is one kind of work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from trunkline.bus import Event
from trunkline.messaging import queries
from trunkline.messaging.consents.opt_outs import NO_SERVICES, Services, find_blocked
from trunkline.messaging.model import MESSAGE, NewMessage
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects, Refused
from trunkline.store.notes import NoteFollower, Notes
from trunkline.store.transitions import EventRow, Follower, Transitions, append_events

__all__ = [
    "AutomaticReplies",
    "AutomaticReply",
    "CreateMessages",
    "OptedOut",
    "ReplaceText",
    "ReplacedText",
    "StoreMedia",
    "StoredMedia",
    "message_notes",
    "message_transitions",
]


def message_transitions(followers: Sequence[Follower] = ()) -> Transitions:
    """The work that moves messages through their lifecycle; `followers` see each step."""
    return Transitions(
        MESSAGE,
        "messages",
        "message_events",
        {
            "error_code": "int",
            "sent_at": "timestamptz",
            "handset_at": "timestamptz",
            "carrier_message_id": "text",
            "sender": "text",
            "num_segments": "int",
            "num_media": "int",
        },
        returning=("sender", "recipient", "service_id", "status_callback", "options"),
        followers=followers,
    )


class OptedOut(Refused):
    """The recipient does not want messages of this sender: nothing was stored."""


class CreateMessages:
    """Insert messages with their content, first events and place in the queue.

    `hears` is told, once they are committed, of those that are to be sent.
    """

    order = 30

    def __init__(
        self,
        owner: str,
        hears: Callable[[Sequence[NewMessage]], None],
        services: Services = NO_SERVICES,
    ) -> None:
        self._owner = owner
        self._hears = hears
        self._services = services

    async def write(
        self, connection: Connection, items: Sequence[NewMessage], events: Effects
    ) -> Sequence[OptedOut | None]:
        """Insert what may be sent; the others are answered with OptedOut."""
        results: list[OptedOut | None] = [None] * len(items)
        asked = [n for n, item in enumerate(items) if item.check_opt_out]
        if asked:
            for n in await find_blocked(connection, self._services, [items[n] for n in asked]):
                results[asked[n]] = OptedOut()
        chosen = [item for item, result in zip(items, results, strict=True) if result is None]
        if chosen:
            await self._insert(connection, chosen, events)
        to_send = [item for item in chosen if item.step is not None]
        if to_send:
            events.afterwards.append(partial(self._hears, to_send))
        return results

    async def _insert(
        self, connection: Connection, items: list[NewMessage], events: list[Event]
    ) -> None:
        await connection.copy_records_to_table(
            "messages", records=[_message_row(m) for m in items], columns=MESSAGE_COLUMNS
        )
        await connection.copy_records_to_table(
            "message_content",
            records=[row for m in items for row in _content_rows(m)],
            columns=("message_id", "part", "body", "source_url"),
        )
        rows = [
            EventRow(
                subject=m.sid,
                seq=seq,
                account_id=m.account_id,
                world_id=m.world_id,
                kind=f"message.{status}",
                data=(m.facts or {}) if seq == 1 else {},
                world_time=m.created_at,
                real_time=m.real_time,
            )
            for m in items
            for seq, status in enumerate(m.path, 1)
        ]
        await append_events(connection, "message_events", rows, events)
        queued = [
            (
                m.sid[2:],
                m.world_id,
                m.account_id,
                m.sender,
                m.service_id,
                m.carrier,
                m.step,
                m.due_at or m.created_at,
                0,
                self._owner,
                0,
            )
            for m in items
            if m.step is not None
        ]
        if queued:
            await connection.copy_records_to_table(
                "dispatch", records=queued, columns=DISPATCH_COLUMNS
            )


MESSAGE_COLUMNS = (
    "id",
    "account_id",
    "world_id",
    "mms",
    "direction",
    "status",
    "sender",
    "recipient",
    "num_segments",
    "num_media",
    "service_id",
    "carrier",
    "status_callback",
    "options",
    "event_seq",
    "created_at",
    "updated_at",
    "sent_at",
)
DISPATCH_COLUMNS = (
    "message_id",
    "world_id",
    "account_id",
    "sender",
    "service_id",
    "carrier",
    "step",
    "due_at",
    "priority",
    "owner",
    "attempt",
)


def _message_row(m: NewMessage) -> tuple[Any, ...]:
    return (
        m.sid[2:],
        m.account_id,
        m.world_id,
        m.mms,
        m.direction,
        m.status,
        m.sender,
        m.recipient,
        m.num_segments,
        m.num_media,
        m.service_id,
        m.carrier,
        m.status_callback,
        m.options,
        len(m.path),
        m.created_at,
        m.created_at,
        m.sent_at,
    )


def _content_rows(m: NewMessage) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [(m.sid[2:], 0, m.body, None)]
    rows.extend((m.sid[2:], part, None, url) for part, url in enumerate(m.media_urls, 1))
    return rows


def message_notes(followers: Sequence[NoteFollower] = ()) -> Notes:
    """The work that notes what happens to messages beside their statuses; rows have `event_seq`,
    `account_id` and `service_id`."""
    return Notes("message_events", queries.COUNT_EVENT, followers)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticReply:
    """A reply to a keyword that the network sends; it is no message of the account."""

    id: str
    world_id: str
    sender: str
    recipient: str
    body: str
    moment: datetime


class AutomaticReplies:
    """Insert automatic replies, which the phone finds in its inbox."""

    order = 32

    async def write(
        self, connection: Connection, items: Sequence[AutomaticReply], events: list[Event]
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "automatic_replies",
            records=[(r.id, r.world_id, r.sender, r.recipient, r.body, r.moment) for r in items],
            columns=("id", "world_id", "sender", "recipient", "body", "created_at"),
        )
        return [None] * len(items)


@dataclass(frozen=True, slots=True)
class ReplacedText:
    """The text of a message (by SID) as it is sent in the end."""

    sid: str
    body: str


class ReplaceText:
    """Replace the texts of messages by those that are sent."""

    order = 35  # after the transition, which may be refused, and before what is to be forgotten

    async def write(
        self, connection: Connection, items: Sequence[ReplacedText], events: list[Event]
    ) -> Sequence[None]:
        """Update the rows."""
        await connection.execute(
            queries.REPLACE_TEXT, [item.sid[2:] for item in items], [item.body for item in items]
        )
        return [None] * len(items)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """A media file that was fetched for a message."""

    message_sid: str
    part: int
    media_id: str
    content_type: str
    blob_id: str  # of its bytes, which are durable already
    size: int  # bytes
    moment: datetime


class StoreMedia:
    """Fill the content rows of media with what was fetched."""

    # After the message's next step, which is refused where it was canceled meanwhile: then what
    # was to be forgotten of it is forgotten already, and must not come back.
    order = 43

    async def write(
        self, connection: Connection, items: Sequence[StoredMedia], events: list[Event]
    ) -> Sequence[None]:
        """Update the rows; those of a message that was deleted meanwhile are gone."""
        for m in items:
            tag = await connection.execute(
                queries.STORE_MEDIA,
                m.message_sid[2:],
                m.part,
                m.media_id,
                m.content_type,
                m.blob_id,
                m.size,
                m.moment,
            )
            if tag.endswith(" 0"):
                await connection.execute(queries.LET_GO_OF_BLOB, m.blob_id)
        return [None] * len(items)
