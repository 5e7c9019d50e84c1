"""Group commit: together, bisected on an error, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from trunkline.bus import Event
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job, Overloaded, StoreUnavailable
from trunkline.store.group_commit import Effects, Refused


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


class Counting:
    """Counts how often a connection is taken."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.taken = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        self.taken += 1
        async with self._database.connection() as connection:
            yield connection


class Together:
    """Waits until so many transactions are open."""

    order = 10

    def __init__(self, count: int) -> None:
        self._barrier = asyncio.Barrier(count)

    async def write(
        self, _connection: Any, items: Sequence[Any], _events: list[Event]
    ) -> Sequence[Any]:
        await self._barrier.wait()
        return items


async def test_who_is_woken_for_nothing_keeps_the_connection(
    database: Database, table: str
) -> None:
    counting, rows = Counting(database), Rows(table)
    commit = writer(counting)  # type: ignore[arg-type]

    async def both() -> None:
        """Each writer has something to write."""
        together = Job(Together(2), None)
        first = commit.submit(together)
        await asyncio.sleep(0)  # it was taken by then
        await asyncio.gather(first, commit.submit(together))

    async with asyncio.timeout(10):
        await both()
        for number in range(5):
            # Two are woken, and the first one takes all.
            await asyncio.gather(*(commit.submit(Job(rows, (f"{number} {n}", n))) for n in (1, 2)))
        await both()
    assert rows.batches == [2] * 5
    assert counting.taken == 2
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


class Acts:
    """Writes nothing; what is to be called afterwards is given by its items."""

    order = 20

    async def write(self, _connection: Any, items: Sequence[Any], events: Effects) -> Sequence[Any]:
        events.afterwards.extend(items)
        return [None] * len(items)


async def test_what_follows_a_commit_comes_after_its_events_and_before_its_submitter_hears(
    database: Database, table: str
) -> None:
    told: list[str] = []

    class Tells(Rows):
        async def write(self, connection: Any, items: Sequence[Any], events: Effects) -> Any:
            events.append("event")  # type: ignore[arg-type]
            return await super().write(connection, items, events)

    commit = GroupCommit(database, published=lambda _: told.append("published"))
    heard = commit.submit(Job(Acts(), lambda: told.append("followed")), Job(Tells(table), ("a", 1)))
    heard.add_done_callback(lambda _: told.append("heard"))
    await heard
    assert told == ["published", "followed", "heard"]
    await commit.close()


async def test_what_follows_is_called_without_any_event(database: Database) -> None:
    told: list[str] = []
    commit = writer(database)
    await commit.submit(Job(Acts(), lambda: told.append("followed")))
    assert told == ["followed"]
    await commit.close()


async def test_nothing_follows_what_was_not_committed(database: Database, table: str) -> None:
    told: list[str] = []
    commit, acts, rows = writer(database, writers=1), Acts(), Rows(table)
    outcomes = await asyncio.gather(
        commit.submit(Job(acts, lambda: told.append("good")), Job(rows, ("a", 1))),
        commit.submit(Job(acts, lambda: told.append("bad")), Job(rows, ("b", 2**40))),
        commit.submit(Job(acts, lambda: told.append("also good")), Job(rows, ("c", 1))),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], asyncpg.DataError)
    # Once each, however often the batch was tried.
    assert told == ["good", "also good"]
    await commit.close()


async def test_nothing_follows_what_was_refused(database: Database) -> None:
    told: list[str] = []
    commit = writer(database)
    await commit.submit(Job(Declines(), False), Job(Acts(), lambda: told.append("followed")))
    assert told == []
    await commit.close()


async def test_trouble_in_what_follows_is_nobody_elses(database: Database, table: str) -> None:
    told: list[str] = []

    def fail() -> None:
        raise ValueError("a defect")

    commit, acts = writer(database), Acts()
    results = await commit.submit(
        Job(acts, fail), Job(acts, lambda: told.append("next")), Job(Rows(table), ("a", 1))
    )
    assert results == [None, None, "a"]
    assert told == ["next"]
    await commit.close()


async def test_what_follows_may_submit_more(database: Database, table: str) -> None:
    commit, rows = writer(database, writers=1), Rows(table)
    more: list[asyncio.Future[Any]] = []
    await commit.submit(Job(Acts(), lambda: more.append(commit.submit(Job(rows, ("more", 1))))))
    assert await more[0] == ["more"]
    await commit.close()


async def test_doubt_is_told_before_who_submitted_hears_that_it_failed(
    database: Database, table: str
) -> None:
    told: list[str] = []

    class Breaks(Rows):
        async def write(self, connection: Any, items: Sequence[Any], events: Effects) -> Any:
            await super().write(connection, items, events)
            raise ConnectionResetError("gone")

    commit = writer(database)
    commit.on_doubt += [lambda: told.append("doubt"), lambda: told.append("second doubt")]
    failed = commit.submit(Job(Breaks(table), ("a", 1)))
    failed.add_done_callback(lambda _: told.append("heard"))
    with pytest.raises(StoreUnavailable):
        await failed
    assert told == ["doubt", "second doubt", "heard"]
    assert await commit.submit(Job(Rows(table), ("b", 1))) == ["b"]
    await commit.close()


async def test_there_is_no_doubt_about_what_was_refused_or_cannot_be_stored(
    database: Database, table: str
) -> None:
    told: list[str] = []
    commit = writer(database)
    commit.on_doubt.append(lambda: told.append("doubt"))
    with pytest.raises(asyncpg.DataError):
        await commit.submit(Job(Rows(table), ("a", 2**40)))
    await commit.submit(Job(Declines(), False))
    assert told == []
    await commit.close()
