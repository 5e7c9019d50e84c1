"""What of the queue is in memory, and what is left to the table.

A *line* is what one account has to send from one sender, or by one service. Of each line some
thousands are in memory at most, the earliest ones; the rest waits in the table, and is read when
there is room. So a campaign of a million messages costs as much memory as one of ten thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from trunkline.messaging.model import Dispatch

__all__ = ["HORIZON", "Line", "LineKey", "Memory", "QueueTable", "WorldMemory"]

HORIZON = timedelta(minutes=2)  # of world time: what is due later stays in the table
MOST = 5_000  # of a line that are due, and as many that wait for their time
REFILL = MOST // 2  # a line with more in the table is read again below it
FEW = 128  # of a line, where a look reads many lines
MOST_IN_ALL = 50_000  # above it, no line is filled further than FEW

LineKey = tuple[str, str, str]  # world, account, and sender or service


class QueueTable(Protocol):
    """Reads the dispatch table of this node."""

    async def lines(self, until: datetime, world_id: str | None = None) -> dict[LineKey, datetime]:
        """The lines (of one world) with something due until then, and since when."""

    async def load(
        self,
        lines: Sequence[LineKey],
        until: datetime,
        known: Sequence[str],
        carriers: Sequence[str],
        most: int,
    ) -> list[Dispatch]:
        """What is due until then of lines of one world, without what is `known` (SIDs) and what
        is for other carriers: earliest first, so many of each line at most."""

    async def next_due(self, world_id: str, after: datetime) -> datetime | None:
        """The world time of the earliest row of a world that is due after that."""


class Line:
    """What is in memory of a line, and from when on it is left to the table."""

    __slots__ = ("due", "key", "left_from", "missed", "overflowed", "reading", "sids", "waiting")

    def __init__(self, key: LineKey) -> None:
        self.key = key
        self.sids: set[str] = set()  # all that are in memory
        self.due = 0  # how many of them are ready, kept by the gate, or in a runner's hands
        self.waiting = 0  # how many of them wait for their time
        # The table may have more than memory, due from then on. None: memory has all of it.
        self.left_from: datetime | None = None
        self.reading = False
        self.missed: list[Dispatch] = []  # what was committed while the table was read
        self.overflowed: datetime | None = None  # the earliest that did not fit in there

    def leave(self, due_at: datetime) -> None:
        """What is due from then on is in the table, and not all of it in memory."""
        self.left_from = due_at if self.left_from is None else min(self.left_from, due_at)

    def miss(self, dispatch: Dispatch) -> None:
        """Something was committed that is left to the table, which may be being read."""
        if self.reading and len(self.missed) < MOST:
            self.missed.append(dispatch)
        elif self.reading and (self.overflowed is None or dispatch.due_at < self.overflowed):
            self.overflowed = dispatch.due_at


class WorldMemory:
    """What memory knows of one world's part of the table."""

    def __init__(self) -> None:
        self.left: set[Line] = set()  # lines with more in the table
        # Until when all that is in the table is in memory, but for the lines that are left; what
        # ends that is counted, for whoever is reading the table.
        self.loaded_until: datetime | None = None
        self.looking_until: datetime | None = None
        self.incomplete = 0
        self.taken = 0  # dispatches that were read
        self.forgotten = 0  # times that all of it was dropped
        self.emptying = 0  # while above 0, nothing is read

    def leave_to_table(self, due_at: datetime | None = None) -> None:
        """Something that is in the table, and due then, is in memory no more."""
        if due_at is None or _covers(self.loaded_until, due_at):
            self.loaded_until = None
        if due_at is None or _covers(self.looking_until, due_at):
            self.incomplete += 1

    def covers(self, moment: datetime) -> bool:
        """Whether all that is due until then is in memory, but for the lines that are left."""
        return _covers(self.loaded_until, moment)

    @property
    def goal(self) -> datetime | None:
        """Until when memory is to know all there is."""
        if self.loaded_until is None or self.looking_until is None:
            return self.loaded_until or self.looking_until
        return max(self.loaded_until, self.looking_until)


class Memory:
    """The lines of all worlds, and which messages (by SID) of them are in memory."""

    def __init__(self, now: Callable[[str], datetime]) -> None:
        self._now = now
        self._lines: dict[LineKey, Line] = {}
        self._worlds: dict[str, WorldMemory] = {}
        self.known: dict[str, Line] = {}
        self.reading: list[set[str]] = []  # what left memory while the table is being read

    def world(self, world_id: str) -> WorldMemory:
        """What memory knows of a world."""
        found = self._worlds.get(world_id)
        if found is None:
            found = self._worlds[world_id] = WorldMemory()
        return found

    def find(self, key: LineKey) -> Line | None:
        """The line, if anything is known of it."""
        return self._lines.get(key)

    def line(self, key: LineKey) -> Line:
        """The line."""
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = Line(key)
        return found

    def takes(self, dispatch: Dispatch) -> bool:
        """Whether a message that was just committed has a place here; else it is left to the
        table, behind what is there already."""
        now, world = self._now(dispatch.world_id), self.world(dispatch.world_id)
        if dispatch.due_at > now + HORIZON and not world.covers(dispatch.due_at):
            world.leave_to_table(dispatch.due_at)
            return False
        line = self.line(key_of(dispatch))
        if line.left_from is not None and dispatch.due_at >= line.left_from:
            line.miss(dispatch)
            return False
        held = line.waiting if dispatch.due_at > now else line.due
        if held >= (MOST if len(self.known) < MOST_IN_ALL else FEW):
            line.miss(dispatch)
            self.leave(line, dispatch.due_at)
            return False
        return True

    def remember(self, dispatch: Dispatch) -> Line:
        """A message is in memory from now on."""
        line = self.known[dispatch.sid] = self.line(key_of(dispatch))
        line.sids.add(dispatch.sid)
        return line

    def forget(self, sid: str) -> None:
        """A message is in memory no more."""
        line = self.known.pop(sid, None)
        if line is not None:
            line.sids.discard(sid)
            self.tidy(line)
        for left in self.reading:
            left.add(sid)

    def leave(self, line: Line, due_at: datetime | None) -> None:
        """Note from when on a line is left to the table; None: memory has all of it."""
        world = self.world(line.key[0])
        if due_at is None:
            line.left_from = None
            world.left.discard(line)
            self.tidy(line)
        else:
            line.leave(due_at)
            world.left.add(line)

    def wants(self, line: Line) -> bool:
        """Whether a line is to be read on: it has more in the table, and room for it."""
        if line.left_from is None or line.reading or self.world(line.key[0]).emptying:
            return False
        held = line.due
        if line.left_from > self._now(line.key[0]):
            held += line.waiting
        return held < self.portion

    @property
    def portion(self) -> int:
        """How many rows of a line are read on at once, when there are fewer of it in memory."""
        return REFILL if len(self.known) < MOST_IN_ALL else max(1, FEW // 2)

    def tidy(self, line: Line) -> None:
        """Forget a line of which nothing is known."""
        if not line.sids and line.left_from is None and not line.reading:
            self._lines.pop(line.key, None)


def key_of(dispatch: Dispatch) -> LineKey:
    """The line of a dispatch."""
    return dispatch.world_id, dispatch.account_id, dispatch.service_id or dispatch.sender


def _covers(until: datetime | None, moment: datetime) -> bool:
    return until is not None and moment <= until
