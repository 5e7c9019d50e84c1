from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import CREDENTIALS, FakeWorld, said
from trunkline.testing import AppError, Message, TrunklineError
from trunkline.testing.report import expectation_report, failure_report
from trunkline.testing.world import World

PHONE, OWN = "+14155550123", CREDENTIALS.numbers[0]


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld()
    world.answers = {
        "GET /transcript": {"messages": [said(OWN, PHONE, f"Token {CREDENTIALS.auth_token}")]},
        "GET /webhooks": {"requests": []},
        "GET /monitor/v1/Alerts": {"alerts": []},
        "GET /webhooks/chaos": {"chaos": None},
        "GET /clock": {"now": "2026-03-04T05:06:07Z"},
    }
    return world


def got(body: str) -> Message:
    return Message(body=body, sender=OWN, recipient=PHONE, sid="SM1", arrived_at=datetime.now(UTC))


def report(world: FakeWorld, *received: Message, errors: Any = ()) -> list[str]:
    text = expectation_report(
        cast(World, world), "First.", PHONE, "Hi", received=received, errors=errors, served=True
    )
    return text.splitlines()


def test_it_has_the_first_line_what_came_and_what_happened(world: FakeWorld) -> None:
    assert report(world, got("Hello")) == [
        "First.",
        "",
        f"{PHONE} has received:",
        f"  'Hello' from {OWN}",
        "",
        "What happened, in the world's time:",
        f"     0.000 s  {OWN} -> {PHONE} [delivered]: Token [secret]",
    ]


def test_only_the_newest_of_many_messages_are_shown(world: FakeWorld) -> None:
    lines = report(world, *(got(str(n)) for n in range(50)))
    assert lines[3:5] == ["  (30 more before)", f"  '30' from {OWN}"]


def test_it_has_what_the_app_raised(world: FakeWorld) -> None:
    lines = report(world, errors=[AppError("POST /sms", LookupError("no such customer"))])
    assert lines[-2:] == ["POST /sms raised:", "LookupError: no such customer"]


def test_a_platform_that_is_gone_is_all_there_is_to_say(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> Any:
        raise TrunklineError("It has ended.")

    monkeypatch.setattr(world, "control", gone)
    assert report(world) == ["First.", "It has ended."]
    assert failure_report(cast(World, world), [], brief=False) == "It has ended."


def test_a_brief_one_is_the_conversation(world: FakeWorld) -> None:
    brief = failure_report(cast(World, world), [], brief=True)
    assert brief == f"{OWN} -> {PHONE}: Token [secret]"
    world.answers["GET /transcript"] = {"messages": []}
    assert failure_report(cast(World, world), [], brief=True) == "Nobody said anything."
