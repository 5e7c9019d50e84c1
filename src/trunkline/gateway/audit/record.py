"""Records entries: at once in memory, within about ten milliseconds in the table."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Final

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.gateway.audit import queries
from trunkline.gateway.audit.entry import COLUMNS, Entry, Row, hash_of, row_of
from trunkline.gateway.audit.find_entries import AuditFilter, FoundEntry, find_entries
from trunkline.gateway.audit.verify import Anchor, Verified, verify
from trunkline.gateway.errors import Unavailable
from trunkline.sids import SidFactory
from trunkline.store import Database, StoreUnavailable
from trunkline.store.patiently import patiently

__all__ = ["Audit"]

log = structlog.get_logger(__name__)

GATHER: Final = 0.01  # seconds that the first of a batch waits for others
BATCH: Final = 1000  # entries of one transaction at most
WAITING: Final = 50_000  # entries in memory at most
TRY_AGAIN: Final = 0.2  # seconds between tries while the database is away
STOP_SECONDS: Final = 5.0  # that the last entries have, when the platform stops


class Audit:
    """The log of this platform, as a node writes and reads it. Used within one event loop."""

    def __init__(
        self, database: Database, clock: Clock, sids: SidFactory, *, waiting: int = WAITING
    ) -> None:
        self._database = database
        self._clock = clock
        self._sids = sids
        self._most = waiting
        self._waiting: deque[Row] = deque()
        self._recorded = 0  # entries that were ever put into `_waiting`
        self._ended = 0  # of these, those that are in the table, or given up
        self._lost = 0  # entries that found no room since the last one was written
        self._followers: list[tuple[int, asyncio.Future[None]]] = []
        self._some = asyncio.Event()  # something waits
        self._hurry = asyncio.Event()  # nobody need wait for others any more
        self._writer: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def is_full(self) -> bool:
        """Whether an entry would find no room, because the database has been away for long."""
        return len(self._waiting) >= self._most

    def require_room(self) -> None:
        """What must not happen without a trace asks first. Raises Unavailable."""
        if self.is_full:
            raise Unavailable("The audit log cannot be written now; nothing was sent.")

    def record(self, entry: Entry) -> None:
        """Put the entry into the log. Never waits and never raises; what finds no room is counted,
        and an entry `audit.lost` tells how many there were."""
        if self._stopping or self.is_full:
            self._lost += 1
            return
        self._put(row_of(entry, self._sids.new_id()))

    def _put(self, row: Row) -> None:
        self._waiting.append(row)
        self._recorded += 1
        self._some.set()
        if len(self._waiting) >= BATCH:
            self._hurry.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_for_ever())

    async def flush(self) -> None:
        """Returns once everything that was recorded before is in the table. Raises
        StoreUnavailable while the database is away; what waits goes on waiting."""
        if self._ended >= self._recorded:
            return
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._followers.append((self._recorded, ended))
        self._hurry.set()
        await ended

    async def stop(self) -> None:
        """Write what waits, for five seconds at most, and record nothing more."""
        self._stopping = True
        if self._writer is None:
            return
        self._some.set()
        self._hurry.set()
        await asyncio.wait({self._writer}, timeout=STOP_SECONDS)
        if not self._writer.done():
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        if missing := len(self._waiting) + self._lost:
            log.error("audit.lost", entries=missing)
        self._tell()

    async def find(self, wanted: AuditFilter) -> list[FoundEntry]:
        """Entries, the newest first."""
        return await find_entries(self._database, wanted)

    async def verify(
        self, first: int = 1, last: int | None = None, *, anchor: Anchor | None = None
    ) -> Verified:
        """Whether the entries from `first` to `last`, both included, are as they were written."""
        return await verify(self._database, first, last, anchor=anchor)

    async def _write_for_ever(self) -> None:
        while True:
            if not self._waiting:
                if self._stopping:
                    return
                self._some.clear()
                self._hurry.clear()
                await self._some.wait()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER):
                    await self._hurry.wait()
            batch = list(islice(self._waiting, BATCH))
            await self._write(batch)
            self._end(len(batch))

    async def _write(self, batch: Sequence[Row]) -> None:
        in_doubt = False  # whether it may be in the table already
        while True:
            try:
                await self._append(batch, in_doubt)
                return
            except StoreUnavailable as error:
                if not in_doubt:
                    log.warning("audit.waits", reason=str(error))
                in_doubt = True
                self._tell_all(error)
                await asyncio.sleep(TRY_AGAIN)
            except Exception as error:
                log.error("audit.failed", **fault(error))
                await self._write_one_by_one(batch)
                return

    async def _write_one_by_one(self, batch: Sequence[Row]) -> None:
        """Write each alone, so that one that cannot be written takes no other with it."""
        for row in batch:
            try:
                await patiently(partial(self._append, [row], True))
            except Exception as error:
                log.error("audit.refused", **fault(error))
                self._lost += 1

    def _end(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()
        self._ended += count
        if not self._waiting:
            self._hurry.clear()
        if self._lost and not self._stopping:
            lost, self._lost = self._lost, 0
            log.error("audit.lost", entries=lost)
            told = Entry(at=self._clock.now(), kind="audit.lost", code=str(lost))
            self._put(row_of(told, self._sids.new_id()))
        self._tell()

    def _tell(self) -> None:
        alone = self._writer is None or self._writer.done()
        for wanted, ended in list(self._followers):
            if self._ended >= wanted or alone:
                self._followers.remove((wanted, ended))
                if not ended.done():
                    ended.set_result(None)

    def _tell_all(self, error: StoreUnavailable) -> None:
        followers, self._followers = self._followers, []
        for _, ended in followers:
            if not ended.done():
                ended.set_exception(error)

    async def _append(self, rows: Sequence[Row], in_doubt: bool) -> None:
        async with self._database.transaction() as connection:
            head = await connection.fetchrow(queries.LOCK_HEAD)
            if head is None:
                raise StoreUnavailable("The head of the audit log is gone.")
            if in_doubt and await connection.fetchval(queries.WRITTEN, rows[0][0]):
                return
            seq, last = head["seq"], head["hash"]
            numbers = range(seq + 1, seq + 1 + len(rows))
            hashes = []
            for number, row in zip(numbers, rows, strict=True):
                last = hash_of(last, number, row)
                hashes.append(last)
            columns = [list(column) for column in zip(*rows, strict=True)]
            assert len(columns) == len(COLUMNS)
            await connection.execute(
                queries.APPEND, numbers[-1], last, list(numbers), hashes, *columns
            )
