"""Events that are no transitions: numbered in one step, whoever they are about."""

from __future__ import annotations

from datetime import UTC, datetime

from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.group_commit import Effects, Refused
from trunkline.store.notes import Note
from trunkline.voice.works import call_notes

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def make_call(database: Database, sids: SidFactory, world_id: str) -> str:
    sid = sids.new("CA")
    await database.execute(
        "INSERT INTO calls (id, account_id, world_id, direction, status, sender, recipient,"
        " document, told, queue_ms, event_seq, created_at, updated_at)"
        " VALUES ($1, $2, $3, 'inbound', 'ringing', '', '', '{}', 0, 0, 4, $4, $4)",
        sid[2:],
        sids.new_id(),
        world_id,
        NOW,
    )
    return sid


async def test_each_subject_counts_on_in_the_order_of_its_notes(
    database: Database, sids: SidFactory, world_id: str
) -> None:
    one, two = [await make_call(database, sids, world_id) for _ in range(2)]
    gone = sids.new("CA")
    notes = [
        Note(sid=sid, world_id=world_id, kind=kind, data={}, world_time=NOW, real_time=NOW)
        for sid, kind in ((two, "a"), (one, "b"), (gone, "c"), (two, "d"), (two, "e"))
    ]
    effects = Effects()
    async with database.transaction() as connection:
        results = await call_notes().write(connection, notes, effects)
    assert isinstance(results[2], Refused)
    assert [results[n] for n in (0, 1, 3, 4)] == [5, 5, 6, 7]
    rows = await database.fetch(
        "SELECT seq, kind FROM call_events WHERE subject_id = $1 ORDER BY seq", two[2:]
    )
    assert [tuple(row) for row in rows] == [(5, "a"), (6, "d"), (7, "e")]
    assert [event.kind for event in effects] == ["a", "b", "d", "e"]
    last = await database.fetchval("SELECT event_seq FROM calls WHERE id = $1", two[2:])
    assert last == 7
