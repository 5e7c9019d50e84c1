"""Migrations: run once, twice, and not backwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
import pytest_asyncio

from trunkline.sids import SidFactory
from trunkline.store import Database, SchemaTooNew, metadata
from trunkline.store.migrate import (
    PARTITIONED,
    drop_partitions,
    ensure_partitions,
    head_version,
    migrate,
)

NOW = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def empty_url(database: Database, sids: SidFactory) -> AsyncIterator[str]:
    name = f"empty_{sids.new_id()}"
    await database.execute(f"CREATE DATABASE {name}")
    yield database.url.replace("/trunkline?", f"/{name}?")
    await database.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_two_that_start_at_once_migrate_once(empty_url: str) -> None:
    await asyncio.gather(migrate(empty_url, now=NOW), migrate(empty_url, now=NOW))
    connection = await asyncpg.connect(empty_url)
    rows = await connection.fetch("SELECT version_num FROM alembic_version")
    await connection.close()
    assert [row["version_num"] for row in rows] == [head_version()]


async def test_a_newer_schema_is_refused_in_one_sentence(empty_url: str) -> None:
    await migrate(empty_url, now=NOW)
    connection = await asyncpg.connect(empty_url)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
    with pytest.raises(SchemaTooNew, match=r"schema 9999, newer than this program's"):
        await migrate(empty_url, now=NOW)


async def test_partitions_are_made_ahead_and_ids_fall_into_their_month(empty_url: str) -> None:
    await migrate(empty_url, now=NOW)
    connection = await asyncpg.connect(empty_url)
    await ensure_partitions(connection, NOW)  # a second time changes nothing
    moments = [datetime(2026, 11, 30, 23, 59, 59, 999000, tzinfo=UTC)]
    moments += [datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)]
    for moment in moments:
        made = SidFactory(lambda moment=moment: int(moment.timestamp() * 1000)).new_id()
        await connection.execute(
            "INSERT INTO message_events VALUES ($1, 1, $1, 'x', NULL, $2, $2)", made, moment
        )
    rows = await connection.fetch(
        "SELECT tableoid::regclass::text AS part FROM message_events ORDER BY world_time"
    )
    await connection.close()
    assert [row["part"] for row in rows] == [
        "message_events_2026_11",
        "message_events_2026_12",
        "message_events_default",
    ]


async def test_a_platform_that_ran_past_its_partitions_starts_again(empty_url: str) -> None:
    await migrate(empty_url, now=NOW)
    late = datetime(2027, 6, 15, tzinfo=UTC)
    made = SidFactory(lambda: int(late.timestamp() * 1000)).new_id()
    connection = await asyncpg.connect(empty_url)
    for column, table in (("subject_id", "message_events"), ("message_id", "message_content")):
        rest = "seq, account_id, kind, world_time, real_time" if "events" in table else "part"
        values = "1, $1, 'x', $2, $2" if "events" in table else "0"
        arguments = (made, late) if "events" in table else (made,)
        await connection.execute(
            f"INSERT INTO {table} ({column}, {rest}) VALUES ($1, {values})", *arguments
        )
    await migrate(empty_url, now=late)
    rows = await connection.fetch(
        "SELECT tableoid::regclass::text AS part FROM message_events"
        " UNION ALL SELECT tableoid::regclass::text FROM message_content"
    )
    await connection.close()
    assert {row["part"] for row in rows} == {"message_events_2027_06", "message_content_2027_06"}


async def test_old_months_are_dropped_and_young_ones_stay(empty_url: str) -> None:
    await migrate(empty_url, now=NOW)
    connection = await asyncpg.connect(empty_url)
    months = "SELECT relname FROM pg_class WHERE relname ~ '^(deliveries|messages)_2[0-9_]+$'"
    before = {row["relname"] for row in await connection.fetch(months)}
    late = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert await drop_partitions(connection, ["deliveries"], late) == ["deliveries_2026_11"]
    assert await drop_partitions(connection, ["deliveries"], late) == []
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert await drop_partitions(connection, ["deliveries"], new_year) == ["deliveries_2026_12"]
    after = {row["relname"] for row in await connection.fetch(months)}
    await connection.close()
    assert before - after == {"deliveries_2026_11", "deliveries_2026_12"}


async def test_declared_tables_match_the_migrated_schema(database: Database) -> None:
    import trunkline.server.compose  # noqa: F401  (declares every table)

    assert {"messages", "message_content", "accounts", "phone_numbers"} <= set(metadata.tables)
    for table in metadata.tables.values():
        rows = await database.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1",
            table.name,
        )
        assert {column.name for column in table.columns} == {row["column_name"] for row in rows}, (
            table.name
        )


async def test_no_column_reads_the_servers_clock(database: Database) -> None:
    rows = await database.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_default IS NOT NULL"
    )
    assert rows == []


def test_every_growing_table_is_partitioned() -> None:
    growing = {
        "messages",
        "message_content",
        "message_events",
        "deliveries",
        "alerts",
        "calls",
        "call_events",
        "recordings",
        "gateway_audit",
    }
    assert set(PARTITIONED) == growing


async def test_a_fetch_by_id_touches_one_partition(database: Database, sids: SidFactory) -> None:
    plan = await database.fetch(
        "EXPLAIN SELECT status FROM messages WHERE id = $1::uuid", sids.new_id()
    )
    scans = [row[0] for row in plan if "Scan" in row[0]]
    assert len(scans) == 1, plan


@pytest.mark.parametrize("table", PARTITIONED)
async def test_there_is_always_somewhere_to_put_a_row(database: Database, table: str) -> None:
    assert await database.fetchval("SELECT to_regclass($1)", f"{table}_default") is not None
