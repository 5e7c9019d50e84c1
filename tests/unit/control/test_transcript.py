from __future__ import annotations

from typing import Any

import pytest

from tests.unit.control.support import NOW, NUMBER, SID, Client, FakePlatform, make_world, refusal
from trunkline.messaging.transcript import TranscriptEntry

PHONE = "+14155550123"


def entry(body: str, **changed: Any) -> TranscriptEntry:
    values: dict[str, Any] = {
        "id": SID[2:],
        "sid": SID,
        "kind": "message",
        "direction": "outbound-api",
        "sender": NUMBER,
        "recipient": PHONE,
        "body": body,
        "num_media": 0,
        "status": "sent",
        "error_code": None,
        "error_message": None,
        "created_at": NOW,
        "waits_for": "deliver",
        "due_at": NOW,
    }
    return TranscriptEntry(**(values | changed))


async def test_a_transcript_is_shown(client: Client, fake: FakePlatform) -> None:
    fake.said = [entry("Hi")]
    assert (await client.get("/transcript")).json() == {
        "messages": [
            {
                "id": SID[2:],
                "sid": SID,
                "kind": "message",
                "direction": "outbound-api",
                "from": NUMBER,
                "to": PHONE,
                "body": "Hi",
                "num_media": 0,
                "status": "sent",
                "error_code": None,
                "error_message": None,
                "created_at": "2026-03-04T05:06:07Z",
                "waits_for": "deliver",
                "due_at": "2026-03-04T05:06:07Z",
            }
        ]
    }


async def test_the_newest_are_shown_as_many_as_are_wanted(
    client: Client, fake: FakePlatform
) -> None:
    fake.said = [entry(str(n)) for n in range(300)]
    shown = (await client.get("/transcript")).json()["messages"]
    assert [each["body"] for each in shown] == [str(n) for n in range(100, 300)]
    shown = (await client.get("/transcript?limit=2")).json()["messages"]
    assert [each["body"] for each in shown] == ["298", "299"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "since=1"])
async def test_a_slip_is_refused(client: Client, query: str) -> None:
    assert refusal(await client.get(f"/transcript?{query}")) == (422, "invalid_parameter")


async def test_a_world_has_its_own(client: Client, fake: FakePlatform) -> None:
    fake.said = [entry("Hi")]
    fake.worlds.kept["other"] = make_world("other", "1")
    assert (await client.get("/transcript?world=other")).json() == {"messages": []}
