from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import FakeWorld, alert, request, said
from trunkline.testing import timeline as module
from trunkline.testing.timeline import Facts, gather, timeline
from trunkline.testing.world import World

PHONE, OWN = "+14155550123", "+12065550100"
START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def facts(**changed: Any) -> Facts:
    nothing: dict[str, Any] = {"messages": [], "requests": [], "alerts": [], "chaos": None}
    return Facts(now=START, **(nothing | changed))


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def test_nothing_happened() -> None:
    assert timeline(facts()) == "Nothing happened in this world."


def test_everything_stands_in_the_order_in_which_it_was_made() -> None:
    shown = timeline(
        facts(
            messages=[said(PHONE, OWN, "Hi", id="1"), said(OWN, PHONE, "Hello", id="4")],
            requests=[request(id="2", created_at=at(0.25))],
            alerts=[alert(sid="NO3")],
        )
    )
    assert shown.splitlines() == [
        "   0.000 s  +14155550123 -> +12065550100 [received]: Hi",
        "   0.250 s  POST https://app.test.example/sms [inbound; answered 200]",
        # Alerts have whole seconds: it does not stand before its cause.
        "   0.250 s  ! 11200: POST /sms answered 500.",
        "   0.250 s  +12065550100 -> +14155550123 [delivered]: Hello",
    ]


def test_long_times_are_told_in_parts() -> None:
    messages = [said(PHONE, OWN, "Hi", id="1"), said(PHONE, OWN, "Hi", id="2", created_at=at(7290))]
    _, line = timeline(facts(messages=messages)).splitlines()
    assert line == "   2h1m30s  +14155550123 -> +12065550100 [received]: Hi"


@pytest.mark.parametrize(
    ("changed", "remarks"),
    [
        ({"status": None, "kind": "automatic_reply"}, "automatic"),
        ({"num_media": 2}, "delivered; 2 media"),
        (
            {"status": "undelivered", "error_code": 30003, "error_message": "Unreachable"},
            "undelivered; error 30003, Unreachable",
        ),
        ({"status": "sent", "waits_for": "deliver", "due_at": at(7199.5)}, "sent; due in 2h"),
        ({"status": "queued", "waits_for": "submit", "due_at": at(0)}, "queued"),
    ],
)
def test_what_became_of_a_message_stands_in_brackets(changed: dict[str, Any], remarks: str) -> None:
    shown = timeline(facts(messages=[said(OWN, PHONE, "Hi", **changed)]))
    assert shown.endswith(f"+12065550100 -> +14155550123 [{remarks}]: Hi")


@pytest.mark.parametrize(
    ("changed", "remarks"),
    [
        ({"kind": "message.status", "told": "sent"}, "status sent; answered 200"),
        ({"status": None, "outcome": "waiting"}, "inbound; waiting"),
        ({"status": 500, "attempts": 3}, "inbound; answered 500 after 3 attempts"),
    ],
)
def test_what_became_of_a_request_stands_in_brackets(changed: dict[str, Any], remarks: str) -> None:
    assert timeline(facts(requests=[request(**changed)])).endswith(f"/sms [{remarks}]")


def test_calls_are_told_by_their_statuses_verbs_and_keys() -> None:
    def event(kind: str, second: int, **data: Any) -> dict[str, Any]:
        return {"kind": kind, "data": data, "world_time": at(second), "real_time": at(second)}

    call = {
        "from": OWN,
        "to": PHONE,
        "verbs": [{"verb": "Say", "text": "Hi", "attributes": {}, "within": []}],
        "timeline": [
            event("call.in-progress", 1),
            event("call.request", 1, delivery="0"),
            event("webhook.delivered", 1),
            event("call.verb", 1, verb="Say"),
            event("call.digits", 2, digits="12", finished_by="#"),
        ],
    }
    assert timeline(facts(calls=[call])).splitlines() == [
        "   0.000 s  call +12065550100 -> +14155550123 [in-progress]",
        "   0.000 s  call +12065550100 -> +14155550123 [Say('Hi')]",
        "   1.000 s  call +12065550100 -> +14155550123 [keys '12']",
    ]


def test_texts_and_timelines_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TEXT", 5)
    monkeypatch.setattr(module, "MOST_LINES", 2)
    messages = [said(PHONE, OWN, f"{n} 3456789", id=str(n)) for n in range(1, 5)]
    assert timeline(facts(messages=messages)).splitlines() == [
        "(2 more before)",
        "   0.000 s  +14155550123 -> +12065550100 [received]: 3 345…",
        "   0.000 s  +14155550123 -> +12065550100 [received]: 4 345…",
    ]


def test_the_facts_are_asked_of_the_platform_oldest_first() -> None:
    world = FakeWorld()
    world.answers = {
        "GET /transcript": {"messages": [1, 2]},
        "GET /webhooks": {"requests": [2, 1]},
        "GET /monitor/v1/Alerts": {"alerts": [2, 1]},
        "GET /webhooks/chaos": {"chaos": None},
        "GET /clock": {"now": at(0)},
    }
    found = gather(cast(World, world))
    assert (found.messages, found.requests, found.alerts) == ([1, 2], [1, 2], [1, 2])
    assert (found.now, found.chaos, world.settled) == (START, None, 0)
