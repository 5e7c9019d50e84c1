"""How many secrets are sealed under which master key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trunkline.gateway.vault import queries
from trunkline.gateway.vault.rotate import SealedColumn
from trunkline.store.database import Database

__all__ = ["count_sealed"]


async def count_sealed(database: Database, columns: Iterable[SealedColumn]) -> Counter[int]:
    """Secrets by version. Raises StoreUnavailable."""
    counted: Counter[int] = Counter()
    async with database.connection() as connection:
        for column in columns:
            for row in await connection.fetch(queries.count_versions(column.table, column.sealed)):
                counted[row["version"]] += row["count"]
    return counted
