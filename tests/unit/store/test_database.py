"""The pool: values, errors in plain words, notices of changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import Column, DateTime, MetaData, Table, Text, select

from trunkline.store import Database, StoreUnavailable
from trunkline.store.migrate import head_version


async def test_json_and_times_come_back_as_they_went_in(database: Database) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    row = await database.fetchrow(
        "SELECT $1::jsonb AS data, $2::timestamptz AS moment", {"a": [1, "ü", None]}, moment
    )
    assert row is not None
    assert row["data"] == {"a": [1, "ü", None]}
    assert row["moment"] == moment


async def test_a_statement_of_sqlalchemy_runs_on_the_pool(database: Database) -> None:
    table = Table("alembic_version", MetaData(), Column("version_num", Text), Column("t", DateTime))
    rows = await database.fetch(
        select(table.c.version_num)
        .where(table.c.version_num.in_([head_version(), "9999"]))
        .limit(5)
    )
    assert [row["version_num"] for row in rows] == [head_version()]


async def test_a_database_that_is_not_there_is_told_in_one_sentence() -> None:
    with pytest.raises(StoreUnavailable, match=r"^The database cannot be reached: .+\.$"):
        await Database.open("postgresql://nobody@127.0.0.1:1/nothing")


async def test_a_value_that_a_column_cannot_hold_is_no_trouble_of_the_connection(
    database: Database,
) -> None:
    with pytest.raises(asyncpg.DataError):
        await database.fetchval("SELECT $1::int", 2**40)


async def test_an_error_rolls_the_transaction_back(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as connection:
            await connection.execute("CREATE TABLE never (x int)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await database.fetchval("SELECT to_regclass('never')") is None


async def test_a_change_is_heard_after_its_commit(database: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    database.on_change("topic-of-this-test", heard.put_nowait)
    async with database.transaction() as connection:
        await database.announce(connection, "topic-of-this-test", "a:key")
        await database.announce(connection, "another-topic", "not this")
        assert heard.empty()
    assert await asyncio.wait_for(heard.get(), 5) == "a:key"
    assert heard.empty()
