"""What messaging contributes to a group commit: each class is one kind of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from trunkline.bus import Event
from trunkline.messaging import queries
from trunkline.messaging.model import MESSAGE, NewMessage
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects, Refused
from trunkline.store.transitions import EventRow, Follower, Transitions, append_events

__all__ = [
    "ApplyRetention",
    "AutomaticReplies",
    "AutomaticReply",
    "ChangeOptOuts",
    "CreateMessages",
    "Note",
    "NoteFollower",
    "Noted",
    "Notes",
    "OptOutChange",
    "OptedOut",
    "StoreMedia",
    "StoredMedia",
    "message_transitions",
    "wants_retention",
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

    def __init__(self, owner: str, hears: Callable[[Sequence[NewMessage]], None]) -> None:
        self._owner = owner
        self._hears = hears

    async def write(
        self, connection: Connection, items: Sequence[NewMessage], events: Effects
    ) -> Sequence[OptedOut | None]:
        """Insert what may be sent; the others are answered with OptedOut."""
        results: list[OptedOut | None] = [None] * len(items)
        asked = [n for n, item in enumerate(items) if item.check_opt_out]
        if asked:
            rows = await connection.fetch(
                queries.BLOCKED,
                [items[n].account_id for n in asked],
                [items[n].sender for n in asked],
                [items[n].recipient for n in asked],
            )
            for row in rows:
                results[asked[row["n"] - 1]] = OptedOut()
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
                m.carrier,
                m.step,
                m.created_at,
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


class ApplyRetention:
    """Forget what a message asked to be forgotten once it has its last status (1.9)."""

    order = 35

    async def write(
        self,
        connection: Connection,
        items: Sequence[tuple[str, Mapping[str, Any]]],
        events: list[Event],
    ) -> Sequence[None]:
        """Empty the body, mask the recipient, or both, of (SID, options)."""
        discard = [s[2:] for s, o in items if o.get("content_retention") == "discard"]
        obfuscate = [s[2:] for s, o in items if o.get("address_retention") == "obfuscate"]
        if discard:
            await connection.execute(queries.DISCARD_CONTENT, discard)
        if obfuscate:
            await connection.execute(queries.OBFUSCATE_ADDRESS, obfuscate)
        return [None] * len(items)


def wants_retention(options: Mapping[str, Any] | None) -> bool:
    """Whether `ApplyRetention` has anything to do for a message with these options."""
    return options is not None and (
        "content_retention" in options or "address_retention" in options
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that happened to a message without changing its status."""

    sid: str
    world_id: str
    kind: str
    data: dict[str, Any]
    world_time: datetime
    real_time: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that was written, and the `account_id` and `service_id` of its message."""

    note: Note
    row: Any


class NoteFollower(Protocol):
    """What comes of notes, in the same transaction."""

    async def follow(
        self, connection: Connection, noted: Sequence[Noted], effects: Effects
    ) -> None:
        """Write what follows from what was noted."""


class Notes:
    """Append events that are no transitions; `followers` see those that were written."""

    order = 45  # after what they tell of, which may be refused

    def __init__(self, followers: Sequence[NoteFollower] = ()) -> None:
        self._followers = followers

    async def write(
        self, connection: Connection, items: Sequence[Note], events: Effects
    ) -> Sequence[int | Refused]:
        """The sequence number of each event; Refused where the message is gone."""
        results: list[int | Refused] = []
        rows: list[EventRow] = []
        noted: list[Noted] = []
        for item in items:
            found = await connection.fetchrow(queries.COUNT_EVENT, item.sid[2:])
            if found is None:
                results.append(Refused())
                continue
            results.append(found["event_seq"])
            noted.append(Noted(item, found))
            rows.append(
                EventRow(
                    subject=item.sid,
                    seq=found["event_seq"],
                    account_id=found["account_id"].hex,
                    world_id=item.world_id,
                    kind=item.kind,
                    data=item.data,
                    world_time=item.world_time,
                    real_time=item.real_time,
                )
            )
        if rows:
            await append_events(connection, "message_events", rows, events)
            for follower in self._followers:
                await follower.follow(connection, noted, events)
        return results


@dataclass(frozen=True, slots=True)
class OptOutChange:
    """A recipient blocks (`keyword` STOP…) or unblocks (None) the messages of a sender."""

    account_id: str
    scope: str
    recipient: str
    keyword: str | None
    moment: datetime


class ChangeOptOuts:
    """Write opt-outs and opt-ins."""

    order = 31

    async def write(
        self, connection: Connection, items: Sequence[OptOutChange], events: list[Event]
    ) -> Sequence[bool]:
        """Whether each one changed anything."""
        changed = []
        for item in items:
            key = (item.account_id, item.scope, item.recipient)
            if item.keyword is None:
                tag = await connection.execute(queries.OPT_IN, *key)
            else:
                tag = await connection.execute(queries.OPT_OUT, *key, item.keyword, item.moment)
            changed.append(not tag.endswith(" 0"))
        return changed


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """A media file that was fetched for a message."""

    message_sid: str
    part: int
    media_id: str
    content_type: str
    data: bytes
    moment: datetime


class StoreMedia:
    """Fill the content rows of media with what was fetched."""

    order = 15

    async def write(
        self, connection: Connection, items: Sequence[StoredMedia], events: list[Event]
    ) -> Sequence[None]:
        """Update the rows; those of a message that was deleted meanwhile are gone."""
        for m in items:
            await connection.execute(
                queries.STORE_MEDIA,
                m.message_sid[2:],
                m.part,
                m.media_id,
                m.content_type,
                m.data,
                m.moment,
            )
        return [None] * len(items)
