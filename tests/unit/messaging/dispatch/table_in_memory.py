"""A dispatch table that is a list, with a clock that stands where it is held."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.gate import Gate
from trunkline.messaging.dispatch.memory import LineKey, key_of
from trunkline.messaging.model import Dispatch
from trunkline.worlds import WorldClock

START = datetime(2026, 1, 1, tzinfo=UTC)
WORLD = "a" * 32


class Real:
    """A real time that does not pass."""

    def now(self) -> datetime:
        """Always the same."""
        return START


def dispatch(
    n: int,
    *,
    after: float = 0,
    step: str = "submit",
    carrier: str = "c",
    account: str = "b" * 32,
    sender: str = "+1",
    service: str | None = None,
) -> Dispatch:
    """A dispatch that is due so many seconds after the start."""
    return Dispatch(
        sid=f"SM{n:032x}",
        account_id=account,
        world_id=WORLD,
        sender=sender,
        recipient="+2",
        carrier=carrier,
        step=step,
        due_at=START + timedelta(seconds=after),
        created_at=START,
        validity=36000,
        num_segments=1,
        num_media=0,
        service_id=service,
    )


class Setting:
    """A dispatcher over a table that is a list; reading it takes until `may_read`."""

    def __init__(self, gate: Gate | None = None) -> None:
        self.clock = WorldClock(Real())
        self.clocks: dict[str, WorldClock] = {}
        self.table: list[Dispatch] = []
        self.reading, self.may_read = asyncio.Event(), asyncio.Event()
        self.may_read.set()
        self.read: list[list[LineKey]] = []  # the lines of each reading
        self.found: list[int] = []  # how much each of them brought
        self.ran: list[list[str]] = []  # the batches
        self.trouble: Exception | None = None  # of each reading
        self.looks = 0  # times that the lines were asked for
        worlds: Any = SimpleNamespace(clock=lambda world: self.clocks.get(world, self.clock))
        self.dispatcher = Dispatcher(worlds, self, gate)
        self.dispatcher.watch_world(WORLD)

    async def lines(self, until: datetime, world_id: str | None = None) -> dict[LineKey, datetime]:
        """As the table's."""
        self.looks += 1
        if self.trouble is not None:
            raise self.trouble
        found: dict[LineKey, datetime] = {}
        for d in self.table:
            if d.due_at <= until and world_id in (None, d.world_id):
                found[key_of(d)] = min(d.due_at, found.get(key_of(d), d.due_at))
        return found

    async def load(
        self,
        lines: Sequence[LineKey],
        until: datetime,
        known: Sequence[str],
        carriers: Sequence[str],
        most: int,
    ) -> list[Dispatch]:
        """As the table's: copies of its rows as they were when the reading began."""
        if self.trouble is not None:
            raise self.trouble
        self.read.append(list(lines))
        there = set(known)
        found: list[Dispatch] = []
        for line in lines:
            of_line = [
                replace(d)
                for d in self.table
                if key_of(d) == line
                and d.due_at <= until
                and d.sid not in there
                and d.carrier in carriers
            ]
            found += sorted(of_line, key=lambda d: d.due_at)[:most]
        self.reading.set()
        await self.may_read.wait()
        self.found.append(len(found))
        return sorted(found, key=lambda d: d.due_at)

    async def next_due(self, world_id: str, after: datetime) -> datetime | None:
        """As the table's."""
        return min(
            (d.due_at for d in self.table if d.world_id == world_id and d.due_at > after),
            default=None,
        )

    @property
    def sent(self) -> list[str]:
        """What was sent, in order."""
        return [sid for batch in self.ran for sid in batch]

    async def run(self, batch: list[Dispatch]) -> None:
        """A runner that sends them."""
        self.ran.append([d.sid for d in batch])
        sids = {d.sid for d in batch}
        self.table = [row for row in self.table if row.sid not in sids]
        for d in batch:
            self.dispatcher.finish(d)

    def commit(self, *dispatches: Dispatch) -> None:
        """Write rows, and tell the dispatcher, as a create does."""
        self.table += dispatches
        for d in dispatches:
            self.dispatcher.accept(replace(d))
