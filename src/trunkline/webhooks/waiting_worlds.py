"""Requests that wait for their time, by world: what `clock advance` asks for, and waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from trunkline.webhooks.model import Delivery
from trunkline.worlds import Later, Worlds

__all__ = ["WaitingWorlds"]


class _World:
    def __init__(self, later: Later[Delivery]) -> None:
        self.later = later
        self.active: set[str] = set()
        self.idle = asyncio.Event()


class WaitingWorlds:
    """Calls `enter` with each request at its time, and knows whether a world is idle."""

    def __init__(self, worlds: Worlds, enter: Callable[[Delivery], None]) -> None:
        self._clock = worlds.clock
        self._enter = enter
        self._worlds: dict[str, _World] = {}
        self._later: set[str] = set()

    def watch(self, world_id: str) -> None:
        """Begin to follow a world's clock."""
        self._world(world_id)

    def place(self, delivery: Delivery) -> None:
        """Let a request enter at its `due_at`, which may be now."""
        world = self._world(delivery.world_id)
        if delivery.due_at <= self._clock(delivery.world_id).now():
            self._due(delivery)
        else:
            self._later.add(delivery.id)
            world.later.add(delivery.due_at, delivery)

    def drop(self, delivery: Delivery) -> bool:
        """Let a request not enter; False if it has entered, or was never placed."""
        if delivery.id not in self._later:
            return False
        self._later.discard(delivery.id)
        self._world(delivery.world_id).later.remove(delivery)
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
        return self._world(world_id).later.earliest

    def stop(self) -> None:
        """Let nothing enter any more by itself."""
        for world in self._worlds.values():
            world.later.stop()

    def _world(self, world_id: str) -> _World:
        world = self._worlds.get(world_id)
        if world is None:
            # Another node may have made it.
            world = self._worlds[world_id] = _World(Later(self._clock(world_id), self._due))
        return world

    def _due(self, delivery: Delivery) -> None:
        self._later.discard(delivery.id)
        self._worlds[delivery.world_id].active.add(delivery.id)
        self._enter(delivery)
