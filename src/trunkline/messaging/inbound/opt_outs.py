"""Who does not want whose messages: pairs of a sender and a recipient, per account."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.messaging import queries
from trunkline.messaging.model import Dispatch
from trunkline.store import Database

__all__ = ["OptOuts"]


class OptOuts:
    """Look up opt-outs. They are written by `receive_message` through a group commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def blocked(self, batch: Sequence[Dispatch]) -> set[str]:
        """The SIDs of those whose recipient has opted out since they were accepted."""
        rows = await self._database.fetch(
            queries.BLOCKED,
            [d.account_id for d in batch],
            [d.sender for d in batch],
            [d.recipient for d in batch],
        )
        return {batch[row["n"] - 1].sid for row in rows}

    async def is_blocked(self, account_id: str, sender: str, recipient: str) -> bool:
        """Whether `recipient` has opted out of `sender`."""
        found = await self._database.fetchrow(queries.FETCH_OPT_OUT, account_id, sender, recipient)
        return found is not None
