"""The map of services follows what every node does, and what happens to numbers elsewhere."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.unit.messaging.services.support import SERVICES, DeafDatabase, Family
from tests.unit.numbers.support import until
from trunkline.messaging.services.lookup import ServiceLookup
from trunkline.numbers.model import NUMBERS_TOPIC
from trunkline.store import Database, StoreUnavailable

NUMBER = "+14155550123"
OTHER_NUMBER = "+14155550124"


class SlowDatabase:
    """A database whose reads wait until they may go on, and that may be away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.away = False

    async def fetch(self, *arguments: Any) -> Any:
        if self.away:
            raise StoreUnavailable("away")
        rows = await self._database.fetch(*arguments)
        self.started.set()
        await self.go_on.wait()
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


async def shows(family: Family, lookup: ServiceLookup, number: str, service: str | None) -> None:
    """Wait until a map says that a number is in the pool of a service, or in none."""

    async def right() -> bool:
        await family.database.fetchval("SELECT 1")
        found = lookup.of_number(family.world_id, number)
        return (None if found is None else found.sid) == service

    await until(right)


async def test_a_service_is_known_before_its_creation_is_answered(family: Family) -> None:
    sid = await family.service(ValidityPeriod="60", InboundRequestUrl="https://app.example/in")
    found = family.lookup.find(sid)
    assert found is not None
    assert (found.sid, found.account_sid) == (sid, family.account.account_sid)
    assert (found.world_id, found.validity_period) == (family.world_id, 60)
    assert found.inbound_request_url == "https://app.example/in"
    assert found.senders == ()


async def test_what_is_no_service_is_not_found(family: Family) -> None:
    sid = await family.service()
    assert family.lookup.find("SM" + sid[2:]) is None
    assert family.lookup.find(family.sids.new("MG")) is None
    assert family.lookup.of_number(family.world_id, NUMBER) is None


async def test_another_node_hears_of_all_that_happens(family: Family) -> None:
    elsewhere = ServiceLookup(family.database)
    await elsewhere.load()
    sid, number = await family.service(), await family.number(NUMBER)
    await family.add(sid, number)
    await shows(family, elsewhere, NUMBER, sid)
    await family.client.delete(f"{SERVICES}/{sid}/PhoneNumbers/{number}")
    await shows(family, elsewhere, NUMBER, None)
    await family.add(sid, number)
    await shows(family, elsewhere, NUMBER, sid)
    await family.client.delete(f"{SERVICES}/{sid}")
    await shows(family, elsewhere, NUMBER, None)
    assert elsewhere.find(sid) is None


async def test_a_number_that_is_released_leaves_its_pool(family: Family) -> None:
    elsewhere = ServiceLookup(family.database)
    await elsewhere.load()
    sid, number = await family.service(), await family.number(NUMBER)
    await family.add(sid, number)
    await shows(family, elsewhere, NUMBER, sid)
    await family.api.delete(family.number_path(number))
    await shows(family, elsewhere, NUMBER, None)
    assert await family.pool(sid) == []


async def test_a_number_that_is_given_away_leaves_its_pool(family: Family) -> None:
    elsewhere = ServiceLookup(family.database)
    await elsewhere.load()
    sid, number = await family.service(), await family.number(NUMBER)
    await family.add(sid, number)
    await shows(family, elsewhere, NUMBER, sid)
    subaccount = (await family.api.post("/2010-04-01/Accounts.json")).json["sid"]
    moved = await family.api.post(family.number_path(number), AccountSid=subaccount)
    assert moved.status == 200, moved.text
    await shows(family, elsewhere, NUMBER, None)
    assert await family.pool(sid) == []


async def test_a_sender_that_is_taken_out_is_gone_before_that_is_answered(family: Family) -> None:
    sid, number = await family.service(), await family.number(NUMBER)
    await family.add(sid, number)
    assert family.in_memory(sid) == [("number", NUMBER)]
    await family.client.delete(f"{SERVICES}/{sid}/PhoneNumbers/{number}")
    assert family.in_memory(sid) == []
    assert family.lookup.of_number(family.world_id, NUMBER) is None


async def test_a_number_stays_in_its_pool_when_it_is_changed(family: Family) -> None:
    sid, number = await family.service(), await family.number(NUMBER)
    await family.add(sid, number)
    await family.api.post(family.number_path(number), FriendlyName="x")
    assert family.in_memory(sid) == [("number", NUMBER)]
    assert [each["sid"] for each in await family.pool(sid)] == [number]


async def test_a_number_moves_from_one_pool_to_another(family: Family) -> None:
    old, new, number = await family.service(), await family.service(), await family.number(NUMBER)
    await family.add(old, number)
    elsewhere = ServiceLookup(DeafDatabase(family.database))  # type: ignore[arg-type]
    await elsewhere.load()
    await family.client.delete(f"{SERVICES}/{old}/PhoneNumbers/{number}")
    await family.add(new, number)
    # The news may come in any order.
    await elsewhere.refresh(new)
    await elsewhere.refresh(old)
    found = elsewhere.of_number(family.world_id, NUMBER)
    assert found is not None
    assert found.sid == new


async def test_the_pool_is_in_the_order_in_which_it_was_filled(family: Family) -> None:
    sid = await family.service()
    newer, older = await family.number(OTHER_NUMBER), await family.number(NUMBER)
    for number in (older, newer):
        await family.add(sid, number)
    path = f"{SERVICES}/{sid}/DestinationAlphaSenders"
    await family.client.post(path, AlphaSender="Shop", IsoCountryCode="gb")
    found = family.lookup.find(sid)
    assert found is not None
    assert [sender.sid[:2] for sender in found.senders] == ["PN", "PN", "AI"]
    assert [sender.sender for sender in found.senders] == [NUMBER, OTHER_NUMBER, "Shop"]
    assert found.senders[2].iso_country == "GB"


async def test_an_alphanumeric_sender_is_nobodys_to_write_to(family: Family) -> None:
    sid = await family.service()
    await family.client.post(f"{SERVICES}/{sid}/AlphaSenders", AlphaSender="Shop")
    assert family.in_memory(sid) == [("alpha", "Shop")]
    assert family.lookup.of_number(family.world_id, "Shop") is None


async def test_a_release_while_the_pool_is_read_is_not_missed(family: Family) -> None:
    sid, number = await family.service(), await family.number(NUMBER)
    slow = SlowDatabase(family.database)
    lookup = ServiceLookup(slow)  # type: ignore[arg-type]
    heard: list[str] = []
    family.database.on_change(NUMBERS_TOPIC, heard.append)
    await lookup.load()
    # The notices of what was before have come.
    later = await family.service()

    async def knows_the_latest() -> bool:
        await family.database.fetchval("SELECT 1")
        return lookup.find(later) is not None

    await until(knows_the_latest)
    slow.go_on.clear()
    slow.started.clear()
    await family.add(sid, number)
    await slow.started.wait()
    heard.clear()
    await family.api.delete(family.number_path(number))

    async def heard_of_the_release() -> bool:
        await family.database.fetchval("SELECT 1")
        return f"{family.world_id}/{NUMBER}" in heard

    await until(heard_of_the_release)
    slow.go_on.set()
    await lookup.refresh(later)
    assert lookup.of_number(family.world_id, NUMBER) is None


async def test_what_changed_while_the_database_was_away_is_read_later(family: Family) -> None:
    slow = SlowDatabase(family.database)
    lookup = ServiceLookup(slow)  # type: ignore[arg-type]
    await lookup.load()
    slow.away = True
    missed = await family.service()
    await lookup.refresh(missed)
    assert lookup.find(missed) is None
    slow.away = False
    await lookup.refresh(await family.service())
    assert lookup.find(missed) is not None


async def test_a_sender_that_leaves_is_no_longer_what_recipients_are_used_to(
    family: Family,
) -> None:
    sid = await family.service()
    kept, gone = await family.number(NUMBER), await family.number(OTHER_NUMBER)
    for number in (kept, gone):
        await family.add(sid, number)
    for recipient, sender in (("+1", NUMBER), ("+2", OTHER_NUMBER)):
        await family.database.execute(
            "INSERT INTO sticky_senders (service_id, recipient, sender, created_at)"
            " VALUES ($1, $2, $3, now())",
            sid[2:],
            recipient,
            sender,
        )
    await family.client.delete(f"{SERVICES}/{sid}/PhoneNumbers/{gone}")
    left = await family.database.fetch(
        "SELECT recipient FROM sticky_senders WHERE service_id = $1", sid[2:]
    )
    assert [row["recipient"] for row in left] == ["+1"]
