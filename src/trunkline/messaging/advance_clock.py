"""Move a world's clock forward, running what falls due on the way in its order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import msgspec

from trunkline.messaging.dispatcher import Dispatcher
from trunkline.worlds import ClockNotMovable, World, Worlds

__all__ = ["AdvanceClock", "Advanced"]


class Advanced(msgspec.Struct):
    """The world's time after a move, and how many moments with due work there were."""

    now: datetime
    ran: int


class AdvanceClock:
    """Advances worlds, one move at a time for each."""

    def __init__(self, worlds: Worlds, dispatcher: Dispatcher) -> None:
        self._worlds = worlds
        self._dispatcher = dispatcher
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
                await self._worlds.keep_clock(world, least + by)
                while True:
                    await self._dispatcher.idle(world.id)
                    await self._dispatcher.load(world.id, target)
                    await self._dispatcher.idle(world.id)
                    due = await self._dispatcher.earliest(world.id)
                    if due is None or due > target:
                        break
                    ran += 1
                    world.clock.hold(due)
                world.clock.hold(target)
                least += by
                await self._dispatcher.idle(world.id)
            finally:
                # The real time that this took passes in the world, too.
                world.clock.release(least)
            await self._worlds.keep_clock(world)
            return Advanced(now=world.clock.now(), ran=ran)
