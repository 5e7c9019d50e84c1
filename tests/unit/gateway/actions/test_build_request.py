"""The request of an input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from tests.unit.gateway.actions.stand_ins import ACCOUNT
from trunkline.gateway.actions.build_request import build_request
from trunkline.gateway.actions.catalogue import ActionCatalogue
from trunkline.gateway.actions.check_input import check_input

HEX = "ab" * 16
catalogue = ActionCatalogue()


def built(key: str, given: dict[str, Any]) -> Any:
    action = catalogue.get(key)
    return build_request(action, check_input(action, given), ACCOUNT)


def test_a_message() -> None:
    media = ["https://example.com/1.png", "https://example.com/2.png"]
    request = built(
        "send-message",
        {"to": "+15558675310", "from": "+15017122661", "body": "Grüße & more", "mediaUrl": media},
    )
    assert request.method == "POST"
    assert request.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert request.query == []
    assert request.form == [
        ("To", "+15558675310"),
        ("From", "+15017122661"),
        ("Body", "Grüße & more"),
        ("MediaUrl", media[0]),
        ("MediaUrl", media[1]),
    ]


def test_values_as_twilio_wants_them() -> None:
    request = built(
        "send-message",
        {
            "to": "+1",
            "messagingServiceSid": f"MG{HEX}",
            "contentSid": f"HX{HEX}",
            "contentVariables": {"1": "Ann", "2": "ü"},
            "sendAt": "2026-05-01T11:30:00+02:00",
            "scheduleType": "fixed",
            "validityPeriod": 60.0,
            "smartEncoded": False,
            "shortenUrls": True,
        },
    )
    form = dict(request.form)
    assert form["ContentVariables"] == '{"1": "Ann", "2": "ü"}'
    assert form["SendAt"] == "2026-05-01T09:30:00Z"
    assert form["ValidityPeriod"] == "60"
    assert form["SmartEncoded"] == "false"
    assert form["ShortenUrls"] == "true"


def test_a_list_with_filters() -> None:
    request = built(
        "list-calls",
        {
            "status": "no-answer",
            "startTimeAfter": "2026-05-01",
            "startTimeBefore": "2026-05-02T00:00Z",
        },
    )
    assert request.form is None
    assert sorted(request.query) == [
        ("PageSize", "50"),
        ("StartTime<", "2026-05-02T00:00:00Z"),
        ("StartTime>", "2026-05-01"),
        ("Status", "no-answer"),
    ]


@pytest.mark.parametrize(("limit", "size"), [(1, "1"), (1000, "1000"), (1001, "1000")])
def test_a_page_is_as_large_as_needed(limit: int, size: str) -> None:
    assert built("list-messages", {"limit": limit}).query == [("PageSize", size)]


def test_another_account() -> None:
    request = built("get-account-balance", {"accountSid": f"AC{HEX}"})
    assert request.path == f"/2010-04-01/Accounts/AC{HEX}/Balance.json"
    assert request.query == []


def test_deleting_has_no_body() -> None:
    request = built("delete-message", {"messageSid": f"MM{HEX}"})
    assert (request.method, request.form) == ("DELETE", None)
    assert request.path.endswith(f"/Messages/MM{HEX}.json")


@sampled(st.text())
def test_no_value_changes_the_path(text: str) -> None:
    # Even if a declaration let anything through: a value stays one segment.
    safe = text.encode("utf-8", "replace").decode()
    path = build_request(catalogue.get("get-call"), {"callSid": safe}, ACCOUNT).path
    assert path.startswith(f"/2010-04-01/Accounts/{ACCOUNT}/Calls/")
    assert path.endswith(".json")
    assert path.count("/") == 5
    assert path.isascii()
    assert not set("?#\\ ") & set(path)
