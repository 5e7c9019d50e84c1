"""Test credentials buy numbers that are nobody's: every magic value (behaviour 7.3)."""

from __future__ import annotations

import pytest

from tests.unit.numbers.support import Numbers
from trunkline.numbers import FIRST_NUMBERS


async def buy(numbers: Numbers, **form: str) -> tuple[int, dict[str, object]]:
    path = numbers.path("IncomingPhoneNumbers.json", numbers.account.test_account_sid)
    answer = await numbers.test_client.post(path, **form)
    return answer.status, answer.json


@pytest.mark.parametrize("form", [{"PhoneNumber": "+15005550006"}, {"AreaCode": "500"}])
async def test_the_magic_values_that_succeed(numbers: Numbers, form: dict[str, str]) -> None:
    status, made = await buy(numbers, **form, SmsUrl="https://example.com", FriendlyName="Mine")
    assert status == 201
    assert made["phone_number"] == "+15005550006"
    assert made["account_sid"] == numbers.account.test_account_sid
    assert (made["sms_url"], made["friendly_name"]) == ("https://example.com", "Mine")
    assert made["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert str(made["sid"]).startswith("PN")


async def test_the_answer_has_the_keys_of_a_real_one(numbers: Numbers) -> None:
    _, made = await buy(numbers, PhoneNumber="+15005550006")
    assert list(made) == list(await numbers.bought(PhoneNumber="+14155550123"))
    assert made["friendly_name"] == "(500) 555-0006"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"PhoneNumber": "+15005550000"}, 21422),
        ({"PhoneNumber": "+15005550001"}, 21421),
        ({"AreaCode": "533"}, 21452),
        ({"PhoneNumber": "nonsense"}, 21421),
        ({"PhoneNumber": FIRST_NUMBERS[0]}, 21422),
        ({"AreaCode": "415"}, 21452),
        ({"AreaCode": "x"}, 21451),
        ({}, 21421),
        ({"PhoneNumber": "+15005550006", "SmsMethod": "PUT"}, 21403),
        ({"PhoneNumber": "+15005550006", "SmsFallbackUrl": "https://example.com"}, 21406),
    ],
)
async def test_the_values_that_are_refused(
    numbers: Numbers, form: dict[str, str], code: int
) -> None:
    status, refused = await buy(numbers, **form)
    assert (status, refused["code"]) == (400, code)


async def test_nothing_is_stored(numbers: Numbers) -> None:
    assert (await buy(numbers, PhoneNumber="+15005550006"))[0] == 201
    assert await numbers.count() == 0
    assert numbers.own_numbers.of_world(numbers.world_id) == []
    assert (await buy(numbers, PhoneNumber="+15005550006"))[0] == 201


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", "IncomingPhoneNumbers.json"),
        ("POST", "IncomingPhoneNumbers/Local.json"),
        ("GET", "AvailablePhoneNumbers/US/Local.json"),
        ("GET", "Applications.json"),
        ("POST", "Applications.json"),
    ],
)
async def test_everything_else_is_closed_to_test_credentials(
    numbers: Numbers, method: str, rest: str
) -> None:
    path = numbers.path(rest, numbers.account.test_account_sid)
    answer = await numbers.test_client.ask(method, path)
    assert (answer.status, answer.json["code"]) == (403, 20008)
