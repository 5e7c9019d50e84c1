"""Pages of a list that new rows do not shift: newest first, from a known id onwards."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, Select

from trunkline.store.database import Database

__all__ = ["fetch_page", "keyset"]


def keyset(
    statement: Select[Any],
    id_column: ColumnElement[Any],
    *,
    after: str | None,
    before: str | None,
    limit: int,
    offset: int = 0,
) -> Select[Any]:
    """`statement` ordered and cut to one page; ids are 32 hex digits.

    `after` is the last id of the page before (older rows follow), `before` the first id of the
    page after (the rows just newer, which come out oldest first).
    """
    if before is not None:
        return statement.where(id_column > before).order_by(id_column.asc()).limit(limit)
    if after is not None:
        statement = statement.where(id_column < after)
    statement = statement.order_by(id_column.desc()).limit(limit)
    return statement.offset(offset) if offset else statement


async def fetch_page(
    database: Database,
    statement: Select[Any],
    id_column: ColumnElement[Any],
    *,
    after: str | None,
    before: str | None,
    limit: int,
    offset: int = 0,
) -> list[asyncpg.Record]:
    """The rows of one page, newest first in every case."""
    page = keyset(statement, id_column, after=after, before=before, limit=limit, offset=offset)
    rows = await database.fetch(page)
    return rows[::-1] if before is not None else rows
