from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.testing.fake_world import request, said
from trunkline.testing.expectations import Expected
from trunkline.testing.hints import hints
from trunkline.testing.timeline import Facts

PHONE, OWN, OTHER = "+14155550123", "+12065550100", "+14155550124"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LATER = (NOW + timedelta(minutes=90)).isoformat()
CHAOS = {"delay": 0.5, "delay_seconds": 60}


def hints_of(*, what: Expected = "Hello", served: bool = True, **known: Any) -> list[str]:
    nothing: dict[str, Any] = {"messages": [], "requests": [], "alerts": [], "chaos": None}
    return hints(Facts(now=NOW, **(nothing | known)), PHONE, what, served=served)


def test_there_may_be_none() -> None:
    assert hints_of() == []
    assert hints_of(messages=[said(PHONE, OWN, "Hi")], requests=[request()]) == []


def test_a_message_is_due_later() -> None:
    late = said(OWN, PHONE, "x" * 50, status="sent", waits_for="deliver", due_at=LATER)
    cut = "x" * 39 + "…"
    assert hints_of(messages=[late], what=None) == [
        f"'{cut}' is due in 1h30m: trunkline.clock.advance(\"1h30m\")"
    ]
    assert hints_of(messages=[{**late, "to": OTHER}], what=None) == []


def test_a_request_is_due_later() -> None:
    waits = request(outcome="waiting", status=None, created_at=LATER)
    assert hints_of(requests=[waits]) == [
        "A request to https://app.test.example/sms is due in 1h30m: "
        'trunkline.clock.advance("1h30m")'
    ]


def test_a_request_is_late_by_chaos() -> None:
    waits = request(outcome="waiting", status=None)
    assert hints_of(requests=[waits], chaos=CHAOS) == [
        "A request to https://app.test.example/sms is late by chaos, 1m at most: "
        'trunkline.clock.advance("1m")'
    ]
    assert hints_of(requests=[waits]) == []
    assert hints_of(requests=[request()], chaos=CHAOS) == []


def test_a_message_did_not_arrive() -> None:
    lost = said(
        OWN, PHONE, "Hello", status="failed", error_code=30007, error_message="Message filtered"
    )
    [hint] = hints_of(messages=[lost])
    assert hint.startswith("'Hello' did not arrive: failed, error 30007, Message filtered.")
    assert f'trunkline.why("{lost["sid"]}")' in hint


@pytest.mark.parametrize(
    ("words", "opted_out"),
    [(["STOP"], True), (["STOP", "START"], False), (["START", "stop."], True), (["HELP"], False)],
)
def test_a_phone_has_opted_out(words: list[str], opted_out: bool) -> None:
    reply = said(OWN, PHONE, "…", kind="automatic_reply", status=None, direction="outbound-reply")
    messages = [entry for word in words for entry in (said(PHONE, OWN, word), reply)]
    found = hints_of(messages=messages, requests=[request()])
    assert any("has opted out of +12065550100" in hint for hint in found) is opted_out


def test_a_word_that_the_network_did_not_answer_is_none() -> None:
    assert hints_of(messages=[said(PHONE, OWN, "STOP")], requests=[request()]) == []


def test_no_app_was_asked() -> None:
    came = [said(PHONE, OWN, "Hi")]
    assert hints_of(messages=came, served=False) == [
        "No app was asked: +12065550100 has no sms_url. "
        'trunkline.app(app, webhook="/sms") sets it for every number.'
    ]
    assert 'trunkline.app(…, webhook="/sms")' in hints_of(messages=came)[0]
    assert hints_of(messages=[said(OTHER, OWN, "Hi")]) == []


def test_the_app_refused_or_knows_no_such_path() -> None:
    [refused] = hints_of(requests=[request(status=403)])
    assert "trunkline.auth_token" in refused
    assert hints_of(requests=[request(status=404)]) == [
        "The app has nothing at https://app.test.example/sms."
    ]


@pytest.mark.parametrize("what", ["Hello", re.compile("^Hel")])
def test_another_phone_has_got_it(what: Expected) -> None:
    messages = [said(OWN, OTHER, "Hello"), said(OWN, OTHER, "Bye")]
    assert hints_of(messages=messages, what=what) == [f"{OTHER} got 'Hello'."]


def test_it_was_expected_before_or_stands_behind_another() -> None:
    [hint] = hints_of(messages=[said(OWN, PHONE, "Hello")])
    assert hint.startswith(f"{PHONE} has got 'Hello', and each message is expected once")


@pytest.mark.parametrize("what", [None, lambda _: True])
def test_a_function_is_asked_about_no_other_message(what: Expected) -> None:
    assert hints_of(messages=[said(OWN, OTHER, "Hello")], what=what) == []
