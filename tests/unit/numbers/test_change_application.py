"""Applications: their life, their limit, and the numbers that refer to them."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.numbers.support import Numbers
from trunkline.numbers import change_application

EXAMPLE = "https://example.com"


async def test_a_new_application_has_its_defaults(numbers: Numbers) -> None:
    made = await numbers.application()
    assert made["friendly_name"] is None
    assert made["api_version"] == "2010-04-01"
    assert made["sms_method"] == made["voice_method"] == made["status_callback_method"] == "POST"
    assert made["sms_url"] is made["voice_url"] is made["message_status_callback"] is None
    assert made["voice_caller_id_lookup"] is made["public_application_connect_enabled"] is False


async def test_an_application_keeps_what_it_was_given(numbers: Numbers) -> None:
    form = {
        "FriendlyName": "Desk",
        "ApiVersion": "2008-08-01",
        "VoiceUrl": f"{EXAMPLE}/voice",
        "VoiceMethod": "GET",
        "VoiceFallbackUrl": f"{EXAMPLE}/voice-fallback",
        "VoiceFallbackMethod": "GET",
        "VoiceCallerIdLookup": "true",
        "StatusCallback": f"{EXAMPLE}/status",
        "StatusCallbackMethod": "GET",
        "SmsUrl": f"{EXAMPLE}/sms",
        "SmsMethod": "GET",
        "SmsFallbackUrl": f"{EXAMPLE}/sms-fallback",
        "SmsFallbackMethod": "GET",
        "SmsStatusCallback": f"{EXAMPLE}/sms-status",
        "MessageStatusCallback": f"{EXAMPLE}/message-status",
        "PublicApplicationConnectEnabled": "true",
    }
    made = await numbers.application(**form)
    assert (await numbers.client.get(made["uri"])).json == made
    assert made["friendly_name"] == "Desk"
    assert made["voice_caller_id_lookup"] is made["public_application_connect_enabled"] is True
    urls = {value for name, value in form.items() if value.startswith("http")}
    assert urls == {v for v in made.values() if isinstance(v, str) and v.startswith("http")}


async def test_an_update_changes_what_it_names_and_empty_clears(numbers: Numbers) -> None:
    made = await numbers.application(FriendlyName="Desk", SmsUrl=EXAMPLE)
    changed = await numbers.client.post(made["uri"], SmsUrl="", VoiceUrl=EXAMPLE)
    assert changed.status == 200
    assert changed.json["sms_url"] is None
    assert changed.json["voice_url"] == EXAMPLE
    assert changed.json["friendly_name"] == "Desk"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"FriendlyName": "x" * 65}, 20002),
        ({"SmsUrl": "nonsense"}, 21402),
        ({"MessageStatusCallback": "nonsense"}, 21402),
        ({"VoiceMethod": "PATCH"}, 21403),
        ({"ApiVersion": "1"}, 20422),
        ({"PublicApplicationConnectEnabled": "x"}, 20422),
    ],
)
async def test_a_bad_value_is_refused_and_nothing_is_kept(
    numbers: Numbers, form: dict[str, str], code: int
) -> None:
    refused = await numbers.client.post(numbers.path("Applications.json"), **form)
    assert (refused.status, refused.json["code"]) == (400, code)
    assert await numbers.count("applications") == 0


async def test_a_deleted_application_is_gone_and_its_numbers_forget_it(numbers: Numbers) -> None:
    made, other = await numbers.application(), await numbers.application()
    one = await numbers.bought(PhoneNumber="+14155550123", SmsApplicationSid=made["sid"])
    both = await numbers.bought(
        PhoneNumber="+14155550124",
        SmsApplicationSid=other["sid"],
        VoiceApplicationSid=made["sid"],
    )
    gone = await numbers.client.delete(made["uri"])
    assert (gone.status, gone.text) == (204, "")
    assert (await numbers.client.get(made["uri"])).status == 404
    assert (await numbers.client.delete(made["uri"])).status == 404
    assert (await numbers.client.get(one["uri"])).json["sms_application_sid"] == ""
    left = (await numbers.client.get(both["uri"])).json
    assert (left["sms_application_sid"], left["voice_application_sid"]) == (other["sid"], "")
    own = numbers.own_numbers.find(numbers.world_id, "+14155550123")
    assert own is not None
    assert own.sms_application_sid is None


async def test_an_account_has_so_many_applications_and_no_more(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_application, "MOST_APPLICATIONS", 3)
    path = numbers.path("Applications.json")
    answers = await asyncio.gather(*(numbers.client.post(path) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [201] * 3 + [400] * 3
    assert {answer.json["code"] for answer in answers if answer.status == 400} == {21301}


async def test_an_application_of_another_account_is_not_found(numbers: Numbers) -> None:
    sub = await numbers.subaccount()
    made = await numbers.application()
    path = made["uri"].replace(numbers.account.account_sid, sub["sid"])
    assert (await numbers.client.get(path)).status == 404
    assert (await numbers.client.post(path, FriendlyName="x")).status == 404
    assert (await numbers.client.delete(path)).status == 404
    assert (await numbers.client.get(made["uri"])).json == made
