"""Read the dispatch table into memory, line by line: a little of each that has something due, and
on where there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import structlog

from trunkline.faults import fault
from trunkline.messaging.dispatch.memory import (
    FEW,
    HORIZON,
    Line,
    LineKey,
    Memory,
    QueueTable,
    key_of,
)
from trunkline.messaging.model import Dispatch
from trunkline.store import StoreUnavailable

__all__ = ["ReadQueue"]

log = structlog.get_logger(__name__)

LINES_AT_ONCE = 128  # in one query of a look
REFILLS = 4  # lines that are read on at the same time


class ReadQueue:
    """Fills memory from the table. `accept` takes what was committed while it was being read, and
    `place` what was read."""

    def __init__(
        self,
        table: QueueTable,
        memory: Memory,
        *,
        now: Callable[[str], datetime],
        accept: Callable[[Dispatch], None],
        place: Callable[[Dispatch], None],
        carriers: Collection[str],
    ) -> None:
        self._table = table
        self._memory = memory
        self._now = now
        self._accept = accept
        self._place = place
        self._carriers = carriers
        self._over: dict[Line, asyncio.Event] = {}  # of lines that are being read
        self._refills = asyncio.Semaphore(REFILLS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def look(
        self, world_id: str, until: datetime, lines: Collection[LineKey] | None = None
    ) -> None:
        """Read a little of each line of a world that has something due until then; `lines` says
        which these are, as far as is known."""
        world = self._memory.world(world_id)
        if world.emptying:
            return
        until = max(until, world.goal or until)
        incomplete, whole = world.incomplete, lines is None
        before, world.looking_until = world.looking_until, until
        try:
            if lines is None:
                lines = await self._table.lines(until, world_id)
            # Of a line that is left, what is due is read on in its turn.
            keys = [key for key in lines if not self._is_left(key)]
            for start in range(0, len(keys), LINES_AT_ONCE):
                some = [key for key in keys[start:][:LINES_AT_ONCE] if not self._is_left(key)]
                if some:
                    await self._read(world_id, some, until, FEW)
            if whole and incomplete == world.incomplete:
                world.loaded_until = max(until, world.loaded_until or until)
        finally:
            world.looking_until = before
        self.read_on(world_id)

    async def fill(self, world_id: str) -> None:
        """Read on wherever there is room, until there is none, or nothing more."""
        world = self._memory.world(world_id)
        for line in list(world.left):
            over = self._over.get(line)
            if over is not None:
                await over.wait()
            while self._memory.wants(line):
                await self._refill(line)

    def read_on(self, world_id: str) -> None:
        """Begin to read on wherever there is room."""
        for line in list(self._memory.world(world_id).left):
            self.refill(line)

    def refill(self, line: Line) -> None:
        """Begin to read on a line, if it has more in the table and room for it."""
        if line.left_from is not None and not self._stopping and self._memory.wants(line):
            task = asyncio.create_task(self._refill_in_turn(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            # Nobody begins the same again before that task has run.
            self._begin(line)

    async def stop(self) -> None:
        """Read nothing more."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_left(self, key: LineKey) -> bool:
        line = self._memory.find(key)
        return line is not None and (line.left_from is not None or line.reading)

    async def _refill_in_turn(self, line: Line) -> None:
        go_on = False
        try:
            async with self._refills:
                await self._load([line], self._until(line), self._memory.portion)
            go_on = True
        except StoreUnavailable:
            log.warning("dispatch.load_failed")
        except Exception as error:  # the next look tries again
            log.error("dispatch.load_failed", **fault(error))
        finally:
            self._end(line)
        if go_on:
            self.refill(line)

    async def _refill(self, line: Line) -> None:
        await self._read(line.key[0], [line.key], self._until(line), self._memory.portion)

    def _until(self, line: Line) -> datetime:
        moment = self._now(line.key[0]) + HORIZON
        return max(moment, self._memory.world(line.key[0]).goal or moment)

    async def _read(
        self, world_id: str, keys: Sequence[LineKey], until: datetime, most: int
    ) -> None:
        lines = [self._memory.line(key) for key in keys]
        for line in lines:
            self._begin(line)
        try:
            await self._load(lines, until, most)
        finally:
            for line in lines:
                self._end(line)

    def _begin(self, line: Line) -> None:
        line.reading = True
        self._over[line] = asyncio.Event()

    def _end(self, line: Line) -> None:
        line.reading = False
        missed, line.missed = line.missed, []
        overflowed, line.overflowed = line.overflowed, None
        if overflowed is not None:
            self._memory.leave(line, overflowed)
        for dispatch in missed:
            # What the reading brought is known by now; the rest has its place, or is left.
            self._accept(dispatch)
        self._over.pop(line).set()
        self._memory.tidy(line)

    async def _load(self, lines: Sequence[Line], until: datetime, most: int) -> None:
        """Read lines that were begun; each is left from where the reading ended."""
        world = self._memory.world(lines[0].key[0])
        if world.emptying:
            return
        forgotten = world.forgotten
        gone: set[str] = set()
        self._memory.reading.append(gone)
        try:
            found = await self._table.load(
                [line.key for line in lines],
                until,
                [sid for line in lines for sid in line.sids],
                list(self._carriers),
                most,
            )
        finally:
            # By identity: what another read has missed may be the same.
            self._memory.reading = [other for other in self._memory.reading if other is not gone]
        if world.forgotten != forgotten:
            return  # the world was emptied meanwhile
        ends: dict[LineKey, tuple[int, datetime]] = {}
        for dispatch in found:
            key = key_of(dispatch)
            ends[key] = ends.get(key, (0, until))[0] + 1, dispatch.due_at
        goal = world.goal
        for line in lines:
            count, last = ends.get(line.key, (0, until))
            line.left_from = None
            if count >= most:
                self._memory.leave(line, last)
            elif goal is not None and goal > until:
                self._memory.leave(line, until)  # somebody looks further ahead than this did
            else:
                self._memory.leave(line, None)
        # What came and went meanwhile was read as it is no more.
        fresh = [dispatch for dispatch in found if dispatch.sid not in gone]
        for dispatch in fresh:
            self._place(dispatch)
        world.taken += len(fresh)
