"""The shape of applications, and their list."""

from __future__ import annotations

from tests.unit.numbers.support import Numbers

# The keys of Twilio's own example, in their order (OpenAPI, FetchApplication).
KEYS = [
    "account_sid",
    "api_version",
    "date_created",
    "date_updated",
    "friendly_name",
    "message_status_callback",
    "sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_status_callback",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "uri",
    "voice_caller_id_lookup",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
    "public_application_connect_enabled",
]


async def test_an_application_has_the_keys_of_the_official_example(numbers: Numbers) -> None:
    made = await numbers.application()
    assert list(made) == KEYS
    assert made["uri"] == numbers.path(f"Applications/{made['sid']}.json")


async def test_a_list_is_newest_first_and_filtered_by_the_exact_name(numbers: Numbers) -> None:
    path = numbers.path("Applications.json")
    made = [(await numbers.application(FriendlyName=name))["sid"] for name in ("a", "b", "a")]

    async def listed(**filters: str) -> list[str]:
        page = (await numbers.client.get(path, **filters)).json
        return [one["sid"] for one in page["applications"]]

    assert await listed() == made[::-1]
    assert await listed(FriendlyName="a") == [made[2], made[0]]
    assert await listed(FriendlyName="A") == []
    assert await listed(FriendlyName="") == made[::-1]


async def test_pages_lead_on(numbers: Numbers) -> None:
    made = [(await numbers.application())["sid"] for _ in range(3)]
    first = (await numbers.client.get(numbers.path("Applications.json"), PageSize="2")).json
    second = (await numbers.client.get(first["next_page_uri"])).json
    assert [one["sid"] for one in second["applications"]] == made[:1]


async def test_what_is_no_application_is_not_found(numbers: Numbers) -> None:
    for sid in ("AP" + "0" * 32, "PN" + "0" * 32, "AP1"):
        answer = await numbers.client.get(numbers.path(f"Applications/{sid}.json"))
        assert (answer.status, answer.json["code"]) == (404, 20404)


async def test_an_application_in_xml(numbers: Numbers) -> None:
    made = await numbers.application(FriendlyName="<Desk>")
    text = (await numbers.client.get(made["uri"].removesuffix(".json"))).text
    assert "<TwilioResponse><Application><AccountSid>" in text
    assert "<FriendlyName>&lt;Desk&gt;</FriendlyName>" in text
