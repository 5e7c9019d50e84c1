from __future__ import annotations

import pytest

from tests.unit.control.support import SID, Client, FakePlatform, make_world, refusal


async def test_a_message_is_explained(client: Client) -> None:
    found = (await client.get(f"/messages/{SID}/explanation")).json()
    assert found["sid"] == SID
    assert found["route"] == "virtual"
    assert found["timeline"][0]["kind"] == "message.queued"


async def test_a_timeline_has_world_times(client: Client) -> None:
    found = (await client.get(f"/messages/{SID}/events")).json()
    assert found == {
        "sid": SID,
        "events": [
            {
                "seq": 1,
                "kind": "message.queued",
                "data": {"route": "virtual"},
                "world_time": "2026-03-04T05:06:07Z",
                "real_time": "2026-03-04T05:06:07Z",
            }
        ],
    }


async def test_the_digits_of_a_sid_may_be_written_large(client: Client) -> None:
    assert (await client.get(f"/messages/SM{SID[2:].upper()}/events")).status == 200


@pytest.mark.parametrize(
    "sid", ["x", "SM", "SM" + "g" * 32, "AC" + "0" * 32, "SM" + "0" * 32, "\0"]
)
@pytest.mark.parametrize("what", ["events", "explanation"])
async def test_there_is_no_such_message(client: Client, sid: str, what: str) -> None:
    assert refusal(await client.get(f"/messages/{sid}/{what}")) == (404, "no_such_message")


async def test_a_message_of_another_world_is_none(client: Client, fake: FakePlatform) -> None:
    fake.worlds.kept["other"] = make_world("other", "1")
    answer = await client.get(f"/messages/{SID}/events?world=other")
    assert refusal(answer) == (404, "no_such_message")
