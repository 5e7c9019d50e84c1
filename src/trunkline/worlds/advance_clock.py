"""Move a world's clock forward, running what falls due on the way in its order.

Most work waits for moments, and the clock can jump from one to the next. Calls do not: their time
passes evenly, and each stretch of it is run through (`Flow`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from trunkline.worlds.worlds import ClockNotMovable, World, Worlds

__all__ = ["AdvanceClock", "Advanced", "DueWork", "Flow"]


class DueWork(Protocol):
    """Work of a world that waits for times: messages on their way, requests to apps."""

    def is_idle(self, world_id: str) -> bool:
        """Whether nothing of this world is due or being worked on."""

    async def idle(self, world_id: str) -> None:
        """Wait until it is so."""

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """Take into memory what is due until then; how much that was."""

    async def earliest(self, world_id: str) -> datetime | None:
        """The world time of the next thing that is due."""


class Flow(DueWork, Protocol):
    """Work whose time passes evenly."""

    def obstacle(self, world_id: str) -> str | None:
        """Why the time of a world cannot be moved now, as a sentence; None: it can."""

    async def run_until(self, world_id: str, moment: datetime) -> datetime:
        """Let the time of a world pass up to a moment, or to one at which there is something to
        react to, and hold its clock there: which that was. Of a world in which nothing flows,
        the moment itself."""


class Advanced(msgspec.Struct):
    """The world's time after a move, and how many moments with due work there were."""

    now: datetime
    ran: int


class AdvanceClock:
    """Advances worlds, one move at a time for each."""

    def __init__(
        self,
        worlds: Worlds,
        work: Sequence[DueWork],
        flow: Flow | None = None,
        stays: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`stays` tells of a world whose time stands still between its moves."""
        self._stays = stays
        self._worlds = worlds
        self._work = work if flow is None else [*work, flow]
        self._flow = flow
        self._moving: dict[str, asyncio.Lock] = {}

    async def __call__(
        self, world: World, by: timedelta, until: Callable[[], bool] | None = None
    ) -> Advanced:
        """Returns when the world is idle at its new time.

        That is earlier than asked for when `until` is true: it is asked each time the world has
        come to rest, so also before anything is moved. Raises ClockNotMovable.
        """
        if not world.clock_movable:
            raise ClockNotMovable("The clock of this world follows real time.")
        async with self._moving.setdefault(world.id, asyncio.Lock()):
            if self._flow is not None and (obstacle := self._flow.obstacle(world.id)) is not None:
                raise ClockNotMovable(obstacle)
            offset = world.clock.offset
            start = world.clock.pause()
            moved = timedelta()
            try:
                # First of all: if the platform is killed on the way, its clock may be ahead of
                # what was done, but never behind it.
                if by:
                    await self._worlds.keep_clock(world, offset + by)
                ran = await self._move(world, start + by, until)
                moved = world.clock.now() - start
            finally:
                # The real time that this took passes in the world, too.
                world.clock.release(offset + moved)
                if self._stays(world.id):
                    world.clock.pause()
            if by:  # else nothing was moved: a world was only to come to rest
                await self._worlds.keep_clock(world)
            return Advanced(now=world.clock.now(), ran=ran)

    def let_go(self, world_id: str) -> None:
        """A world's time need not stand still any more: let it pass, unless it is being moved,
        which looks itself at its end."""
        moving = self._moving.get(world_id)
        if (moving is None or not moving.locked()) and not self._stays(world_id):
            clock = self._worlds.clock(world_id)
            clock.release(clock.offset)

    async def _move(self, world: World, target: datetime, until: Callable[[], bool] | None) -> int:
        """Move a clock that is held, and return how many moments with due work there were."""
        ran = 0
        while True:
            await self._idle(world.id, target)
            if until is not None and until():
                return ran
            due = await self._earliest(world.id)
            is_due = due is not None and due <= target
            if not is_due and world.clock.now() >= target:
                return ran
            goal = due if due is not None and is_due else target
            if self._flow is not None and await self._flow.run_until(world.id, goal) < goal:
                continue
            ran += is_due
            world.clock.hold(goal)

    async def _idle(self, world_id: str, until: datetime) -> None:
        """Wait until all of it is idle at the same time: a message makes requests, whose answers
        make messages."""
        while True:
            for work in self._work:
                await work.idle(world_id)
            loaded = [await work.load(world_id, until) for work in self._work]
            if any(loaded):
                continue
            if all(work.is_idle(world_id) for work in self._work):
                return

    async def _earliest(self, world_id: str) -> datetime | None:
        times = [await work.earliest(world_id) for work in self._work]
        return min((moment for moment in times if moment is not None), default=None)
