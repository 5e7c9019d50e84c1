"""Between which numbers calls are, and those that were recorded: events name them by SIDs alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trunkline.store import Database
from trunkline.voice import explain_queries

__all__ = ["BetweenCalls"]


class BetweenCalls:
    """Looks it up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, world_id: str, sids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Who calls whom, by SID of a call or of a recording of one, of those that the world has.
        Raises StoreUnavailable."""
        found: dict[str, tuple[str, str]] = {}
        for prefix, query in (
            ("CA", explain_queries.BETWEEN),
            ("RE", explain_queries.BETWEEN_RECORDED),
        ):
            ids = [sid[2:] for sid in sids if sid.startswith(prefix)]
            for row in await self._database.fetch(query, ids, world_id) if ids else ():
                found[prefix + row["id"].hex] = (row["sender"], row["recipient"])
        return found
