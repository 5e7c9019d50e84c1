"""Group commit when the database, a listener or another transaction is in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from trunkline.bus import Event
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable


class Rows:
    """Inserts keys; `before` is asked first, with the connection, and may raise."""

    order = 10

    def __init__(self, table: str, before: Callable[[Any], Any] = lambda _: None) -> None:
        self.table = table
        self.before = before
        self.batches: list[int] = []

    async def write(
        self, connection: Any, items: Sequence[str], events: list[Event]
    ) -> Sequence[Any]:
        self.batches.append(len(items))
        if asyncio.iscoroutine(asked := self.before(connection)):
            await asked
        for key in items:
            await connection.execute(f"INSERT INTO {self.table} VALUES ($1)", key)
        events.extend(items)  # type: ignore[arg-type]
        return list(items)


@pytest_asyncio.fixture(loop_scope="session")
async def table(database: Database, sids: SidFactory) -> AsyncIterator[str]:
    name = f"rows_{sids.new_id()}"
    await database.execute(f"CREATE TABLE {name} (key text PRIMARY KEY)")
    yield name
    await database.execute(f"DROP TABLE {name}")


@pytest_asyncio.fixture(loop_scope="session")
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    commit = GroupCommit(database, published=lambda _: None, writers=1)
    yield commit
    await commit.close()


async def keys(database: Database, table: str) -> set[str]:
    return {row["key"] for row in await database.fetch(f"SELECT key FROM {table}")}


def raises(*errors: BaseException | None) -> Callable[[Any], None]:
    waiting = list(errors)

    def once_each(_connection: Any) -> None:
        error = waiting.pop(0) if waiting else None
        if error is not None:
            raise error

    return once_each


async def test_a_listener_that_fails_does_not_make_a_commit_fail(
    database: Database, table: str
) -> None:
    def deaf(_: Iterable[Event]) -> None:
        raise ZeroDivisionError

    commit, rows = GroupCommit(database, published=deaf, writers=1), Rows(table)
    results = await asyncio.gather(*(commit.submit(Job(rows, f"k{n}")) for n in range(5)))
    assert results == [[f"k{n}"] for n in range(5)]
    assert await keys(database, table) == {f"k{n}" for n in range(5)}
    await commit.close()


async def test_a_deadlock_is_nobodys_fault_and_tried_again(
    database: Database, commit: GroupCommit, table: str
) -> None:
    rows = Rows(table, raises(asyncpg.DeadlockDetectedError("deadlock detected")))
    await asyncio.gather(*(commit.submit(Job(rows, f"k{n}")) for n in range(5)))
    assert len(await keys(database, table)) == 5
    assert rows.batches == [5, 5]


async def test_whoever_is_always_in_the_way_fails_alone(
    database: Database, commit: GroupCommit, table: str
) -> None:
    def stubborn(_: Any) -> None:
        raise asyncpg.SerializationError("could not serialize access")

    good, bad = Rows(table), Rows(table, stubborn)
    bad.order = 20
    outcomes = await asyncio.gather(
        commit.submit(Job(good, "first")),
        commit.submit(Job(bad, "bad")),
        commit.submit(Job(good, "second")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], asyncpg.SerializationError)
    assert await keys(database, table) == {"first", "second"}


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DiskFullError("could not extend file: No space left on device"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
        asyncpg.QueryCanceledError("canceling statement due to user request"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        ConnectionResetError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_trouble_of_the_database_is_told_as_such_to_all_at_once(
    database: Database, commit: GroupCommit, table: str, error: Exception
) -> None:
    rows = Rows(table, raises(error))
    outcomes = await asyncio.gather(
        *(commit.submit(Job(rows, f"k{n}")) for n in range(8)), return_exceptions=True
    )
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert rows.batches == [8], "no bisection: nobody is guilty"
    assert await commit.submit(Job(rows, "after")) == ["after"]
    assert await keys(database, table) == {"after"}


async def test_a_connection_that_is_cut_in_the_middle_costs_its_batch_only(
    database: Database, commit: GroupCommit, table: str
) -> None:
    async def cut(connection: Any) -> None:
        rows.before = lambda _: None
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    rows = Rows(table, cut)
    with pytest.raises(StoreUnavailable):
        await commit.submit(Job(rows, "cut"))
    assert await commit.submit(Job(rows, "after")) == ["after"]
    assert await keys(database, table) == {"after"}


async def test_a_writer_outlives_what_nobody_foresaw(
    database: Database, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = database.connection
    troubles = [ZeroDivisionError(), asyncpg.InvalidCatalogNameError("no such database")]

    @asynccontextmanager
    async def connection() -> AsyncIterator[Any]:
        if troubles:
            raise troubles.pop(0)
        async with healthy() as made:
            yield made

    monkeypatch.setattr(database, "connection", connection)
    commit, rows = GroupCommit(database, published=lambda _: None, writers=1), Rows(table)
    with pytest.raises(ZeroDivisionError):
        await commit.submit(Job(rows, "first"))
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await commit.submit(Job(rows, "second"))
    assert await asyncio.wait_for(commit.submit(Job(rows, "third")), 5) == ["third"]
    await commit.close()
