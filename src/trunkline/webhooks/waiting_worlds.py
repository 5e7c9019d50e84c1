"""Requests that wait for their time, by world: what `clock advance` asks for, and waits for."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

from trunkline.webhooks.model import Delivery
from trunkline.worlds import Worlds

__all__ = ["WaitingWorlds"]

LONGEST_WAIT = 30.0


class _World:
    def __init__(self) -> None:
        self.later: list[tuple[datetime, int, Delivery]] = []
        self.active: set[str] = set()
        self.idle = asyncio.Event()
        self.timer: asyncio.TimerHandle | None = None


class WaitingWorlds:
    """Calls `enter` with each request at its time, and knows whether a world is idle."""

    def __init__(self, worlds: Worlds, enter: Callable[[Delivery], None]) -> None:
        self._clock = worlds.clock
        self._enter = enter
        self._worlds: dict[str, _World] = {}
        self._later: set[str] = set()
        self._order = itertools.count()
        self._stopping = False

    def watch(self, world_id: str) -> None:
        """Begin to follow a world's clock."""
        self._world(world_id)

    def place(self, delivery: Delivery) -> None:
        """Let a request enter at its `due_at`, which may be now."""
        world = self._world(delivery.world_id)
        if delivery.due_at <= self._clock(delivery.world_id).now():
            world.active.add(delivery.id)
            self._enter(delivery)
            return
        self._later.add(delivery.id)
        heapq.heappush(world.later, (delivery.due_at, next(self._order), delivery))
        if world.later[0][2] is delivery:
            self._set_timer(delivery.world_id, world)

    def drop(self, delivery: Delivery) -> bool:
        """Let a request not enter; False if it has entered, or was never placed."""
        if delivery.id not in self._later:
            return False
        self._later.discard(delivery.id)
        world = self._world(delivery.world_id)
        world.later = [entry for entry in world.later if entry[2] is not delivery]
        heapq.heapify(world.later)
        return True

    def remove(self, delivery: Delivery) -> None:
        """A request has ended, or is forgotten."""
        world = self._world(delivery.world_id)
        world.active.discard(delivery.id)
        if not world.active:
            world.idle.set()

    async def idle(self, world_id: str) -> None:
        """Wait until nothing that entered is left."""
        world = self._world(world_id)
        while world.active:
            world.idle.clear()
            await world.idle.wait()

    def is_idle(self, world_id: str) -> bool:
        """Whether nothing that entered is left."""
        return not self._world(world_id).active

    def earliest(self, world_id: str) -> datetime | None:
        """When the next one enters."""
        later = self._world(world_id).later
        return later[0][0] if later else None

    def stop(self) -> None:
        """Let nothing enter any more by itself."""
        self._stopping = True
        for world in self._worlds.values():
            if world.timer is not None:
                world.timer.cancel()

    def _world(self, world_id: str) -> _World:
        world = self._worlds.get(world_id)
        if world is None:
            # Another node may have made it.
            self._clock(world_id).watch(lambda: self._due(world_id))
            world = self._worlds[world_id] = _World()
        return world

    def _due(self, world_id: str) -> None:
        world = self._worlds[world_id]
        now = self._clock(world_id).now()
        while world.later and world.later[0][0] <= now:
            _, _, delivery = heapq.heappop(world.later)
            self._later.discard(delivery.id)
            world.active.add(delivery.id)
            self._enter(delivery)
        self._set_timer(world_id, world)

    def _set_timer(self, world_id: str, world: _World) -> None:
        if world.timer is not None:
            world.timer.cancel()
            world.timer = None
        if world.later and not self._stopping:
            wait = self._clock(world_id).until(world.later[0][0])
            loop = asyncio.get_running_loop()
            world.timer = loop.call_later(min(max(wait, 0.0), LONGEST_WAIT), self._due, world_id)
