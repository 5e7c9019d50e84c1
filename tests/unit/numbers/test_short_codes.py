"""Short codes: how they come, what can be set, how messaging sees them, and how they go."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.numbers.support import Numbers, until
from trunkline.clock import RealClock
from trunkline.numbers import OwnNumbers, ShortCodes
from trunkline.numbers.import_number import Imported, NotImported
from trunkline.numbers.number_parameters import NumberSettings
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.parameters import bind
from trunkline.sids import SidFactory
from trunkline.worlds import Worlds

CODE = "12345"
URL = "https://example.com/sms"


class Bringing:
    """Short codes for accounts of a test's world."""

    def __init__(self, numbers: Numbers, sids: SidFactory) -> None:
        self.numbers = numbers
        worlds = Worlds(numbers.database, RealClock(), sids)
        self.load = worlds.load
        self.short_codes = ShortCodes(numbers.database, worlds, sids, numbers.own_numbers)

    async def __call__(
        self,
        code: str = CODE,
        form: dict[str, str] | None = None,
        *,
        sid: str = "",
        country: str | None = "US",
        **more: Any,
    ) -> Imported:
        sid = sid or self.numbers.account.account_sid
        account = AccountIdentity(sid, sid, self.numbers.world_id, "active", "live")
        settings = bind(NumberSettings, {name: [value] for name, value in (form or {}).items()})
        return await self.short_codes.bring_in(account, code, settings, country=country, **more)


@pytest.fixture
async def bring(numbers: Numbers, sids: SidFactory) -> Bringing:
    made = Bringing(numbers, sids)
    await made.load()
    return made


async def test_a_short_code_is_known_to_messaging_at_once(
    bring: Bringing, numbers: Numbers
) -> None:
    found = await bring(" 12345 ", {"SmsUrl": URL, "SmsMethod": "GET"}, country="us")
    assert found.created
    own = numbers.own_numbers.find(numbers.world_id, CODE)
    assert own is not None
    assert (own.sid, own.type, own.iso_country) == (f"SC{found.row['id'].hex}", "short_code", "US")
    assert (own.account_sid, own.phone_number) == (numbers.account.account_sid, CODE)
    assert (own.voice_capable, own.sms_capable, own.mms_capable) == (False, True, True)
    assert (own.sms_url, own.sms_method, own.sms_application_sid) == (URL, "GET", None)
    # It is no number that could be bought, shown among the credentials, or sold.
    assert numbers.own_numbers.of_world(numbers.world_id) == []


async def test_a_load_and_another_node_know_it_too(bring: Bringing, numbers: Numbers) -> None:
    elsewhere = OwnNumbers(numbers.database)
    await elsewhere.load()
    await bring()

    async def known() -> bool:
        await numbers.database.fetchval("SELECT 1")
        return elsewhere.find(numbers.world_id, CODE) is not None

    await until(known)
    assert await bring.short_codes.release(numbers.world_id, CODE)
    assert numbers.own_numbers.find(numbers.world_id, CODE) is None

    async def gone() -> bool:
        return not await known()

    await until(gone)
    await bring("54321")
    later = OwnNumbers(numbers.database)
    await later.load()
    assert later.find(numbers.world_id, "54321") == numbers.own_numbers.find(
        numbers.world_id, "54321"
    )


@pytest.mark.parametrize(
    ("country", "named", "mms"),
    [("US", None, True), ("CA", None, True), ("DE", None, False), ("US", ["sms"], False)],
)
async def test_media_go_where_short_codes_carry_them(
    bring: Bringing, numbers: Numbers, country: str, named: list[str] | None, mms: bool
) -> None:
    await bring(country=country, capabilities=named)
    own = numbers.own_numbers.find(numbers.world_id, CODE)
    assert own is not None
    assert (own.mms_capable, own.iso_country) == (mms, country)


@pytest.mark.parametrize(
    ("code", "more", "refused"),
    [
        ("12", {}, "invalid_number"),
        ("1234567", {}, "invalid_number"),
        ("012345", {}, "invalid_number"),
        ("12\x0045", {}, "invalid_number"),
        (CODE, {"country": None}, "invalid_country"),
        (CODE, {"country": "USA"}, "invalid_country"),
        (CODE, {"country": "UK"}, "invalid_country"),  # it is GB
        (CODE, {"capabilities": ["voice", "sms"]}, "invalid_capabilities"),
        (CODE, {"capabilities": []}, "invalid_capabilities"),
        (CODE, {"form": {"VoiceUrl": URL}}, "not_for_short_codes"),
    ],
)
async def test_what_cannot_be_brought_in(
    bring: Bringing, numbers: Numbers, code: str, more: dict[str, Any], refused: str
) -> None:
    with pytest.raises(NotImported) as caught:
        await bring(code, **more)
    assert caught.value.code == refused
    assert await numbers.count("short_codes") == 0


async def test_a_fallback_needs_something_to_fall_back_from(bring: Bringing) -> None:
    with pytest.raises(ApiError) as caught:
        await bring(form={"SmsFallbackUrl": URL})
    assert caught.value.code == 21406


async def test_of_ten_at_once_one_brings_it_in(bring: Bringing, numbers: Numbers) -> None:
    found = await asyncio.gather(*(bring() for _ in range(10)))
    assert sorted(each.created for each in found) == [False] * 9 + [True]
    assert len({each.row["id"] for each in found}) == 1
    assert await numbers.count("short_codes") == 1


async def test_another_account_of_the_world_cannot_have_it(
    bring: Bringing, numbers: Numbers
) -> None:
    await bring()
    other = await numbers.subaccount()
    with pytest.raises(NotImported) as caught:
        await bring(sid=other["sid"])
    assert caught.value.code == "number_taken"


async def test_what_is_not_there_is_not_released(bring: Bringing, numbers: Numbers) -> None:
    await bring()
    assert not await bring.short_codes.release(numbers.world_id, "54321")
    assert not await bring.short_codes.release("f" * 32, CODE)
    assert await numbers.count("short_codes") == 1


async def test_a_change_is_known_to_messaging_before_it_is_answered(
    bring: Bringing, numbers: Numbers
) -> None:
    made = await bring(form={"SmsUrl": URL, "FriendlyName": "Votes"})
    path = numbers.path(f"SMS/ShortCodes/SC{made.row['id'].hex}.json")
    changed = (await numbers.client.post(path, SmsUrl="", FriendlyName="")).json
    assert (changed["sms_url"], changed["friendly_name"]) == (None, CODE)
    own = numbers.own_numbers.find(numbers.world_id, CODE)
    assert own is not None
    assert own.sms_url is None
    refusal = await numbers.client.post(path, SmsFallbackUrl=URL)
    assert (refusal.status, refusal.json["code"]) == (400, 21406)
