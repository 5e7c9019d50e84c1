"""Events that are no transitions: what happened to a subject beside its statuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects, Refused
from trunkline.store.transitions import EventRow, append_events

__all__ = ["Note", "NoteFollower", "Noted", "Notes"]

AFTER_ALL = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that happened to a subject without changing its status."""

    sid: str
    world_id: str
    kind: str
    data: dict[str, Any]
    world_time: datetime
    real_time: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that was written, and what was read of its subject's row when it was counted."""

    note: Note
    row: Any


class NoteFollower(Protocol):
    """What comes of notes, in the same transaction."""

    async def follow(
        self, connection: Connection, noted: Sequence[Noted], effects: Effects
    ) -> None:
        """Write what follows from what was noted."""


class Notes:
    """Append events that are no transitions; `followers` see those that were written.

    `count` is the SQL that counts so many events (the second array) in the rows of subjects (the
    first one: their ids), and returns their `id`, `event_seq` and `account_id`; `table` is where
    the events are. Notes are written after what they tell of, which may be refused, unless `order`
    says otherwise.
    """

    def __init__(
        self,
        table: str,
        count: str,
        followers: Sequence[NoteFollower] = (),
        *,
        order: int = AFTER_ALL,
    ) -> None:
        self.order = order
        self._table = table
        self._count = count
        self._followers = followers

    async def write(
        self, connection: Connection, items: Sequence[Note], events: Effects
    ) -> Sequence[int | Refused]:
        """The sequence number of each event; Refused where the subject is gone."""
        counts = Counter(item.sid[2:] for item in items)
        ids = sorted(counts)
        counted = await connection.fetch(self._count, ids, [counts[each] for each in ids])
        found = {row["id"].hex: row for row in counted}
        results: list[int | Refused] = []
        rows: list[EventRow] = []
        noted: list[Noted] = []
        for item in items:
            row = found.get(item.sid[2:])
            if row is None:
                results.append(Refused())
                continue
            # The row has the number of the last one; each takes the next.
            seq = row["event_seq"] - counts[item.sid[2:]] + 1
            counts[item.sid[2:]] -= 1
            results.append(seq)
            noted.append(Noted(item, row))
            rows.append(
                EventRow(
                    subject=item.sid,
                    seq=seq,
                    account_id=row["account_id"].hex,
                    world_id=item.world_id,
                    kind=item.kind,
                    data=item.data,
                    world_time=item.world_time,
                    real_time=item.real_time,
                )
            )
        if rows:
            await append_events(connection, self._table, rows, events)
            for follower in self._followers:
                await follower.follow(connection, noted, events)
        return results
