"""The map of owned numbers follows what every node does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.accounts.support import BORN
from tests.unit.numbers.support import Numbers, until
from trunkline.numbers import OwnNumber, OwnNumbers, provide_first_numbers
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


NUMBER = "+14155550123"
OWN = {
    "SmsUrl": "https://own.example/sms",
    "SmsMethod": "GET",
    "SmsFallbackUrl": "https://own.example/fallback",
}
OWN_TARGET = ("https://own.example/sms", "GET", "https://own.example/fallback", "POST")


def target(numbers: OwnNumbers, world_id: str, number: str = NUMBER) -> tuple[str | None, ...]:
    """Where an inbound message for the number goes."""
    own = numbers.find(world_id, number)
    assert own is not None
    return own.sms_url, own.sms_method, own.sms_fallback_url, own.sms_fallback_method


async def test_an_application_takes_the_place_of_the_numbers_own_urls(numbers: Numbers) -> None:
    application = await numbers.application(
        SmsUrl="https://app.example/sms",
        SmsFallbackUrl="https://app.example/fallback",
        SmsFallbackMethod="GET",
    )
    bought = await numbers.bought(PhoneNumber=NUMBER, **OWN)
    assert target(numbers.own_numbers, numbers.world_id) == OWN_TARGET

    changed = await numbers.update(bought, SmsApplicationSid=application["sid"])
    assert target(numbers.own_numbers, numbers.world_id) == (
        "https://app.example/sms",
        "POST",
        "https://app.example/fallback",
        "GET",
    )
    # The number itself still shows what it was given.
    assert changed.json["sms_url"] == "https://own.example/sms"
    assert changed.json["sms_method"] == "GET"
    assert (await numbers.client.get(bought["uri"])).json == changed.json

    await numbers.update(bought, SmsApplicationSid="")
    assert target(numbers.own_numbers, numbers.world_id) == OWN_TARGET


async def test_an_application_without_urls_means_that_nobody_is_asked(numbers: Numbers) -> None:
    application = await numbers.application(SmsMethod="GET")
    await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=application["sid"], **OWN)
    assert target(numbers.own_numbers, numbers.world_id) == (None, "GET", None, "POST")


async def test_a_load_knows_the_urls_of_applications(numbers: Numbers) -> None:
    application = await numbers.application(SmsUrl="https://app.example/sms")
    await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=application["sid"], **OWN)
    elsewhere = OwnNumbers(numbers.database)
    await elsewhere.load()
    assert target(elsewhere, numbers.world_id)[0] == "https://app.example/sms"


async def test_a_change_of_an_application_holds_at_once_here_and_soon_elsewhere(
    numbers: Numbers,
) -> None:
    elsewhere = OwnNumbers(numbers.database)
    await elsewhere.load()
    application = await numbers.application(SmsUrl="https://app.example/1")
    await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=application["sid"], **OWN)

    async def shows(expected: str) -> bool:
        await numbers.database.fetchval("SELECT 1")
        own = elsewhere.find(numbers.world_id, NUMBER)
        return own is not None and own.sms_url == expected

    await until(lambda: shows("https://app.example/1"))
    await numbers.client.post(application["uri"], SmsUrl="https://app.example/2")
    assert target(numbers.own_numbers, numbers.world_id)[0] == "https://app.example/2"
    await until(lambda: shows("https://app.example/2"))
    await numbers.client.delete(application["uri"])
    assert target(numbers.own_numbers, numbers.world_id) == OWN_TARGET
    await until(lambda: shows("https://own.example/sms"))
    own = elsewhere.find(numbers.world_id, NUMBER)
    assert own is not None
    assert own.sms_application_sid is None


async def test_a_number_that_left_its_application_no_longer_follows_it(numbers: Numbers) -> None:
    first = await numbers.application(SmsUrl="https://first.example")
    second = await numbers.application(SmsUrl="https://second.example")
    bought = await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=first["sid"], **OWN)
    await numbers.update(bought, SmsApplicationSid=second["sid"])
    await numbers.client.delete(first["uri"])
    assert target(numbers.own_numbers, numbers.world_id)[0] == "https://second.example"
    await numbers.client.delete(bought["uri"])
    await numbers.client.post(second["uri"], SmsUrl="https://third.example")
    assert numbers.own_numbers.find(numbers.world_id, NUMBER) is None


class CountingDatabase(FailingDatabase):
    """A database that counts the reads, and can hold an answer back."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.reads = 0
        self.read = 0  # rows
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def fetch(self, *args: object) -> object:
        self.reads += 1
        rows = await super().fetch(*args)
        self.read += len(rows)
        self.started.set()
        await self.go_on.wait()
        return rows


@pytest.mark.parametrize(("at_once", "reads"), [(1200, 1), (400, 3)])
async def test_many_numbers_of_one_application_are_read_together(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch, at_once: int, reads: int
) -> None:
    application = await numbers.application(SmsUrl="https://app.example/1")
    await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=application["sid"], **OWN)
    await copy_number(numbers, 1199)
    counting = CountingDatabase(numbers.database)
    own = OwnNumbers(counting)  # type: ignore[arg-type]
    await own.load()
    await numbers.client.post(application["uri"], SmsUrl="https://app.example/2")

    monkeypatch.setattr(OwnNumbers, "most_at_once", at_once)
    counting.reads = 0
    await own.refresh_application(application["sid"])
    assert counting.reads == reads
    owned = own.of_world(numbers.world_id)
    assert len(owned) == 1200
    urls = {target(own, numbers.world_id, number)[0] for number in owned}
    assert urls == {"https://app.example/2"}


async def test_the_numbers_of_a_new_world_are_one_read_however_many_there_are(
    numbers: Numbers, sids: SidFactory
) -> None:
    await numbers.bought(PhoneNumber=NUMBER)
    await copy_number(numbers, 300)
    counting = CountingDatabase(numbers.database)
    own = OwnNumbers(counting)  # type: ignore[arg-type]
    await own.load()
    async with numbers.database.transaction() as connection:
        given = await provide_first_numbers(
            connection,
            world_id=numbers.world_id,
            account_sid=numbers.account.account_sid,
            sids=sids,
            now=BORN,
        )
    counting.reads, counting.read = 0, 0
    await own.refresh(numbers.world_id, *given)
    assert (counting.reads, counting.read) == (1, len(given))
    assert len(own.of_world(numbers.world_id)) == 301 + len(given)


async def copy_number(numbers: Numbers, count: int) -> None:
    """Give the account so many more numbers, set up as its first one."""
    row = await numbers.database.fetchrow(
        "SELECT * FROM phone_numbers WHERE world_id = $1", numbers.world_id
    )
    assert row is not None
    columns = ", ".join(c for c in row.keys() if c not in ("id", "phone_number"))  # noqa: SIM118
    await numbers.database.execute(
        f"INSERT INTO phone_numbers (id, phone_number, {columns})"
        f" SELECT gen_random_uuid(), '+1628' || (5550000 + i), {columns}"
        " FROM phone_numbers, generate_series(1, $2::int) AS i WHERE world_id = $1",
        numbers.world_id,
        count,
    )


async def test_an_application_nobody_uses_costs_no_read(numbers: Numbers) -> None:
    application = await numbers.application(SmsUrl="https://app.example/1")
    counting = CountingDatabase(numbers.database)
    own = OwnNumbers(counting)  # type: ignore[arg-type]
    await own.load()
    counting.reads = 0
    await own.refresh_application(application["sid"])
    assert counting.reads == 0


async def test_an_application_that_changes_while_its_number_is_read_is_not_missed(
    numbers: Numbers,
) -> None:
    application = await numbers.application(SmsUrl="https://app.example/1")
    waiting = CountingDatabase(numbers.database)
    own = OwnNumbers(waiting)  # type: ignore[arg-type]
    await own.load()
    await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=application["sid"])
    waiting.go_on.clear()
    waiting.started.clear()
    reading = asyncio.create_task(own.refresh(numbers.world_id, NUMBER))
    await waiting.started.wait()
    await numbers.client.post(application["uri"], SmsUrl="https://app.example/2")
    changing = asyncio.create_task(own.refresh_application(application["sid"]))
    await asyncio.sleep(0)
    waiting.go_on.set()
    await asyncio.gather(reading, changing)
    assert target(own, numbers.world_id)[0] == "https://app.example/2"


async def test_an_application_that_changed_while_the_database_was_away_is_read_later(
    numbers: Numbers,
) -> None:
    application = await numbers.application(SmsUrl="https://app.example/1")
    await numbers.bought(PhoneNumber=NUMBER, SmsApplicationSid=application["sid"])
    failing = FailingDatabase(numbers.database)
    own = OwnNumbers(failing)  # type: ignore[arg-type]
    await own.load()
    await numbers.client.post(application["uri"], SmsUrl="https://app.example/2")
    failing.away = True
    await own.refresh_application(application["sid"])
    assert target(own, numbers.world_id)[0] == "https://app.example/1"
    failing.away = False
    await own.refresh(numbers.world_id, "+14155550199")
    assert target(own, numbers.world_id)[0] == "https://app.example/2"


async def test_the_api_version_is_the_numbers_own(numbers: Numbers) -> None:
    application = await numbers.application(ApiVersion="2010-04-01")
    form: dict[str, Any] = {"ApiVersion": "2008-08-01", "SmsApplicationSid": application["sid"]}
    await numbers.bought(PhoneNumber=NUMBER, **form)
    own = numbers.own_numbers.find(numbers.world_id, NUMBER)
    assert isinstance(own, OwnNumber)
    assert own.api_version == "2008-08-01"
