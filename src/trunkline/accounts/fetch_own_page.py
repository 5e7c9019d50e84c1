"""The pages of lists of what an account has."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, Select

from trunkline.rest import catalogue
from trunkline.rest.pages import PageRequest
from trunkline.store import Database, fetch_page

__all__ = ["fetch_own_page"]


async def fetch_own_page(
    database: Database,
    request: PageRequest,
    statement: Select[Any],
    id_column: ColumnElement[Any],
    *,
    account_sid: str,
    owner_of: str,
) -> list[asyncpg.Record]:
    """The rows of `statement` that are on the page, newest first; for `paginate`.

    `owner_of` is the SQL that selects the account of the record with the id `$1`. Errors: 21481
    when the page token names a record of another account than `account_sid`; one that is gone may
    still be the place where a page starts.
    """
    place = request.after or request.before
    if place is not None:
        owner = await database.fetchval(owner_of, place)
        if owner is not None and owner.hex != account_sid[2:]:
            raise catalogue.INVALID_PAGE_TOKEN()
    return await fetch_page(
        database,
        statement,
        id_column,
        after=request.after,
        before=request.before,
        limit=request.limit,
        offset=request.offset,
    )
