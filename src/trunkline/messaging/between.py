"""Between which numbers messages are: events name messages by their SIDs alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trunkline.messaging import queries
from trunkline.messaging.representation import message_sid
from trunkline.store import Database

__all__ = ["Between"]


class Between:
    """Looks it up. Nothing is kept: an address may be obfuscated later."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(
        self, world_id: str, sids: Sequence[str]
    ) -> Mapping[str, tuple[str | None, str]]:
        """Sender and recipient by SID, of those that the world has."""
        ids = [sid[2:] for sid in sids]
        rows = await self._database.fetch(queries.BETWEEN, ids, world_id)
        return {str(message_sid(row)): (row["sender"], row["recipient"]) for row in rows}
