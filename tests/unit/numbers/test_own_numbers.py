"""The map of owned numbers follows what every node does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.unit.accounts.support import BORN
from tests.unit.numbers.support import Numbers, until
from trunkline.numbers import OwnNumbers, provide_first_numbers
from trunkline.sids import SidFactory
from trunkline.store import Database, StoreUnavailable


async def test_another_node_hears_of_a_purchase_a_change_and_a_release(numbers: Numbers) -> None:
    elsewhere = OwnNumbers(numbers.database)
    await elsewhere.load()

    def known() -> str | None:
        own = elsewhere.find(numbers.world_id, "+14155550123")
        return None if own is None else own.sms_url or "unset"

    async def shows(expected: str | None) -> bool:
        await numbers.database.fetchval("SELECT 1")
        return known() == expected

    bought = await numbers.bought(PhoneNumber="+14155550123")
    await until(lambda: shows("unset"))
    await numbers.update(bought, SmsUrl="https://example.com")
    await until(lambda: shows("https://example.com"))
    await numbers.client.delete(bought["uri"])
    await until(lambda: shows(None))


async def test_a_refused_purchase_is_not_announced(numbers: Numbers) -> None:
    heard: list[str] = []
    numbers.database.on_change("numbers", heard.append)
    await numbers.buy(PhoneNumber="+14155550123", SmsApplicationSid="AP" + "0" * 32)
    await numbers.bought(PhoneNumber="+14155550124")

    async def told() -> bool:
        await numbers.database.fetchval("SELECT 1")
        return f"{numbers.world_id}/+14155550124" in heard

    await until(told)
    assert f"{numbers.world_id}/+14155550123" not in heard


async def test_numbers_are_told_apart_by_world(numbers: Numbers, sids: SidFactory) -> None:
    await numbers.bought(PhoneNumber="+14155550123")
    assert numbers.own_numbers.find(sids.new_id(), "+14155550123") is None
    assert numbers.own_numbers.find(numbers.world_id, "+14155550124") is None


async def test_a_load_knows_all_that_was_committed_before_it(
    numbers: Numbers, sids: SidFactory
) -> None:
    async with numbers.database.transaction() as connection:
        given = await provide_first_numbers(
            connection,
            world_id=numbers.world_id,
            account_sid=numbers.account.account_sid,
            sids=sids,
            now=BORN,
        )
    assert numbers.own_numbers.of_world(numbers.world_id) == []
    await numbers.own_numbers.load()
    assert numbers.own_numbers.of_world(numbers.world_id) == sorted(given)


class FailingDatabase:
    """A database that can be out of reach; `reconnected` tells that it is back."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.away = False
        self.reconnected: Callable[[], None] = lambda: None

    def on_change(self, *_: object) -> None: ...

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        self.reconnected = callback

    async def fetch(self, *args: object) -> object:
        if self.away:
            raise StoreUnavailable("The database cannot be reached.")
        return await self.database.fetch(*args)  # type: ignore[arg-type]


async def test_what_changed_while_the_database_was_away_is_read_when_it_is_back(
    numbers: Numbers,
) -> None:
    failing = FailingDatabase(numbers.database)
    own_numbers = OwnNumbers(failing)  # type: ignore[arg-type]
    await own_numbers.load()
    failing.away = True
    await numbers.bought(PhoneNumber="+14155550123")
    await own_numbers.refresh(numbers.world_id, "+14155550123")  # the purchase is kept all the same
    with pytest.raises(StoreUnavailable):
        await own_numbers.load()
    assert own_numbers.find(numbers.world_id, "+14155550123") is None
    failing.away = False
    failing.reconnected()

    async def known() -> bool:
        await asyncio.sleep(0)
        await numbers.database.fetchval("SELECT 1")
        return own_numbers.find(numbers.world_id, "+14155550123") is not None

    await until(known)
