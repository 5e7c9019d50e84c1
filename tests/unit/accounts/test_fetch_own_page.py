"""Pages of what an account has, and the page tokens of other accounts."""

import pytest
from sqlalchemy import Uuid, literal_column, select

from trunkline.accounts import fetch_own_page
from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.pages import PageRequest
from trunkline.store import Database

OWN, OTHER, PLACE = "AC" + "a" * 32, "AC" + "b" * 32, "c" * 32
OWNED = f"SELECT '{'a' * 32}'::uuid WHERE $1 = '{PLACE}'::uuid"
ID = literal_column(f"'{PLACE}'::uuid", Uuid(as_uuid=False)).label("id")


async def rows(
    database: Database,
    account_sid: str,
    owner_of: str = OWNED,
    *,
    after: str | None = None,
    before: str | None = None,
) -> list[str]:
    """The ids on a page, of a list with one record, that starts at a place."""
    request = PageRequest(50, 1, after, before, 0, None)
    found = await fetch_own_page(
        database, request, select(ID), ID, account_sid=account_sid, owner_of=owner_of
    )
    return [row["id"].hex for row in found]


@pytest.mark.parametrize("direction", ["after", "before"])
async def test_ones_own_token_is_good(database: Database, direction: str) -> None:
    assert await rows(database, OWN, **{direction: PLACE}) == []


@pytest.mark.parametrize("direction", ["after", "before"])
async def test_another_accounts_token_is_refused(database: Database, direction: str) -> None:
    with pytest.raises(ApiError) as caught:
        await rows(database, OTHER, **{direction: PLACE})
    assert caught.value.body() == catalogue.INVALID_PAGE_TOKEN().body()


async def test_a_record_that_is_gone_is_a_place_all_the_same(database: Database) -> None:
    assert await rows(database, OTHER, after="d" * 32) == [PLACE]


async def test_the_first_page_has_no_token(database: Database) -> None:
    assert await rows(database, OTHER, "no SQL is asked for") == [PLACE]
