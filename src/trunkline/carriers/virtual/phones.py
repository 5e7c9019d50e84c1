"""The virtual phones of every world: their behaviours, kept in memory and in the database."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from trunkline.carriers.virtual import queries
from trunkline.carriers.virtual.behaviour import Behaviour
from trunkline.store import Database

__all__ = ["DEFAULT", "Phones"]

DEFAULT = "*"  # the row of all phones that have no behaviour of their own
ORDINARY = Behaviour()


class Phones:
    """Look up and set behaviours. Only phones that were set are kept: the others are ordinary."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._behaviours: dict[tuple[str, str], Behaviour] = {}
        database.on_change("phones", self._changed)
        self._stale: set[str] = set()

    async def load(self) -> None:
        """Read every behaviour."""
        for row in await self._database.fetch(queries.LIST):
            values = {k: v for k, v in row.items() if k not in ("world_id", "phone")}
            self._behaviours[row["world_id"].hex, row["phone"]] = Behaviour(**values)

    def behaviour(self, world_id: str, phone: str) -> Behaviour:
        """How this phone behaves now.

        On a channel (`whatsapp:+1…`) it is the phone of that number, unless the address has
        settings of its own. Only there senders are told that a message was read.
        """
        settled = self._behaviours.get((world_id, DEFAULT), ORDINARY)
        _, channel, number = phone.rpartition(":")
        for key in (number, phone) if channel else (phone,):
            own = self._behaviours.get((world_id, key))
            if own is not None:
                settled = own.over(settled)
        return replace(settled, read=None) if settled.read and not channel else settled

    def set_for(self, world_id: str, phone: str) -> Behaviour:
        """What was set for this phone itself (or for `DEFAULT`)."""
        return self._behaviours.get((world_id, phone), ORDINARY)

    async def set(self, world_id: str, phone: str, behaviour: Behaviour) -> None:
        """Give a phone (or `DEFAULT`) a behaviour; an empty one forgets it."""
        async with self._database.transaction() as connection:
            if behaviour == ORDINARY:
                await connection.execute(queries.FORGET, world_id, phone)
            else:
                values = asdict(behaviour)
                await connection.execute(queries.PUT, world_id, phone, *values.values())
            await self._database.announce(connection, "phones", f"{world_id}:{phone}")
        self._keep(world_id, phone, behaviour)

    def forget_world(self, world_id: str) -> None:
        """Drop what is in memory of a world that was reset."""
        for key in [key for key in self._behaviours if key[0] == world_id]:
            del self._behaviours[key]

    def _keep(self, world_id: str, phone: str, behaviour: Behaviour) -> None:
        if behaviour == ORDINARY:
            self._behaviours.pop((world_id, phone), None)
        else:
            self._behaviours[world_id, phone] = behaviour

    def _changed(self, key: str) -> None:
        # Another node's change is read again at its next use of `refresh`; on this node the
        # memory was changed with the commit.
        self._stale.add(key)

    async def refresh(self) -> None:
        """Read again what other nodes announced."""
        stale, self._stale = self._stale, set()
        for key in stale:
            world_id, _, phone = key.partition(":")
            row: Any = await self._database.fetchrow(queries.FETCH, world_id, phone)
            values = {} if row is None else dict(row.items())
            self._keep(world_id, phone, Behaviour(**values))
