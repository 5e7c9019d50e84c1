"""Group commit: one transaction, and one fsync, for all that arrived within about a millisecond.

A few writers each take everything that waits. What a request submits is a set of jobs that
commit together or not at all; when a batch fails it is bisected, so that only the guilty request
errors. The queue is bounded: beyond it a request is refused before anything is stored.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import asyncpg
import structlog

from trunkline.bus import Event
from trunkline.faults import fault
from trunkline.store.database import UNREACHABLE, Connection, Database
from trunkline.store.errors import Overloaded, StoreUnavailable

__all__ = ["Effects", "GroupCommit", "Job", "Refused", "Work"]

log = structlog.get_logger(__name__)

KEPT = 2.0  # seconds that an idle writer keeps its connection
ATTEMPTS = 3  # of a transaction that the database rolled back for the sake of another


class Refused(Exception):
    """A job that its own work declined, e.g. a transition that the lifecycle does not allow.

    Returned, not raised: the rest of the batch commits, the later jobs of the same submission
    are left out.
    """


class Effects(list[Event]):
    """What a transaction brings about once it has committed: the events to be published, and
    `afterwards`, which is called before those hear of it who submitted the work."""

    def __init__(self) -> None:
        super().__init__()
        self.afterwards: list[Callable[[], None]] = []


class Work(Protocol):
    """One kind of work that a commit can carry: the SQL for a list of items.

    `order` sorts the kinds within a transaction. `write` returns a result for each item, in
    order (a `Refused` where it declined), and appends the events that are to be published once
    the transaction has committed.
    """

    order: int

    async def write(
        self, connection: Connection, items: Sequence[Any], events: Effects
    ) -> Sequence[Any]:
        """Write `items` within the open transaction of `connection`."""


@dataclass(frozen=True, slots=True)
class Job:
    """One item for one kind of work."""

    work: Work
    item: Any


class _Submission:
    __slots__ = ("jobs", "outcome", "results")

    def __init__(self, jobs: tuple[Job, ...], outcome: asyncio.Future[list[Any]]) -> None:
        self.jobs = jobs
        self.outcome = outcome
        self.results: list[Any] = []


class GroupCommit:
    """The writers and their queue. `published` receives the events of each commit.

    Each of `on_doubt` is called when it is not known whether a batch was committed: what hears of
    commits may have missed one.
    """

    def __init__(
        self,
        database: Database,
        *,
        published: Callable[[Iterable[Event]], None],
        writers: int = 2,
        batch: int = 128,
        waiting: int = 4000,
    ) -> None:
        self._database = database
        self._published = published
        self._batch = batch
        self._waiting = waiting
        self._queue: deque[_Submission] = deque()
        self._idle: list[asyncio.Future[None]] = []
        self.on_doubt: list[Callable[[], None]] = []
        self._writers = [asyncio.create_task(self._write_for_ever()) for _ in range(writers)]
        self._closing = False

    def submit(self, *jobs: Job, urgent: bool = False) -> asyncio.Future[list[Any]]:
        """Commit `jobs` together; the future gives their results, in order.

        Raises Overloaded at once when too many wait; `urgent` work, which frees what others
        wait for (transitions of accepted messages), is taken all the same.
        """
        if self._closing or (len(self._queue) >= self._waiting and not urgent):
            raise Overloaded("Too much waits to be committed.")
        outcome: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._queue.append(_Submission(jobs, outcome))
        if self._idle:
            _wake(self._idle.pop())
        return outcome

    async def close(self) -> None:
        """Commit what waits, then stop the writers."""
        self._closing = True
        for waiter in self._idle:
            _wake(waiter)
        await asyncio.gather(*self._writers, return_exceptions=True)

    async def _write_for_ever(self) -> None:
        while True:
            if not self._queue:
                if self._closing:
                    return
                waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._idle.append(waiter)
                await waiter
                continue
            batch = self._next_batch()
            try:
                async with self._database.connection() as connection:
                    while batch:
                        await self._commit_or_bisect(connection, batch)
                        batch = await self._following(connection)
            except StoreUnavailable as error:
                self._doubt()
                for submission in batch:
                    _fail(submission, error)
                await asyncio.sleep(0)
            except Exception as error:  # a writer that ends would leave everybody waiting
                log.error("commit.failed", **fault(error))
                for submission in batch:
                    _fail(submission, error)

    def _doubt(self) -> None:
        for doubt in self.on_doubt:
            try:
                doubt()
            except Exception as error:  # a writer that ends would leave everybody waiting
                log.error("commit.listener_failed", **fault(error))

    async def _following(self, connection: Connection) -> list[_Submission]:
        """The next batch for the same connection; none when nothing comes for a while, or the
        connection is lost. To give it back and take it again costs as much as a small commit."""
        loop = asyncio.get_running_loop()
        until = loop.time() + KEPT
        # Two that submit in the same moment wake two writers, of which one finds nothing.
        while not self._queue and not self._closing and (left := until - loop.time()) > 0:
            waiter: asyncio.Future[None] = loop.create_future()
            self._idle.append(waiter)
            enough = loop.call_later(left, _wake, waiter)
            try:
                await waiter
            finally:
                enough.cancel()
                if waiter in self._idle:
                    self._idle.remove(waiter)
        return [] if connection.is_closed() else self._next_batch()

    def _next_batch(self) -> list[_Submission]:
        return [self._queue.popleft() for _ in range(min(len(self._queue), self._batch))]

    async def _commit_or_bisect(self, connection: Connection, batch: list[_Submission]) -> None:
        for _ in range(ATTEMPTS):
            try:
                events = await self._commit(connection, batch)
            except asyncpg.TransactionRollbackError as error:
                trouble: Exception = error  # a deadlock, e.g.: nobody's guilt, so once more
            except asyncpg.DataError as error:
                trouble = error
                break
            except (*UNREACHABLE, TimeoutError):
                raise
            except Exception as error:
                trouble = error
                break
            else:
                self._tell(batch, events)
                return
        await self._bisect(connection, batch, trouble)

    async def _bisect(
        self, connection: Connection, batch: list[_Submission], error: Exception
    ) -> None:
        if len(batch) == 1:
            log.error("commit.refused", **fault(error))
            _fail(batch[0], error)
            return
        middle = len(batch) // 2
        await self._commit_or_bisect(connection, batch[:middle])
        await self._commit_or_bisect(connection, batch[middle:])

    async def _commit(self, connection: Connection, batch: list[_Submission]) -> Effects:
        events = Effects()
        kinds: dict[Work, list[tuple[_Submission, int]]] = {}
        for submission in batch:
            submission.results = [None] * len(submission.jobs)
            for index, job in enumerate(submission.jobs):
                kinds.setdefault(job.work, []).append((submission, index))
        async with connection.transaction():
            for work in sorted(kinds, key=lambda kind: kind.order):
                places = [
                    (submission, index)
                    for submission, index in kinds[work]
                    if not any(isinstance(r, Refused) for r in submission.results)
                ]
                if not places:
                    continue
                items = [submission.jobs[index].item for submission, index in places]
                results = await work.write(connection, items, events)
                for (submission, index), result in zip(places, results, strict=True):
                    submission.results[index] = result
        return events

    def _tell(self, batch: list[_Submission], events: Effects) -> None:
        """It is committed: whatever a listener does, nobody may hear that it failed."""
        acts: list[Callable[[], None]] = list(events.afterwards)
        if events:
            acts.insert(0, partial(self._published, events))
        for act in acts:
            try:
                act()
            except Exception as error:
                log.error("commit.listener_failed", **fault(error))
        for submission in batch:
            if not submission.outcome.done():
                submission.outcome.set_result(submission.results)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _fail(submission: _Submission, error: Exception) -> None:
    if not submission.outcome.done():
        submission.outcome.set_exception(error)
