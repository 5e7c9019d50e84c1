from __future__ import annotations

from typing import Any

import pytest

from tests.unit.testing.fake_world import request
from trunkline.testing import TrunklineError, WebhookRequest, Webhooks
from trunkline.testing.webhooks import Headers, was_made

TOKEN = "token"
DETAIL: dict[str, Any] = {
    "error_title": "Document parse failure",
    "request": {
        "headers": [["Host", "app.test.example"], ["X-Twilio-Signature", "wrong"]],
        "parameters": [["Body", "Hi"]],
    },
    "tries": [
        {
            "url": "https://app.test.example/sms",
            "started_at": "2026-03-04T05:06:07Z",
            "ms": 3,
            "status": None,
            "error": 11205,
            "reason": "Cut off.",
            "signature": "wrong",
        }
    ],
    "response": {"status": 200, "headers": [["Content-Type", "text/xml"]], "body": "<R/>"},
}


def made(detail: dict[str, Any] | None = None, **changed: Any) -> WebhookRequest:
    loads = iter([DETAIL | (detail or {})])  # once
    return WebhookRequest(request(**changed), lambda _: next(loads), TOKEN)


def test_all_that_is_known_is_read_once_and_when_it_is_asked_for() -> None:
    found = made()
    assert (found.kind, found.status, found.outcome) == ("message.inbound", 200, "delivered")
    assert found.params == {"Body": "Hi"}
    assert (found.body, found.content_type) == ("<R/>", "text/xml")
    assert found.headers["HOST"] == "app.test.example"
    assert (found.signature, found.signature_valid) == ("wrong", False)
    assert [attempt.error for attempt in found.attempts] == [11205]


def test_what_was_not_answered_has_no_answer() -> None:
    found = made({"response": None, "request": {"headers": [], "parameters": None}}, status=None)
    assert (found.body, found.content_type, found.params) == ("", None, {})


def test_errors_are_those_of_attempts_and_of_the_answer() -> None:
    assert made().errors == ("11205: Cut off.",)
    assert made(error_code=11205).errors == ("11205: Cut off.",)
    assert made(error_code=12100).errors == ("11205: Cut off.", "12100: Document parse failure.")


def test_a_list_is_shown_line_by_line() -> None:
    status = {"kind": "message.status", "told": "sent"}
    found = Webhooks([made(), made(**status, status=None, outcome="failed", error_code=11200)])
    assert repr(found) == (
        "<POST https://app.test.example/sms (message.inbound): 200>\n"
        "<POST https://app.test.example/sms (message.status sent): failed, error 11200>"
    )
    assert repr(Webhooks([made(attempts=3)])).endswith(": 200, 3 attempts>")
    assert repr(Webhooks([])) == "<no requests to apps>"


def test_a_list_is_asked_for_some() -> None:
    one = made(url="https://app.test.example/sms?shop=7")
    two = made(url="https://app-2.test.example/sms")
    three = made(url="https://app.test.example/status")
    found = Webhooks([one, two, three])
    assert list(found.to("/sms")) == [one, two]
    assert list(found.to("https://app-2.test.example/sms")) == [two]
    assert (found.last, found[0], len(found)) == (three, one, 3)
    assert list(found[1:]) == [two, three]
    with pytest.raises(TrunklineError, match="No request was made to an app"):
        _ = found.to("/nothing").last


@pytest.mark.parametrize(
    ("changed", "is_made"),
    [
        ({}, True),
        ({"outcome": "failed"}, True),
        ({"outcome": "under_way", "attempts": 0}, True),
        ({"outcome": "waiting", "attempts": 0}, False),
        ({"outcome": "dropped"}, False),
    ],
)
def test_only_what_was_sent_is_a_request(changed: dict[str, Any], is_made: bool) -> None:
    assert was_made(request(**changed)) is is_made


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("Content-Type", "text/xml")])
    assert headers["content-type"] == headers.get("CONTENT-TYPE") == "text/xml"
    assert (list(headers), len(headers), "Host" in headers) == (["Content-Type"], 1, False)
    assert repr(headers) == "{'Content-Type': 'text/xml'}"
