"""Remove what nobody can use any more: sessions and requests whose time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from trunkline.clock import Clock
from trunkline.gateway.connections import queries
from trunkline.gateway.connections.changes import Changes, owner_of
from trunkline.gateway.connections.requests import REQUEST_LIFE
from trunkline.store import Database

__all__ = ["Swept", "sweep"]

SESSIONS_KEPT = timedelta(hours=1)  # after their end
REQUESTS_KEPT = timedelta(days=30)
TOO_LATE = "Nobody connected it within a day."
BATCH = 1000  # rows of one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How many rows."""

    sessions: int
    requests_ended: int
    requests: int


async def sweep(database: Database, clock: Clock, changes: Changes, *, batch: int = BATCH) -> Swept:
    """End the requests of yesterday, and delete old sessions and requests, in short transactions.
    Any number of nodes may do it at once."""
    now = clock.now()
    ended = 0
    while True:
        async with database.transaction() as link:
            rows = await link.fetch(
                queries.END_EXPIRED_REQUESTS, now - REQUEST_LIFE, batch, TOO_LATE, now
            )
            owners = {owner_of(row["tenant_id"].hex, row["user_id"].hex) for row in rows}
            for owner in sorted(owners):
                await changes.announce(link, owner)
        for owner in owners:
            changes.tell(owner)
        ended += len(rows)
        if len(rows) < batch:
            break
    return Swept(
        sessions=await _delete(database, queries.DELETE_SESSIONS, now - SESSIONS_KEPT, batch),
        requests_ended=ended,
        requests=await _delete(database, queries.DELETE_REQUESTS, now - REQUESTS_KEPT, batch),
    )


async def _delete(database: Database, statement: str, before: object, batch: int) -> int:
    deleted = 0
    while True:
        tag = await database.execute(statement, before, batch)
        count = int(tag.rpartition(" ")[2])
        deleted += count
        if count < batch:
            return deleted
