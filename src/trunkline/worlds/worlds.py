"""The worlds of this platform, with their clocks, kept in memory: there are few of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from trunkline.clock import Clock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.worlds import queries
from trunkline.worlds.clock import WorldClock

__all__ = ["ClockNotMovable", "World", "Worlds"]

DEFAULT = "default"


class ClockNotMovable(Exception):
    """The clock of a production world follows real time."""


@dataclass(frozen=True, slots=True)
class World:
    """One world: its id (32 hex digits), name, clock, and whether rates are held to."""

    id: str
    name: str
    clock: WorldClock
    clock_movable: bool
    limits: str
    created_at: datetime


class Worlds:
    """Look up worlds by id or name; create one; keep a moved clock."""

    def __init__(self, database: Database, real: Clock, sids: SidFactory) -> None:
        self._database = database
        self._real = real
        self._sids = sids
        self._worlds: dict[str, World] = {}
        self._named: dict[str, World] = {}

    async def load(self) -> None:
        """Read every world, and hear of those that other nodes make."""
        for row in await self._database.fetch(queries.LIST):
            self._keep(row)

    def all(self) -> list[World]:
        """Every world, oldest first."""
        return list(self._worlds.values())

    def get(self, world_id: str) -> World:
        """The world of this id. Raises KeyError."""
        return self._worlds[world_id]

    def named(self, name: str) -> World | None:
        """The world of this name, or None."""
        return self._named.get(name)

    def clock(self, world_id: str) -> WorldClock:
        """The clock of a world. Raises KeyError."""
        return self._worlds[world_id].clock

    async def create(
        self, connection: Connection, name: str, *, clock_movable: bool, limits: str
    ) -> World:
        """Make a world within the transaction of `connection`; `adopt` it after the commit."""
        now = self._real.now()
        world_id = self._sids.new_id()
        await connection.execute(queries.INSERT, world_id, name, 0, clock_movable, limits, now)
        return World(world_id, name, WorldClock(self._real), clock_movable, limits, now)

    def adopt(self, world: World) -> None:
        """Make a world that was committed known here."""
        self._worlds[world.id] = world
        self._named[world.name] = world

    async def keep_clock(self, world: World, offset: timedelta | None = None) -> None:
        """Store the offset that a clock has, or is about to have, for the next start."""
        moved = world.clock.offset if offset is None else offset
        microseconds = moved // timedelta(microseconds=1)
        await self._database.execute(queries.SET_OFFSET, world.id, microseconds)

    def _keep(self, row: asyncpg.Record | Any) -> None:
        offset = timedelta(microseconds=row["clock_offset_us"])
        world = World(
            id=row["id"].hex,
            name=row["name"],
            clock=WorldClock(self._real, offset),
            clock_movable=row["clock_movable"],
            limits=row["limits"],
            created_at=row["created_at"],
        )
        self.adopt(world)
