"""What worlds set for their webhooks: chaos, and maps of public addresses to local apps.

Kept in memory, because it is asked for on each request, and in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import structlog
from msgspec import Meta

from trunkline.store import Database, StoreUnavailable
from trunkline.store.database import Connection
from trunkline.webhooks import queries
from trunkline.webhooks.address_map import AddressMap
from trunkline.webhooks.chaos import Chaos

__all__ = ["TOPIC", "InvalidMap", "Map", "WebhookWorlds"]

log = structlog.get_logger(__name__)

TOPIC = "webhook_worlds"  # of `Database.announce`; the key is the id of the world
Url = Annotated[str, Meta(min_length=1, max_length=2048)]


class InvalidMap(ValueError):
    """A map that cannot be taken. The message is one sentence for the person who set it."""


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public address, and where the app behind it is."""

    public: Annotated[Url, Meta(description="`https://api.example.com`, also with a path")]
    local: Annotated[Url, Meta(description="`http://127.0.0.1:3000`")]


@dataclass(frozen=True, slots=True)
class _World:
    chaos: Chaos | None = None
    maps: tuple[Map, ...] = ()
    addresses: AddressMap | None = None


NOTHING = _World()


class WebhookWorlds:
    """The settings of every world. `maps` are those of all worlds, each as PUBLIC=LOCAL: raises
    ValueError for one that cannot be read."""

    def __init__(self, database: Database, maps: Sequence[str] = ()) -> None:
        self._database = database
        self.everywhere = tuple(maps)
        self._everywhere = AddressMap.read(*maps)
        self._worlds: dict[str, _World] = {}
        # One at a time, so that what was read earlier never replaces what was set later.
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_change(TOPIC, lambda world_id: self._start(world_id))
        database.on_reconnect(lambda: self._start(None))

    async def load(self) -> None:
        """Read the settings of every world."""
        async with self._turn:
            rows = await self._database.fetch(queries.LOAD_WORLDS)
            for world_id in self._worlds.keys() - {row["world_id"].hex for row in rows}:
                del self._worlds[world_id]
            for row in rows:
                self._keep(row["world_id"].hex, row)

    def chaos_of(self, world_id: str) -> Chaos | None:
        """The chaos of a world, the same object until it is set again; None is calm."""
        return self._worlds.get(world_id, NOTHING).chaos

    def maps_of(self, world_id: str) -> tuple[AddressMap, ...]:
        """The maps that hold in a world, to be asked in this order: its own come first."""
        own = self._worlds.get(world_id, NOTHING).addresses
        return (self._everywhere,) if own is None else (own, self._everywhere)

    def own_maps(self, world_id: str) -> list[Map]:
        """The maps that were set for a world itself."""
        return list(self._worlds.get(world_id, NOTHING).maps)

    async def set_chaos(self, world_id: str, chaos: Chaos | None) -> None:
        """Set the chaos of a world. The dice are as at the start, also for what was set before:
        the same seed brings the same chaos."""
        fresh = None if chaos is None else msgspec.structs.replace(chaos)
        async with self._turn:
            async with self._database.transaction() as connection:
                row = await connection.fetchrow(queries.LOAD_WORLD, world_id)
                maps = [] if row is None else row["maps"]
                await self._write(connection, world_id, fresh, maps)
            self._set(world_id, fresh, _maps(maps))

    async def set_maps(self, world_id: str, maps: Sequence[Map]) -> None:
        """Set the maps of a world in place of those that it had. Raises InvalidMap."""
        read(maps)
        async with self._turn:
            async with self._database.transaction() as connection:
                row = await connection.fetchrow(queries.LOAD_WORLD, world_id)
                chaos = self._same(world_id, None if row is None else row["chaos"])
                await self._write(connection, world_id, chaos, maps)
            self._set(world_id, chaos, tuple(maps))

    def calm(self, world_id: str) -> None:
        """End the chaos of a world that was reset. Its maps stay: they say where the apps are that
        its numbers name."""
        known = self._worlds.get(world_id, NOTHING)
        self._worlds[world_id] = _World(None, known.maps, known.addresses)

    async def _write(
        self, connection: Connection, world_id: str, chaos: Chaos | None, maps: Sequence[Any]
    ) -> None:
        await connection.execute(queries.KEEP_WORLD, world_id, chaos, list(maps))
        await self._database.announce(connection, TOPIC, world_id)

    def _start(self, world_id: str | None) -> None:
        reading = self.load() if world_id is None else self._refresh(world_id)
        task = asyncio.get_running_loop().create_task(self._try(world_id, reading))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, world_id: str | None, reading: Any) -> None:
        try:
            await reading
        except StoreUnavailable:  # once the database is back, everything is read
            log.warning("webhook.settings_not_read", world=world_id)

    async def _refresh(self, world_id: str) -> None:
        async with self._turn:
            row = await self._database.fetchrow(queries.LOAD_WORLD, world_id)
            if row is None:
                self._worlds.pop(world_id, None)
            else:
                self._keep(world_id, row)

    def _keep(self, world_id: str, row: Any) -> None:
        self._set(world_id, self._same(world_id, row["chaos"]), _maps(row["maps"]))

    def _same(self, world_id: str, stored: Any) -> Chaos | None:
        """What is stored: as the object that is known, if that says the same."""
        chaos = None if stored is None else msgspec.convert(stored, Chaos)
        known = self.chaos_of(world_id)
        return known if known == chaos else chaos

    def _set(self, world_id: str, chaos: Chaos | None, maps: tuple[Map, ...]) -> None:
        self._worlds[world_id] = _World(chaos, maps, read(maps) if maps else None)


def read(maps: Sequence[Map]) -> AddressMap:
    """The maps, to be asked. Raises InvalidMap."""
    for entry in maps:
        if "=http" in entry.public.lower():  # where PUBLIC ends could be taken for another place
            raise InvalidMap("The public URL of a map does not contain another URL.")
    try:
        return AddressMap.read(*(f"{entry.public}={entry.local}" for entry in maps))
    except ValueError as error:
        raise InvalidMap(str(error)) from None


def _maps(stored: Any) -> tuple[Map, ...]:
    return tuple(msgspec.convert(stored, list[Map]))
