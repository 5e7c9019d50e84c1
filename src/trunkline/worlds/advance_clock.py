"""Move a world's clock forward, running what falls due on the way in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from trunkline.worlds.worlds import ClockNotMovable, World, Worlds

__all__ = ["AdvanceClock", "Advanced", "DueWork"]


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


class Advanced(msgspec.Struct):
    """The world's time after a move, and how many moments with due work there were."""

    now: datetime
    ran: int


class AdvanceClock:
    """Advances worlds, one move at a time for each."""

    def __init__(self, worlds: Worlds, work: Sequence[DueWork]) -> None:
        self._worlds = worlds
        self._work = work
        self._moving: dict[str, asyncio.Lock] = {}

    async def __call__(self, world: World, by: timedelta) -> Advanced:
        """Returns when the world is idle at its new time. Raises ClockNotMovable."""
        if not world.clock_movable:
            raise ClockNotMovable("The clock of this world follows real time.")
        async with self._moving.setdefault(world.id, asyncio.Lock()):
            ran = 0
            least = world.clock.offset
            target = world.clock.pause() + by
            try:
                # First of all: if the platform is killed on the way, its clock may be ahead of
                # what was done, but never behind it.
                if by:
                    await self._worlds.keep_clock(world, least + by)
                while True:
                    await self._idle(world.id, target)
                    due = await self._earliest(world.id)
                    if due is None or due > target:
                        break
                    ran += 1
                    world.clock.hold(due)
                world.clock.hold(target)
                least += by
                await self._idle(world.id, target)
            finally:
                # The real time that this took passes in the world, too.
                world.clock.release(least)
            if by:  # else nothing was moved: a world was only to come to rest
                await self._worlds.keep_clock(world)
            return Advanced(now=world.clock.now(), ran=ran)

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
