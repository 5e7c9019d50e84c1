"""The shape of owned numbers, and their lists."""

from __future__ import annotations

import pytest

from tests.unit.numbers.support import Numbers
from trunkline.numbers.resources.incoming_phone_numbers import number_filter

# The keys of Twilio's own examples, in their order (OpenAPI, FetchIncomingPhoneNumber and
# ListIncomingPhoneNumberLocal).
KEYS = [
    "account_sid",
    "address_requirements",
    "address_sid",
    "api_version",
    "beta",
    "capabilities",
    "date_created",
    "date_updated",
    "emergency_status",
    "emergency_address_sid",
    "emergency_address_status",
    "friendly_name",
    "identity_sid",
    "origin",
    "phone_number",
    "sid",
    "sms_application_sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "trunk_sid",
    "uri",
    "voice_application_sid",
    "voice_caller_id_lookup",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
    "voice_receive_mode",
    "status",
    "bundle_sid",
]


async def stock(numbers: Numbers) -> None:
    for number, name in (
        ("+14155550123", "Desk"),
        ("+12065550123", "Desk"),
        ("+18885550123", "Sales"),
    ):
        await numbers.bought(PhoneNumber=number, FriendlyName=name)


async def listed(numbers: Numbers, rest: str = "", **filters: str) -> list[str]:
    path = numbers.path(f"IncomingPhoneNumbers{rest}.json")
    answer = await numbers.client.get(path, **filters)
    assert answer.status == 200, answer.text
    return [one["phone_number"] for one in answer.json["incoming_phone_numbers"]]


async def test_a_number_has_the_keys_of_the_official_example(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123")
    assert list(bought) == [*KEYS, "type"]
    assert set(bought["capabilities"]) == {"voice", "sms", "mms", "fax"}


async def test_the_lists_of_one_type_have_the_keys_of_theirs(numbers: Numbers) -> None:
    await stock(numbers)
    page = await numbers.client.get(numbers.path("IncomingPhoneNumbers/Local.json"))
    for one in page.json["incoming_phone_numbers"]:
        assert list(one) == KEYS
        assert set(one["capabilities"]) == {"voice", "sms", "mms"}


async def test_a_list_is_newest_first_and_each_address_shows_its_type(numbers: Numbers) -> None:
    await stock(numbers)
    assert await listed(numbers) == ["+18885550123", "+12065550123", "+14155550123"]
    assert await listed(numbers, "/Local") == ["+12065550123", "+14155550123"]
    assert await listed(numbers, "/TollFree") == ["+18885550123"]
    assert await listed(numbers, "/Mobile") == []


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"PhoneNumber": "+14155550123"}, 1),
        ({"PhoneNumber": "(415) 555-0123"}, 1),
        ({"PhoneNumber": " 14155550123"}, 1),
        ({"PhoneNumber": "415"}, 1),
        ({"PhoneNumber": "5550123"}, 3),
        ({"PhoneNumber": "555*12*"}, 3),
        ({"PhoneNumber": "+1*155"}, 1),
        ({"PhoneNumber": "+415"}, 0),
        ({"PhoneNumber": "JJJ"}, 3),
        ({"PhoneNumber": "%"}, 0),
        ({"PhoneNumber": "'; --"}, 0),
        ({"PhoneNumber": ""}, 3),
        ({"FriendlyName": "Desk"}, 2),
        ({"FriendlyName": "desk"}, 0),
        ({"FriendlyName": "Desk", "PhoneNumber": "206"}, 1),
        ({"Beta": "true"}, 3),
        ({"Beta": "false"}, 3),
        ({"Origin": "twilio"}, 3),
        ({"Origin": "hosted"}, 0),
    ],
)
async def test_the_filters_of_a_list(numbers: Numbers, filters: dict[str, str], count: int) -> None:
    await stock(numbers)
    assert len(await listed(numbers, **filters)) == count


def test_a_number_in_full_is_looked_up_and_a_part_is_searched() -> None:
    assert number_filter("+14155550123") == {"number": "+14155550123"}
    assert number_filter("415555") == {"like": "%415555%"}
    assert number_filter("_") is None


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Beta", "x", 20422),
        ("Origin", "mars", 20422),
        ("PageSize", "-1", 20001),
        ("PageToken", "PAAP" + "0" * 32, 21481),
        ("PageToken", "nonsense", 21481),
    ],
)
async def test_a_bad_filter_is_refused(numbers: Numbers, name: str, value: str, code: int) -> None:
    answer = await numbers.client.get(numbers.path("IncomingPhoneNumbers.json"), **{name: value})
    assert (answer.status, answer.json["code"]) == (400, code)


async def test_pages_lead_on_and_back(numbers: Numbers) -> None:
    await stock(numbers)
    path = numbers.path("IncomingPhoneNumbers.json")
    first = (await numbers.client.get(path, PageSize="2", PhoneNumber="555")).json
    assert len(first["incoming_phone_numbers"]) == 2
    assert "PhoneNumber=555" in first["next_page_uri"]
    second = (await numbers.client.get(first["next_page_uri"])).json
    assert [one["phone_number"] for one in second["incoming_phone_numbers"]] == ["+14155550123"]
    assert second["next_page_uri"] is None
    back = (await numbers.client.get(second["previous_page_uri"])).json
    assert back["incoming_phone_numbers"] == first["incoming_phone_numbers"]


async def test_another_accounts_numbers_are_not_listed(numbers: Numbers) -> None:
    await stock(numbers)
    sub = await numbers.subaccount()
    path = numbers.path("IncomingPhoneNumbers.json", sub["sid"])
    assert (await numbers.client.get(path)).json["incoming_phone_numbers"] == []


async def test_a_number_in_xml(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123")
    text = (await numbers.client.get(bought["uri"].removesuffix(".json"))).text
    assert "<TwilioResponse><IncomingPhoneNumber><AccountSid>" in text
    text = (await numbers.client.get(numbers.path("IncomingPhoneNumbers/Local"))).text
    assert "<IncomingPhoneNumbers " in text
    assert "<IncomingPhoneNumber><AccountSid>" in text
