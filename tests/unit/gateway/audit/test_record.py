from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.unit.gateway.audit.conftest import AT, entry
from trunkline.clock import RealClock
from trunkline.gateway.audit import Audit, AuditFilter, Entry
from trunkline.gateway.errors import Unavailable
from trunkline.sids import SidFactory
from trunkline.store import Database, StoreUnavailable
from trunkline.store.migrate import ensure_partitions

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def count(log: Database) -> int:
    found: int = await log.fetchval("SELECT count(*) FROM gateway_audit")
    return found


async def test_what_is_recorded_is_there_without_being_asked_for(
    log: Database, audit: Audit
) -> None:
    audit.record(entry())
    async with asyncio.timeout(10):
        while not await count(log):
            pass


async def test_an_entry_comes_back_as_it_was(audit: Audit) -> None:
    audit.record(
        entry(
            user_id="0" * 8 + "-" + "0" * 4 + "-" + "0" * 4 + "-" + "0" * 4 + "-" + "0" * 12,
            connection_id="A" * 32,
            code="rate_limited",
            status=429,
            bytes_in=7,
        )
    )
    await audit.flush()
    (found,) = await audit.find(AuditFilter())
    assert (found.seq, found.at, found.kind, found.method) == (1, AT, "proxy", "GET")
    assert found.tenant_id == "00000000-0000-0000-0000-000000000001"
    assert found.connection_id == "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
    assert found.user_id == "00000000-0000-0000-0000-000000000000"
    assert (found.key_id, found.tenant, found.user, found.key) == (None, None, None, None)
    assert (found.status, found.code, found.milliseconds) == (429, "rate_limited", 12.346)
    assert (found.bytes_in, found.bytes_out) == (7, 1)


async def test_many_are_few_transactions(log: Database, audit: Audit) -> None:
    for number in range(3000):
        audit.record(entry(number))
    await audit.flush()
    transactions = await log.fetch("SELECT DISTINCT xmin::text FROM gateway_audit")
    assert await count(log) == 3000
    assert len(transactions) == 3


async def test_nodes_write_one_chain(log: Database, sids: SidFactory) -> None:
    nodes = [Audit(log, RealClock(), sids) for _ in range(3)]
    for number in range(300):
        nodes[number % 3].record(entry(number))
        if number % 30 == 0:
            await asyncio.gather(*(node.flush() for node in nodes))
    await asyncio.gather(*(node.stop() for node in nodes))
    verified = await nodes[0].verify()
    assert (verified.entries, verified.last, verified.broken) == (300, 300, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gateway_audit SET status = 500",
        "DELETE FROM gateway_audit",
        "TRUNCATE gateway_audit",
        "UPDATE gateway_audit_head SET seq = 0",
        "UPDATE gateway_audit_head SET seq = seq",
        "DELETE FROM gateway_audit_head",
        "TRUNCATE gateway_audit_head",
    ],
)
async def test_nothing_but_appending_is_taken(log: Database, audit: Audit, statement: str) -> None:
    audit.record(entry())
    await audit.flush()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await log.execute(statement)
    assert (await audit.verify()).entries == 1


async def test_a_new_partition_takes_what_waited_for_it(log: Database, audit: Audit) -> None:
    rows = await log.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
        " WHERE inhparent = 'gateway_audit'::regclass"
    )
    for name in (row["name"] for row in rows):
        if not name.endswith("_default"):
            await log.execute(f"DROP TABLE {name}")
    audit.record(entry())
    await audit.flush()
    async with log.connection() as connection:
        await ensure_partitions(connection, RealClock().now())
    place = await log.fetchval("SELECT tableoid::regclass::text FROM gateway_audit")
    assert place != "gateway_audit_default"
    assert (await audit.verify()).broken is None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await log.execute("DELETE FROM gateway_audit")


@pytest.mark.parametrize(
    "changed",
    [
        {"path_template": "/\x00\ud800\u202e" + "x" * 10_000_000},
        {"kind": "\udcff", "code": "\n\x1b[31m"},
        {
            "tenant_id": "' OR 1=1",
            "user_id": "\ud800" * 32,
            "key_id": "",
            "connection_id": "g" * 32,
        },
        {"status": 1 << 70, "bytes_in": 1 << 80, "bytes_out": -5, "milliseconds": float("nan")},
        {"milliseconds": float("inf"), "at": AT.replace(tzinfo=None)},
    ],
)
async def test_hostile_values_are_entries_as_well(audit: Audit, changed: dict[str, Any]) -> None:
    audit.record(entry())
    audit.record(entry(**changed))
    audit.record(entry())
    await audit.flush()
    verified = await audit.verify()
    assert (verified.entries, verified.broken) == (3, None)
    hostile = (await audit.find(AuditFilter(limit=2)))[1]
    assert all(text.isprintable() for text in (hostile.kind, hostile.path_template or ""))
    assert len(hostile.path_template or "") <= 500


class Sometimes(Database):
    """A database that is away as often as a test says, before or after it has committed."""

    before = 0
    after = 0

    def transaction(self) -> Any:
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def away() -> Any:
            if self.before:
                self.before -= 1
                raise StoreUnavailable("The database cannot be reached: gone.")
            async with Database.transaction(self) as connection:
                yield connection
            if self.after:
                self.after -= 1
                raise StoreUnavailable("The database cannot be reached: gone.")

        return away()


@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 2), (1, 1)])
async def test_an_outage_loses_nothing_and_writes_nothing_twice(
    log: Database, sids: SidFactory, before: int, after: int
) -> None:
    away = Sometimes(log.pool, log.url)
    away.before, away.after = before, after
    audit = Audit(away, RealClock(), sids)
    for number in range(10):
        audit.record(entry(number))
    flushed = asyncio.create_task(audit.flush())
    await asyncio.sleep(0)
    for number in range(10, 20):
        audit.record(entry(number))
    with pytest.raises(StoreUnavailable):
        await flushed
    await audit.stop()
    assert [row.bytes_out for row in await audit.find(AuditFilter())] == list(range(19, -1, -1))
    assert (await audit.verify()).broken is None


async def test_memory_is_bounded_and_what_found_no_room_is_told(
    log: Database, sids: SidFactory
) -> None:
    audit = Audit(log, RealClock(), sids, waiting=5)
    for number in range(7):
        audit.record(entry(number))
    assert audit.is_full
    with pytest.raises(Unavailable):
        audit.require_room()
    await audit.flush()
    audit.require_room()
    await audit.stop()
    newest, *rest = await audit.find(AuditFilter())
    assert (newest.kind, newest.code, len(rest)) == ("audit.lost", "2", 5)


async def test_stop_writes_what_waits_and_takes_no_more(log: Database, audit: Audit) -> None:
    audit.record(entry())
    await audit.stop()
    audit.record(entry())
    await audit.flush()
    assert await count(log) == 1


async def test_entries_are_found_by_what_they_are_about(audit: Audit) -> None:
    key, connection = "2" * 32, "3" * 32
    later = AT.replace(hour=9)
    audit.record(entry(kind="connection.created", connection_id=connection))
    audit.record(entry(kind="connections", key_id=key, status=404, code="not_found"))
    audit.record(entry(at=later, kind="proxy", status=500))
    await audit.flush()

    async def seqs(**wanted: Any) -> list[int]:
        return [found.seq for found in await audit.find(AuditFilter(**wanted))]

    assert await seqs() == [3, 2, 1]
    assert await seqs(limit=1) == [3]
    assert await seqs(before=3) == [2, 1]
    assert await seqs(kind="connection") == [1]
    assert await seqs(connection_id=connection) == [1]
    assert await seqs(key_id=key) == [2]
    assert await seqs(since=later) == [3]
    assert await seqs(until=later) == [2, 1]
    assert await seqs(refused=True) == [3, 2]
    assert await seqs(tenant="nobody") == []


async def test_the_names_of_ids_are_told(log: Database, audit: Audit, sids: SidFactory) -> None:
    tenant, user = sids.new_id(), sids.new_id()
    await log.execute("INSERT INTO gateway_tenants VALUES ($1, 'acme', $1, $1, $2)", tenant, AT)
    await log.execute(
        "INSERT INTO gateway_users (id, tenant_id, key, fields, created_at)"
        " VALUES ($1, $2, 'ann', '{}', $3)",
        user,
        tenant,
        AT,
    )
    audit.record(Entry(at=AT, kind="sign_in", tenant_id=tenant, user_id=user))
    await audit.flush()
    (found,) = await audit.find(AuditFilter(tenant="acme"))
    assert (found.tenant, found.user) == ("acme", "ann")
