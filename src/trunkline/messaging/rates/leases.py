"""Which node sends for a sender: leases in the database, so that two nodes never do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from trunkline.messaging.rates import queries
from trunkline.messaging.rates.model import Key, Lease
from trunkline.store import Database

__all__ = ["SenderLeases"]


class SenderLeases:
    """The leases of senders. `owner` is this node; a lease ends `seconds` after it was renewed."""

    def __init__(self, database: Database, owner: str, seconds: float) -> None:
        self._database = database
        self.owner = owner
        self._seconds = seconds

    async def acquire(self, keys: Sequence[Key]) -> dict[Key, Lease]:
        """Lease what is free, or ours already; what holds now, whoever it is."""
        async with self._database.transaction() as connection:
            await connection.execute(queries.ACQUIRE, *_columns(keys), self.owner, self._seconds)
            rows = await connection.fetch(queries.READ_LEASES, *_columns(keys))
        return {_key(row): Lease(row["owner"].hex, row["term"], row["next_free"]) for row in rows}

    async def renew(self, keys: Collection[Key]) -> dict[Key, int]:
        """Renew leases; those that are still ours, with their terms."""
        if not keys:
            return {}
        rows = await self._database.fetch(queries.RENEW, *_columns(keys), self.owner, self._seconds)
        return {_key(row): row["term"] for row in rows}

    async def end(self, keys: Collection[Key]) -> None:
        """Let other nodes have these."""
        if keys:
            await self._database.execute(queries.END_LEASES, *_columns(keys), self.owner)

    async def end_all(self) -> None:
        """Let other nodes have all that this one held."""
        await self._database.execute(queries.END_ALL_LEASES, self.owner)

    async def forget_old(self) -> None:
        """Forget senders that nobody has used for a day: an account may have any number of
        alphanumeric ones."""
        await self._database.execute(queries.FORGET_LEASES)

    async def give(self, sids: Iterable[str], owner: str) -> None:
        """Leave messages to the node that sends for their sender: it finds them in the table."""
        ids = [sid[2:] for sid in sids]
        await self._database.execute(queries.GIVE_TO, ids, owner, self.owner)


def _columns(keys: Collection[Key]) -> tuple[list[str], list[str], list[str]]:
    return (
        [key.world_id for key in keys],
        [key.sender for key in keys],
        [key.timeline for key in keys],
    )


def _key(row: Any) -> Key:
    return Key(row["world_id"].hex, row["sender"], row["timeline"])
