"""What worlds limit: how fast each type of sender sends, how long its queue may be (behaviour
5.3), and how fast accounts call (6.1). Kept in memory, because every message asks, and in the
database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import msgspec
import structlog
from msgspec import Meta

from trunkline.store import Database, StoreUnavailable
from trunkline.worlds import queries
from trunkline.worlds.worlds import Worlds

__all__ = ["TOPIC", "TWILIO", "Limits", "Mode", "QueueSeconds", "Rate", "WorldLimits"]

log = structlog.get_logger(__name__)

TOPIC = "world_limits"  # of `Database.announce`; the key is the id of the world

Mode = Literal["off", "twilio", "custom"]
Rate = Annotated[float, Meta(ge=0.001, le=100_000)]
QueueSeconds = Annotated[int, Meta(ge=1, le=864_000)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Segments a second of each sender by its type, messages a second with media, how many seconds
    of sending may wait for a sender (and of calling, for an account), and calls a second of an
    account. The defaults are Twilio's."""

    long_code: Rate = 1.0
    toll_free: Rate = 3.0
    short_code: Rate = 100.0
    alphanumeric: Rate = 10.0
    channel: Rate = 80.0
    mms_long_code: Rate = 1.0
    account_mms: Rate = 25.0
    queue_seconds: QueueSeconds = 36_000
    calls_per_second: Rate = 1.0


TWILIO = Limits()

Change = Callable[[str, Limits | None, Limits | None], None]


class WorldLimits:
    """The limits of every world. Each of `on_change` is called with the world's id and its limits
    before and after a change, whichever node made it; None is no limit."""

    def __init__(self, database: Database, worlds: Worlds) -> None:
        self._database = database
        self._worlds = worlds
        self._limits: dict[str, Limits] = {}
        self._custom: set[str] = set()
        self.on_change: list[Change] = []
        # One at a time, so that what was read earlier never replaces what was set later.
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_change(TOPIC, self._start)
        database.on_reconnect(lambda: self._start(None))

    def of(self, world_id: str) -> Limits | None:
        """The limits of a world; None: nothing is limited."""
        return self._limits.get(world_id)

    def told(self, world_id: str) -> tuple[Mode, Limits | None]:
        """The mode of a world and what it limits."""
        limits = self._limits.get(world_id)
        if limits is None:
            return "off", None
        return ("custom" if world_id in self._custom else "twilio"), limits

    def limited(self) -> list[str]:
        """The ids of the worlds that limit anything."""
        return list(self._limits)

    async def load(self) -> None:
        """Read the limits of every world."""
        async with self._turn:
            rows = await self._database.fetch(queries.LIST_LIMITS)
            for row in rows:
                self._keep(row["id"].hex, row["limits"], _values(row["limit_values"]))

    async def refresh(self, world_id: str) -> None:
        """Read the limits of one world: of a new one, for instance."""
        async with self._turn:
            row = await self._database.fetchrow(queries.FETCH_LIMITS, world_id)
            if row is not None:
                self._keep(world_id, row["limits"], _values(row["limit_values"]))

    async def set(self, world_id: str, mode: Mode, values: Limits | None = None) -> None:
        """Set what a world limits; `values` are those of the mode `custom`. It holds at once, also
        for messages that wait."""
        chosen = (values or TWILIO) if mode == "custom" else None
        stored = None if chosen is None else msgspec.structs.asdict(chosen)
        async with self._turn:
            async with self._database.transaction() as connection:
                await connection.execute(queries.SET_LIMITS, world_id, mode, stored)
                await self._database.announce(connection, TOPIC, world_id)
            self._keep(world_id, mode, chosen)

    def _keep(self, world_id: str, mode: str, values: Limits | None) -> None:
        before = self._limits.get(world_id)
        after = None if mode == "off" else values if mode == "custom" and values else TWILIO
        self._custom.discard(world_id)
        if mode == "custom":
            self._custom.add(world_id)
        if after is None:
            self._limits.pop(world_id, None)
        else:
            self._limits[world_id] = after
        self._show(world_id, mode)
        if before != after:
            for changed in self.on_change:
                changed(world_id, before, after)

    def _show(self, world_id: str, mode: str) -> None:
        try:
            world = self._worlds.get(world_id)
        except KeyError:  # another node has just made it
            return
        if world.limits != mode:
            self._worlds.adopt(replace(world, limits=mode))

    def _start(self, world_id: str | None) -> None:
        task = asyncio.get_running_loop().create_task(self._read(world_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, world_id: str | None) -> None:
        try:
            await (self.load() if world_id is None else self.refresh(world_id))
        except StoreUnavailable:  # once the database is back, all of them are read
            log.warning("world_limits.not_read", world=world_id)


def _values(stored: object) -> Limits | None:
    return None if stored is None else msgspec.convert(stored, Limits)
