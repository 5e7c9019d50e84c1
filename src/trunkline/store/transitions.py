"""The one place that writes a status: checks it against the lifecycle, updates the row, and
appends the events, in one transaction with whatever else the commit carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import asyncpg

from trunkline.bus import Event
from trunkline.lifecycle import Lifecycle
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects, Refused

__all__ = [
    "Applied",
    "EventRow",
    "Follower",
    "Transition",
    "TransitionRefused",
    "Transitions",
    "append_events",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A walk of one subject through one or more statuses, in one commit."""

    subject: str  # SID
    world_id: str
    path: tuple[str, ...]  # the statuses entered, in order
    world_time: datetime
    real_time: datetime
    data: Mapping[str, Any] = field(default_factory=dict)  # of the last step's event
    changes: Mapping[str, Any] = field(default_factory=dict)  # columns; absent ones stay
    opening: Mapping[str, Any] = field(default_factory=dict)  # of the first of several events


class TransitionRefused(Refused):
    """The subject is gone (`status` None), or the lifecycle does not lead on from `status`."""

    def __init__(self, subject: str, status: str | None) -> None:
        super().__init__(f"{subject} is {status or 'gone'}")
        self.subject = subject
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event to append; `seq` was counted with the row of its subject."""

    subject: str
    seq: int
    account_id: str
    world_id: str
    kind: str
    data: Mapping[str, Any]
    world_time: datetime
    real_time: datetime


async def append_events(
    connection: Connection, table: str, rows: Sequence[EventRow], events: list[Event]
) -> None:
    """Insert `rows` into the event table `table` and add them to those to be published."""
    await connection.copy_records_to_table(
        table,
        records=[
            (
                row.subject[2:],
                row.seq,
                row.account_id,
                row.kind,
                row.data or None,
                row.world_time,
                row.real_time,
            )
            for row in rows
        ],
        columns=(
            "subject_id",
            "seq",
            "account_id",
            "kind",
            "data",
            "world_time",
            "real_time",
        ),
    )
    events.extend(
        Event(
            world=row.world_id,
            account="AC" + row.account_id,
            subject=row.subject,
            seq=row.seq,
            kind=row.kind,
            data=dict(row.data),
            world_time=row.world_time,
            real_time=row.real_time,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """A transition that was written, and the row of its subject as it is now: its `id`,
    `account_id`, and the columns that `Transitions` was told to return."""

    transition: Transition
    row: asyncpg.Record


class Follower(Protocol):
    """What comes of every transition of a kind of subject, in the same transaction: no place
    that makes transitions can forget it."""

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Write what follows from what was applied."""


class Transitions:
    """Work for group commits: transitions of the subjects of one table.

    `columns` names the columns that `Transition.changes` may set, with their PostgreSQL types;
    `returning` those that `followers` read of each row.
    """

    order = 20

    def __init__(
        self,
        lifecycle: Lifecycle,
        table: str,
        event_table: str,
        columns: Mapping[str, str],
        *,
        returning: Sequence[str] = (),
        followers: Sequence[Follower] = (),
    ) -> None:
        self._followers = followers
        self._lifecycle = lifecycle
        self._event_table = event_table
        self._columns = tuple(columns)
        arrays = ", ".join(
            f"${n}::{kind}[]"
            for n, kind in enumerate(("uuid", "text", "text", "int", "timestamptz"), 1)
        )
        extra = "".join(f", ${n}::{kind}[]" for n, kind in enumerate(columns.values(), 6))
        names = "".join(f", {name}" for name in columns)
        sets = "".join(f", {name} = coalesce(u.{name}, m.{name})" for name in columns)
        self._update = (
            f"UPDATE {table} m SET status = u.status, event_seq = m.event_seq + u.steps,"
            f" updated_at = u.moment{sets}"
            f" FROM unnest({arrays}{extra}) AS u(id, before, status, steps, moment{names})"
            " WHERE m.id = u.id AND m.status = ANY (string_to_array(u.before, ','))"
            " RETURNING m.id, m.account_id, m.event_seq - u.steps AS seq"
            + "".join(f", m.{name}" for name in returning)
        )
        self._status = f"SELECT id, status FROM {table} WHERE id = ANY ($1::uuid[])"

    async def write(
        self, connection: Connection, items: Sequence[Transition], events: Effects
    ) -> Sequence[tuple[int, ...] | TransitionRefused]:
        """Apply each transition; the sequence numbers of its events, or why it was refused."""
        results: list[Any] = [None] * len(items)
        waiting = list(enumerate(items))
        while waiting:
            # An UPDATE takes one row of a subject: a second one waits for the next round.
            chosen: dict[str, tuple[int, Transition]] = {}
            later = []
            for index, item in waiting:
                if item.subject in chosen:
                    later.append((index, item))
                else:
                    chosen[item.subject] = (index, item)
            await self._round(connection, list(chosen.values()), results, events)
            waiting = later
        return results

    async def _round(
        self,
        connection: Connection,
        chosen: list[tuple[int, Transition]],
        results: list[Any],
        events: Effects,
    ) -> None:
        chosen.sort(key=lambda entry: entry[1].subject[2:])
        rows = await connection.fetch(self._update, *self._arrays([t for _, t in chosen]))
        updated = {row["id"].hex: row for row in rows}
        event_rows: list[EventRow] = []
        applied: list[Applied] = []
        refused: list[tuple[int, Transition]] = []
        for index, item in chosen:
            row = updated.get(item.subject[2:])
            if row is None:
                refused.append((index, item))
                continue
            first = row["seq"] + 1
            account_id = row["account_id"].hex
            last = len(item.path) - 1
            for offset, status in enumerate(item.path):
                event_rows.append(
                    EventRow(
                        subject=item.subject,
                        seq=first + offset,
                        account_id=account_id,
                        world_id=item.world_id,
                        kind=f"{self._lifecycle.noun}.{status}",
                        data=item.data if offset == last else {} if offset else item.opening,
                        world_time=item.world_time,
                        real_time=item.real_time,
                    )
                )
            results[index] = tuple(range(first, first + len(item.path)))
            applied.append(Applied(item, row))
        if event_rows:
            await append_events(connection, self._event_table, event_rows, events)
            for follower in self._followers:
                await follower.follow(connection, applied, events)
        if refused:
            ids = [item.subject[2:] for _, item in refused]
            found = {
                row["id"].hex: row["status"] for row in await connection.fetch(self._status, ids)
            }
            for index, item in refused:
                results[index] = TransitionRefused(item.subject, found.get(item.subject[2:]))

    def _arrays(self, items: list[Transition]) -> list[list[Any]]:
        for item in items:
            self._lifecycle.check_path(item.path)
        arrays: list[list[Any]] = [
            [item.subject[2:] for item in items],
            [",".join(self._lifecycle.before(item.path[0])) for item in items],
            [item.path[-1] for item in items],
            [len(item.path) for item in items],
            [item.world_time for item in items],
        ]
        arrays.extend([item.changes.get(name) for item in items] for name in self._columns)
        return arrays
