"""Refuse page tokens that another account's list made."""

from __future__ import annotations

from trunkline.rest import catalogue
from trunkline.rest.pages import PageRequest
from trunkline.store import Database

__all__ = ["check_page_token"]


async def check_page_token(
    database: Database, request: PageRequest, account_sid: str, owner_of: str
) -> None:
    """21481 when the token of `request` names a record of another account.

    `owner_of` is the SQL that selects the account of the record with the id `$1`. A record that
    is gone may still be the place where a page starts.
    """
    place = request.after or request.before
    if place is None:
        return
    owner = await database.fetchval(owner_of, place)
    if owner is not None and owner.hex != account_sid[2:]:
        raise catalogue.INVALID_PAGE_TOKEN()
