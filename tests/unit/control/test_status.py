from __future__ import annotations

from tests.unit.control.support import Client, FakePlatform, refusal


async def test_status_tells_all_at_once(client: Client) -> None:
    answer = (await client.get("/status")).json()
    assert list(answer) == ["version", "now", "process", "database", "queues", "worlds", "media"]
    assert answer["media"] == []
    assert answer["queues"] == {"messages": 3, "in_doubt": 1, "requests": 2, "event_streams": 0}
    assert answer["process"]["memory_bytes"] is None


async def test_status_needs_the_token(client: Client) -> None:
    assert refusal(await client.get("/status", authorization=None)) == (401, "unauthorized")


async def test_without_a_database_it_is_503(fake: FakePlatform, client: Client) -> None:
    fake.database.reachable = False
    assert refusal(await client.get("/status")) == (503, "unavailable")
