"""Group commit: together, bisected on an error, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from trunkline.bus import Event
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job, Overloaded
from trunkline.store.group_commit import Refused


class Rows:
    """Inserts (key, number) rows; counts how many transactions it took part in."""

    order = 10

    def __init__(self, table: str) -> None:
        self.table = table
        self.batches: list[int] = []

    async def write(
        self, connection: Any, items: Sequence[tuple[str, Any]], _events: list[Event]
    ) -> Sequence[Any]:
        self.batches.append(len(items))
        for key, number in items:
            await connection.execute(f"INSERT INTO {self.table} VALUES ($1, $2)", key, number)
        return [key for key, _ in items]


class Declines:
    """Refuses the items that say so."""

    order = 5

    async def write(
        self, _connection: Any, items: Sequence[bool], _events: list[Event]
    ) -> Sequence[Any]:
        return [None if item else Refused("no") for item in items]


@pytest_asyncio.fixture(loop_scope="session")
async def table(database: Database, sids: SidFactory) -> AsyncIterator[str]:
    name = f"rows_{sids.new_id()}"
    await database.execute(f"CREATE TABLE {name} (key text PRIMARY KEY, number int)")
    yield name
    await database.execute(f"DROP TABLE {name}")


def writer(database: Database, **options: Any) -> GroupCommit:
    return GroupCommit(database, published=lambda _: None, **options)


async def keys(database: Database, table: str) -> set[str]:
    return {row["key"] for row in await database.fetch(f"SELECT key FROM {table}")}


async def test_what_arrives_together_commits_together(database: Database, table: str) -> None:
    commit, rows = writer(database, writers=1), Rows(table)
    await asyncio.gather(*(commit.submit(Job(rows, (f"k{n}", n))) for n in range(100)))
    assert len(await keys(database, table)) == 100
    assert len(rows.batches) <= 3
    await commit.close()


async def test_one_bad_row_fails_alone(database: Database, table: str) -> None:
    commit, rows = writer(database), Rows(table)
    good = [commit.submit(Job(rows, (f"k{n}", n))) for n in range(20)]
    too_large = commit.submit(Job(rows, ("bad", 2**40)))
    twice = commit.submit(Job(rows, ("k3", 3)))
    more = [commit.submit(Job(rows, (f"m{n}", n))) for n in range(20)]
    outcomes = await asyncio.gather(*good, too_large, twice, *more, return_exceptions=True)
    failed = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {type(error) for error in failed} == {
        asyncpg.DataError,
        asyncpg.UniqueViolationError,
    }
    assert len(failed) == 2
    assert len(await keys(database, table)) == 40
    await commit.close()


async def test_jobs_of_one_submission_are_kept_or_lost_together(
    database: Database, table: str
) -> None:
    commit, rows = writer(database), Rows(table)
    with pytest.raises(asyncpg.DataError):
        await commit.submit(Job(rows, ("first", 1)), Job(rows, ("second", 2**40)))
    assert await keys(database, table) == set()
    await commit.close()


async def test_a_refusal_leaves_out_the_rest_of_its_submission_only(
    database: Database, table: str
) -> None:
    commit, rows, declines = writer(database), Rows(table), Declines()
    refused = commit.submit(Job(declines, False), Job(rows, ("refused", 1)))
    taken = commit.submit(Job(declines, True), Job(rows, ("taken", 2)))
    first, second = await asyncio.gather(refused, taken)
    assert isinstance(first[0], Refused)
    assert second == [None, "taken"]
    assert await keys(database, table) == {"taken"}
    await commit.close()


async def test_too_much_waiting_is_refused_and_nothing_of_it_stored(
    database: Database, table: str
) -> None:
    commit, rows = writer(database, writers=1, waiting=10), Rows(table)
    accepted = [commit.submit(Job(rows, (f"k{n}", n))) for n in range(10)]
    with pytest.raises(Overloaded):
        commit.submit(Job(rows, ("beyond", 0)))
    urgent = commit.submit(Job(rows, ("urgent", 0)), urgent=True)
    await asyncio.gather(*accepted, urgent)
    assert await keys(database, table) == {f"k{n}" for n in range(10)} | {"urgent"}
    await commit.close()


async def test_a_client_that_goes_away_does_not_stop_the_commit(
    database: Database, table: str
) -> None:
    commit, rows = writer(database, writers=1), Rows(table)
    gone = commit.submit(Job(rows, ("gone", 1)))
    gone.cancel()
    await commit.submit(Job(rows, ("stays", 2)))
    assert await keys(database, table) == {"gone", "stays"}
    await commit.close()


async def test_close_commits_what_waits(database: Database, table: str) -> None:
    commit, rows = writer(database), Rows(table)
    waiting = [commit.submit(Job(rows, (f"k{n}", n))) for n in range(5)]
    await commit.close()
    assert all(outcome.done() for outcome in waiting)
    assert len(await keys(database, table)) == 5
    with pytest.raises(Overloaded):
        commit.submit(Job(rows, ("late", 1)))


async def test_events_are_published_after_the_commit(database: Database, table: str) -> None:
    seen: list[set[str]] = []

    class Tells(Rows):
        async def write(
            self, connection: Any, items: Sequence[tuple[str, Any]], events: list[Event]
        ) -> Sequence[Any]:
            events.extend(items)  # type: ignore[arg-type]
            return await super().write(connection, items, events)

    check = asyncpg.connect(database.url)
    connection = await check
    published: list[Any] = []

    def publish(events: Any) -> None:
        published.extend(events)

    commit, rows = GroupCommit(database, published=publish), Tells(table)
    await commit.submit(Job(rows, ("told", 1)))
    seen.append({r["key"] for r in await connection.fetch(f"SELECT key FROM {table}")})
    assert published == [("told", 1)]
    assert seen == [{"told"}]
    await connection.close()
    await commit.close()
