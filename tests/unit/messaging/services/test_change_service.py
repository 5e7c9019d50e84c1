"""Services: what they have by default, what can be set, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.messaging.services.support import SERVICES, Family

DEFAULTS: dict[str, Any] = {
    "friendly_name": "test",
    "inbound_request_url": None,
    "inbound_method": "POST",
    "fallback_url": None,
    "fallback_method": "POST",
    "status_callback": None,
    "sticky_sender": True,
    "mms_converter": True,
    "smart_encoding": True,
    "scan_message_content": "inherit",
    "fallback_to_long_code": True,
    "area_code_geomatch": True,
    "validity_period": 36000,
    "synchronous_validation": False,
    "usecase": "undeclared",
    "us_app_to_person_registered": False,
    "use_inbound_webhook_on_number": False,
}
FORM = {
    "FriendlyName": "other",
    "InboundRequestUrl": "https://app.example/in",
    "InboundMethod": "GET",
    "FallbackUrl": "https://app.example/fallback",
    "FallbackMethod": "GET",
    "StatusCallback": "https://app.example/status",
    "StickySender": "false",
    "MmsConverter": "False",
    "SmartEncoding": "false",
    "ScanMessageContent": "disable",
    "FallbackToLongCode": "false",
    "AreaCodeGeomatch": "false",
    "ValidityPeriod": "1",
    "SynchronousValidation": "true",
    "Usecase": "Marketing",
    "UseInboundWebhookOnNumber": "true",
}
SET: dict[str, Any] = {
    "friendly_name": "other",
    "inbound_request_url": "https://app.example/in",
    "inbound_method": "GET",
    "fallback_url": "https://app.example/fallback",
    "fallback_method": "GET",
    "status_callback": "https://app.example/status",
    "sticky_sender": False,
    "mms_converter": False,
    "smart_encoding": False,
    "scan_message_content": "disable",
    "fallback_to_long_code": False,
    "area_code_geomatch": False,
    "validity_period": 1,
    "synchronous_validation": True,
    "usecase": "marketing",
    "us_app_to_person_registered": False,
    "use_inbound_webhook_on_number": True,
}


async def settings(family: Family, sid: str) -> dict[str, Any]:
    """What a fetch shows of the settings."""
    fetched = (await family.client.get(f"{SERVICES}/{sid}")).json
    return {name: fetched[name] for name in DEFAULTS}


async def test_the_defaults(family: Family) -> None:
    assert await settings(family, await family.service()) == DEFAULTS


async def test_every_setting_at_once(family: Family) -> None:
    assert await settings(family, await family.service(**FORM)) == SET


async def test_each_setting_can_be_changed_alone(family: Family) -> None:
    sid, expected = await family.service(), dict(DEFAULTS)
    for (name, value), (key, shown) in zip(
        FORM.items(), ((k, v) for k, v in SET.items() if k[:3] != "us_"), strict=True
    ):
        changed = await family.client.post(f"{SERVICES}/{sid}", **{name: value})
        assert changed.status == 200, changed.text
        expected[key] = shown
        assert await settings(family, sid) == expected
    assert expected == SET


async def test_an_update_is_known_before_it_is_answered(family: Family) -> None:
    sid = await family.service()
    await family.client.post(f"{SERVICES}/{sid}", **FORM)
    found = family.lookup.find(sid)
    assert found is not None
    assert (found.sticky_sender, found.smart_encoding, found.validity_period) == (False, False, 1)


async def test_what_is_empty_is_cleared(family: Family) -> None:
    sid = await family.service(**FORM)
    cleared = {"InboundRequestUrl": "", "FallbackUrl": "", "StatusCallback": ""}
    shown = (await family.client.post(f"{SERVICES}/{sid}", **cleared)).json
    assert (shown["inbound_request_url"], shown["fallback_url"]) == (None, None)
    assert shown["status_callback"] is None


async def test_an_update_with_nothing_changes_nothing(family: Family) -> None:
    sid = await family.service(**FORM)
    assert (await family.client.post(f"{SERVICES}/{sid}")).status == 200
    assert await settings(family, sid) == SET


async def test_links(family: Family) -> None:
    sid = await family.service()
    shown = (await family.client.get(f"{SERVICES}/{sid}")).json
    assert shown["url"].endswith(f"//messaging.twilio.com/v1/Services/{sid}")
    assert shown["links"]["phone_numbers"] == f"{shown['url']}/PhoneNumbers"
    assert shown["links"]["us_app_to_person"] == f"{shown['url']}/Compliance/Usa2p"


async def test_a_deleted_service_is_gone_with_its_pool(family: Family) -> None:
    sid = await family.service()
    assert (await family.client.delete(f"{SERVICES}/{sid}")).status == 204
    assert family.lookup.find(sid) is None
    for path in (f"/Services/{sid}", f"/Services/{sid}/PhoneNumbers"):
        gone = (404, 20404, f"The requested resource {path} was not found")
        assert (await family.client.get(f"/v1{path}")).refusal == gone
    assert (await family.client.delete(f"{SERVICES}/{sid}")).status == 404
    assert (await family.client.post(f"{SERVICES}/{sid}", FriendlyName="x")).status == 404


async def test_the_use_cases(family: Family) -> None:
    found = (await family.client.get(f"{SERVICES}/Usecases")).json["usecases"]
    assert [each["usecase"] for each in found] == [
        "notifications",
        "marketing",
        "verification",
        "discussion",
        "poll",
        "undeclared",
    ]
    assert all(each["description"] and each["purpose"] for each in found)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("FriendlyName", "x" * 65, 20002),
        ("FriendlyName", "  ", 20002),
        ("FriendlyName", "a\0b", 20001),
        ("InboundRequestUrl", "nowhere", 21402),
        ("FallbackUrl", "ftp://app.example", 21402),
        ("StatusCallback", "https://", 21402),
        ("InboundMethod", "PUT", 21403),
        ("FallbackMethod", "x", 21403),
        ("StickySender", "perhaps", 20422),
        ("ScanMessageContent", "sometimes", 20422),
        ("ValidityPeriod", "0", 20422),
        ("ValidityPeriod", "36001", 20422),
        ("ValidityPeriod", "1e3", 20422),
        ("Usecase", "spam", 21713),
    ],
)
async def test_what_is_refused(family: Family, name: str, value: str, code: int) -> None:
    refused = await family.client.post(SERVICES, **({"FriendlyName": "test"} | {name: value}))
    assert refused.refusal[:2] == (400, code)
    assert (await family.client.get(SERVICES)).json["services"] == []
    sid = await family.service()
    assert (await family.client.post(f"{SERVICES}/{sid}", **{name: value})).status == 400
    assert await settings(family, sid) == DEFAULTS


@pytest.mark.parametrize("form", [{}, {"FriendlyName": ""}])
async def test_a_name_is_required(family: Family, form: dict[str, str]) -> None:
    refused = await family.client.post(SERVICES, **form)
    reason = "Missing required parameter FriendlyName in the post body"
    assert refused.refusal == (400, 20001, reason)
