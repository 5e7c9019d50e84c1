"""Page tokens of other accounts."""

import pytest

from trunkline.accounts import check_page_token
from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.pages import PageRequest
from trunkline.store import Database

OWN, OTHER, PLACE = "AC" + "a" * 32, "AC" + "b" * 32, "c" * 32
OWNED = f"SELECT '{'a' * 32}'::uuid WHERE $1 = '{PLACE}'::uuid"


def request(*, after: str | None = None, before: str | None = None) -> PageRequest:
    """A page that starts at a place."""
    return PageRequest(50, 1, after, before, 0, None)


@pytest.mark.parametrize("direction", ["after", "before"])
async def test_ones_own_token_is_good(database: Database, direction: str) -> None:
    await check_page_token(database, request(**{direction: PLACE}), OWN, OWNED)


@pytest.mark.parametrize("direction", ["after", "before"])
async def test_another_accounts_token_is_refused(database: Database, direction: str) -> None:
    with pytest.raises(ApiError) as caught:
        await check_page_token(database, request(**{direction: PLACE}), OTHER, OWNED)
    assert caught.value.body() == catalogue.INVALID_PAGE_TOKEN().body()


async def test_a_record_that_is_gone_is_a_place_all_the_same(database: Database) -> None:
    await check_page_token(database, request(after="d" * 32), OTHER, OWNED)


async def test_the_first_page_has_no_token(database: Database) -> None:
    await check_page_token(database, request(), OTHER, "no SQL is asked for")
