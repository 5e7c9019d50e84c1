from __future__ import annotations

from typing import Any

import pytest

from tests.unit.control.support import ACCOUNT, NUMBER, Client, FakePlatform, refusal
from trunkline.numbers.import_number import NotImported
from trunkline.rest import catalogue
from trunkline.settings import Settings

BERLIN = "+493012345678"


async def test_an_imported_number_is_told_whole(fake: FakePlatform, client: Client) -> None:
    asked = {
        "phone_number": BERLIN,
        "friendly_name": "Desk",
        "sms_url": "https://example.com/sms",
        "sms_method": "GET",
        "capabilities": ["sms"],
    }
    answer = (await client.call("POST", "/numbers", asked)).json()
    assert answer["created"] is True
    assert (answer["sid"], answer["account_sid"]) == ("PN" + "1".zfill(32), ACCOUNT)
    assert (answer["phone_number"], answer["type"]) == (NUMBER, "local")
    assert answer["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    account, number, settings, more = fake.import_number.asked[0]
    assert (account, number) == (ACCOUNT, BERLIN)
    assert (settings.friendly_name, settings.sms_url) == ("Desk", "https://example.com/sms")
    assert (settings.sms_method, settings.voice_url) == ("GET", None)
    assert more == {"capabilities": ["sms"], "simulated": False}


async def test_what_is_owned_already_is_said(client: Client) -> None:
    await client.call("POST", "/numbers", {"phone_number": BERLIN})
    again = await client.call("POST", "/numbers", {"phone_number": BERLIN})
    assert (again.status, again.json()["created"]) == (200, False)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 422, "invalid_parameter"),
        ({"phone_number": BERLIN, "colour": "red"}, 422, "invalid_parameter"),
        ({"phone_number": BERLIN, "capabilities": ["fax"]}, 422, "invalid_parameter"),
        ({"phone_number": BERLIN, "sms_url": "nonsense"}, 422, "invalid_parameter"),
        ({"phone_number": BERLIN, "account_sid": "AC" + "1" * 32}, 404, "no_such_account"),
        ({"phone_number": BERLIN, "account_sid": "AC" + "f" * 32}, 404, "no_such_account"),
    ],
)
async def test_what_cannot_be_is_refused(
    fake: FakePlatform, client: Client, asked: dict[str, Any], status: int, code: str
) -> None:
    assert refusal(await client.call("POST", "/numbers", asked)) == (status, code)
    assert fake.import_number.asked == []


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (NotImported("invalid_number", "No."), 422, "invalid_number"),
        (NotImported("number_taken", "No."), 409, "number_taken"),
        (catalogue.FALLBACK_WITHOUT_SMS_URL(), 422, "invalid_parameter"),
    ],
)
async def test_each_refusal_has_its_code(
    fake: FakePlatform, client: Client, raised: Exception, status: int, code: str
) -> None:
    fake.import_number.refuses = raised
    answer = await client.call("POST", "/numbers", {"phone_number": BERLIN})
    assert refusal(answer) == (status, code)


async def test_production_has_no_simulated_numbers(fake: FakePlatform) -> None:
    fake.settings = Settings(mode="production")
    asked = {"phone_number": "+4915550001", "simulated": True}
    answer = await Client(fake).call("POST", "/numbers", asked)
    assert refusal(answer) == (409, "production_mode")


async def test_a_short_code_is_brought_in(fake: FakePlatform, client: Client) -> None:
    asked = {
        "phone_number": " 12345 ",
        "country": "US",
        "capabilities": ["sms"],
        "sms_url": "https://example.com/sms",
    }
    answer = (await client.call("POST", "/numbers", asked)).json()
    assert answer == {
        "created": True,
        "sid": "SC" + "1".zfill(32),
        "account_sid": ACCOUNT,
        "phone_number": "12345",
        "friendly_name": "Votes",
        "iso_country": "US",
        "type": "short_code",
        "capabilities": {"voice": False, "sms": True, "mms": False, "fax": False},
    }
    account, code, settings, more = fake.short_codes.asked[0]
    assert (account, code, settings.sms_url) == (ACCOUNT, " 12345 ", "https://example.com/sms")
    assert more == {"country": "US", "capabilities": ["sms"]}
    assert fake.import_number.asked == []


async def test_a_number_says_its_country_itself(fake: FakePlatform, client: Client) -> None:
    answer = await client.call("POST", "/numbers", {"phone_number": BERLIN, "country": "DE"})
    assert refusal(answer) == (422, "invalid_country")
    fake.short_codes.refuses = NotImported("invalid_country", "No.")
    answer = await client.call("POST", "/numbers", {"phone_number": "12345"})
    assert refusal(answer) == (422, "invalid_country")


async def test_a_short_code_is_taken_out(client: Client) -> None:
    assert (await client.call("DELETE", "/numbers/12345")).json() == {"short_code": "12345"}
    for code in ("54321", "+14155550100", "12345%00"):
        answer = await client.call("DELETE", f"/numbers/{code}")
        assert refusal(answer) == (404, "no_such_short_code")
