"""Buying numbers: by number, by area code, of a type, and what is refused."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.accounts.support import Client
from tests.unit.numbers.support import Numbers

BAD_SID = "AP" + "0" * 32


async def test_a_bought_number_has_its_defaults(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123")
    assert bought["phone_number"] == "+14155550123"
    assert bought["friendly_name"] == "(415) 555-0123"
    assert bought["account_sid"] == numbers.account.account_sid
    assert bought["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert bought["type"] == "local"
    assert bought["sms_method"] == bought["voice_method"] == "POST"
    assert bought["sms_url"] == ""
    assert bought["voice_url"] is None
    assert bought["status"] == "in-use"
    assert bought["emergency_status"] == "Inactive"


async def test_a_number_can_be_typed_as_people_do(numbers: Numbers) -> None:
    assert (await numbers.bought(PhoneNumber="(415) 555-0123"))["phone_number"] == "+14155550123"


async def test_everything_that_is_set_at_the_purchase_is_kept(numbers: Numbers) -> None:
    application = await numbers.application(FriendlyName="Desk")
    form = {
        "FriendlyName": "Front desk",
        "ApiVersion": "2008-08-01",
        "SmsUrl": "https://example.com/sms",
        "SmsMethod": "GET",
        "SmsFallbackUrl": "https://example.com/sms-fallback",
        "SmsFallbackMethod": "get",
        "SmsApplicationSid": application["sid"],
        "VoiceUrl": "https://example.com/voice",
        "VoiceMethod": "GET",
        "VoiceFallbackUrl": "https://example.com/voice-fallback",
        "VoiceFallbackMethod": "GET",
        "VoiceApplicationSid": application["sid"],
        "VoiceCallerIdLookup": "true",
        "VoiceReceiveMode": "fax",
        "StatusCallback": "https://example.com/status",
        "StatusCallbackMethod": "GET",
        "EmergencyStatus": "Inactive",
    }
    bought = await numbers.bought(PhoneNumber="+14155550123", **form)
    fetched = (await numbers.client.get(bought["uri"])).json
    assert fetched == bought
    expected = {
        "friendly_name": "Front desk",
        "api_version": "2008-08-01",
        "sms_url": "https://example.com/sms",
        "sms_method": "GET",
        "sms_fallback_url": "https://example.com/sms-fallback",
        "sms_fallback_method": "GET",
        "sms_application_sid": application["sid"],
        "voice_url": "https://example.com/voice",
        "voice_method": "GET",
        "voice_fallback_url": "https://example.com/voice-fallback",
        "voice_fallback_method": "GET",
        "voice_application_sid": application["sid"],
        "voice_caller_id_lookup": True,
        "voice_receive_mode": "fax",
        "status_callback": "https://example.com/status",
        "status_callback_method": "GET",
        "emergency_status": "Inactive",
    }
    assert {key: fetched[key] for key in expected} == expected


async def test_an_area_code_gives_a_number_of_it_that_messages_can_be_sent_from(
    numbers: Numbers,
) -> None:
    bought = [(await numbers.bought(AreaCode="206")) for _ in range(3)]
    assert {number["phone_number"][:5] for number in bought} == {"+1206"}
    assert len({number["phone_number"] for number in bought}) == 3
    assert all(number["capabilities"]["sms"] for number in bought)


async def test_a_toll_free_area_code_gives_a_toll_free_number(numbers: Numbers) -> None:
    bought = await numbers.bought(AreaCode="888")
    assert bought["phone_number"].startswith("+1888")
    assert bought["type"] == "tollfree"


@pytest.mark.parametrize(
    ("form", "code", "message"),
    [
        ({}, 21421, "A PhoneNumber or AreaCode is required"),
        ({"PhoneNumber": " "}, 21421, "A PhoneNumber or AreaCode is required"),
        ({"PhoneNumber": "hello"}, 21421, "PhoneNumber is invalid: hello"),
        ({"PhoneNumber": "+1415555"}, 21421, "PhoneNumber is invalid: +1415555"),
        ({"PhoneNumber": "+11155550123"}, 21421, "PhoneNumber is invalid: +11155550123"),
        ({"PhoneNumber": "+15555550123"}, 21422, "+15555550123 is not available."),
        ({"PhoneNumber": "+447700900123"}, 21422, "+447700900123 is not available."),
        # The magic numbers of the test credentials mean nothing here.
        ({"PhoneNumber": "+15005550006"}, 21422, "+15005550006 is not available."),
        ({"AreaCode": "41"}, 21451, "Area code 41 is invalid"),
        ({"AreaCode": "abc"}, 21451, "Area code abc is invalid"),
        ({"AreaCode": "911"}, 21451, "Area code 911 is invalid"),
        ({"AreaCode": "533"}, 21452, "No phone numbers found in area code 533"),
        ({"AreaCode": "416"}, 21452, "No phone numbers found in area code 416"),
        ({"AreaCode": "415", "FriendlyName": "x" * 65}, 20002, None),
        ({"AreaCode": "415", "ApiVersion": "2009-01-01"}, 20422, None),
        ({"AreaCode": "415", "SmsUrl": "example.com"}, 21402, "SmsUrl is not valid: example.com"),
        ({"AreaCode": "415", "VoiceUrl": "ftp://example.com"}, 21402, None),
        ({"AreaCode": "415", "StatusCallback": "http://"}, 21402, None),
        ({"AreaCode": "415", "SmsMethod": "PUT"}, 21403, "SmsMethod is not valid: PUT"),
        ({"AreaCode": "415", "VoiceFallbackUrl": "https://example.com"}, 21405, None),
        ({"AreaCode": "415", "SmsFallbackUrl": "https://example.com"}, 21406, None),
        ({"AreaCode": "415", "SmsApplicationSid": "AP1"}, 21420, None),
        ({"AreaCode": "415", "SmsApplicationSid": BAD_SID}, 21420, None),
        ({"AreaCode": "415", "VoiceApplicationSid": BAD_SID}, 21420, None),
        ({"AreaCode": "415", "VoiceCallerIdLookup": "perhaps"}, 20422, None),
        ({"AreaCode": "415", "VoiceReceiveMode": "telex"}, 20422, None),
        ({"AreaCode": "415", "TrunkSid": "TK" + "0" * 32}, 21245, None),
        ({"AreaCode": "415", "AddressSid": "AD" + "0" * 32}, 22109, None),
        ({"AreaCode": "415", "EmergencyAddressSid": "AD" + "0" * 32}, 22109, None),
        ({"AreaCode": "415", "BundleSid": "BU" + "0" * 32}, 21649, None),
        ({"AreaCode": "415", "IdentitySid": "RI" + "0" * 32}, 21650, None),
        ({"AreaCode": "415", "EmergencyStatus": "Active"}, 22222, None),
        ({"AreaCode": "415", "EmergencyStatus": "Maybe"}, 20422, None),
        ({"PhoneNumber": "+14159500123", "SmsUrl": "https://example.com"}, 21407, None),
        ({"PhoneNumber": "+14159500123", "SmsMethod": "GET"}, 21407, None),
    ],
)
async def test_what_cannot_be_bought_is_refused_and_nothing_is_kept(
    numbers: Numbers, form: dict[str, str], code: int, message: str | None
) -> None:
    refused = await numbers.buy(**form)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert message is None or refused.json["message"] == message
    assert await numbers.count() == 0


async def test_a_voice_only_number_can_be_bought_by_name(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14159500123")
    assert bought["capabilities"] == {"voice": True, "sms": False, "mms": False, "fax": False}


async def test_empty_values_are_as_if_nothing_was_set(numbers: Numbers) -> None:
    names = (
        "FriendlyName SmsUrl SmsFallbackUrl VoiceUrl VoiceFallbackUrl StatusCallback "
        "SmsApplicationSid VoiceApplicationSid TrunkSid AddressSid BundleSid IdentitySid "
        "EmergencyAddressSid"
    )
    bought = await numbers.bought(PhoneNumber="+14155550123", **dict.fromkeys(names.split(), ""))
    assert bought["friendly_name"] == "(415) 555-0123"


async def test_a_number_is_bought_once_in_a_world(numbers: Numbers) -> None:
    await numbers.bought(PhoneNumber="+14155550123")
    again = await numbers.buy(PhoneNumber="+14155550123")
    assert again.refusal == (400, 21422, "+14155550123 is not available.")


async def test_of_two_buyers_at_once_one_gets_the_number(numbers: Numbers) -> None:
    answers = await asyncio.gather(*(numbers.buy(PhoneNumber="+14155550123") for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [201] + [400] * 7
    assert {answer.json["code"] for answer in answers if answer.status == 400} == {21422}
    assert await numbers.count() == 1


async def test_many_buyers_of_an_area_code_at_once_each_get_a_number(numbers: Numbers) -> None:
    answers = await asyncio.gather(*(numbers.buy(AreaCode="415") for _ in range(12)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["phone_number"] for answer in answers}) == 12


async def test_a_number_can_be_used_as_soon_as_it_is_answered(numbers: Numbers) -> None:
    bought = await numbers.bought(PhoneNumber="+14155550123", SmsUrl="https://example.com/a")
    own = numbers.own_numbers.find(numbers.world_id, "+14155550123")
    assert own is not None
    assert (own.sid, own.account_sid) == (bought["sid"], numbers.account.account_sid)
    assert own.sms_url == "https://example.com/a"
    assert (own.sms_capable, own.mms_capable, own.type) == (True, True, "local")


@pytest.mark.parametrize(
    ("address", "number", "other"),
    [("Local", "+14155550123", "+18885550123"), ("TollFree", "+18885550123", "+14155550123")],
)
async def test_an_address_of_one_type_sells_that_type_alone(
    numbers: Numbers, address: str, number: str, other: str
) -> None:
    path = numbers.path(f"IncomingPhoneNumbers/{address}.json")
    bought = await numbers.client.post(path, PhoneNumber=number, FriendlyName="One")
    assert bought.status == 201
    assert (bought.json["phone_number"], bought.json["friendly_name"]) == (number, "One")
    assert "type" not in bought.json
    mismatch = await numbers.client.post(path, PhoneNumber=other)
    assert (mismatch.status, mismatch.json["code"]) == (400, 21458)
    by_code = await numbers.client.post(path, AreaCode="415")
    assert (by_code.status, by_code.json["code"]) == (400, 21457)
    nothing = await numbers.client.post(path)
    assert (nothing.status, nothing.json["code"]) == (400, 21421)


async def test_there_are_no_mobile_numbers_to_buy(numbers: Numbers) -> None:
    path = numbers.path("IncomingPhoneNumbers/Mobile.json")
    refused = await numbers.client.post(path, PhoneNumber="+14155550123")
    assert (refused.status, refused.json["code"]) == (400, 21458)


async def test_an_application_of_a_subaccount_is_not_the_parents(numbers: Numbers) -> None:
    sub = await numbers.subaccount()
    path = numbers.path("Applications.json", sub["sid"])
    theirs = (await numbers.client.post(path)).json["sid"]
    refused = await numbers.buy(AreaCode="415", SmsApplicationSid=theirs)
    assert refused.refusal == (400, 21420, f"ApplicationSid {theirs} is not accessible")


async def test_a_parent_buys_for_a_subaccount(numbers: Numbers) -> None:
    sub = await numbers.subaccount()
    path = numbers.path("IncomingPhoneNumbers.json", sub["sid"])
    bought = (await numbers.client.post(path, PhoneNumber="+14155550123")).json
    assert bought["account_sid"] == sub["sid"]
    theirs = await Client(numbers.app, sub["sid"], sub["auth_token"]).get(bought["uri"])
    assert theirs.json == bought
    path = bought["uri"].replace(sub["sid"], numbers.account.account_sid)
    assert (await numbers.client.get(path)).status == 404
