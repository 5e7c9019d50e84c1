from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.control.fake_calls import CALL, MOST, OVER, PHONE
from tests.unit.control.support import Client, FakePlatform, make_world, refusal
from trunkline.bus import Event
from trunkline.voice.phones.script import StepAnswer, StepPress

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MOVED = "2026-03-04T05:06:14Z"
STEPS = f"/calls/{CALL}/steps"


def happens(fake: FakePlatform, sid: str, status: str, world: str = "0" * 32) -> Callable[[], None]:
    """A call comes to have a status, while time passes."""
    event = Event(
        subject=sid,
        seq=3,
        account="AC" + "0" * 32,
        world=world,
        kind=f"call.{status}",
        data={},
        world_time=NOW,
        real_time=NOW,
    )
    return lambda: fake.bus.publish([event])


async def test_calls_are_listed(client: Client, fake: FakePlatform) -> None:
    found = (await client.get("/calls")).json()["calls"]
    assert [each["sid"] for each in found] == [CALL, OVER]
    assert found[0]["from"] != found[0]["to"] == PHONE
    path = "/calls?number=%2B14155550123&status=busy,completed&limit=3"
    assert [each["sid"] for each in (await client.get(path)).json()["calls"]] == [OVER]
    asked = {"number": PHONE, "statuses": ["busy", "completed"], "limit": 3}
    assert fake.calls.explain.asked[-1] == asked


@pytest.mark.parametrize(
    "query", ["status=initiated", "status=x", "limit=0", "number=a%00b", "a=b"]
)
async def test_filters_that_mean_nothing_are_refused(client: Client, query: str) -> None:
    assert refusal(await client.get(f"/calls?{query}")) == (422, "invalid_parameter")


async def test_a_call_is_explained(client: Client) -> None:
    found = (await client.get(f"/calls/{CALL.upper().replace('CA', 'CA')}")).json()
    assert (found["digits"], found["document"]["url"]) == ("1", "https://app.example/voice")
    [verb] = found["verbs"]
    assert (verb["verb"], verb["text"], verb["within"]) == ("Say", "Hello", [])


@pytest.mark.parametrize(
    "path",
    [
        "/calls/CA1",
        "/calls/" + "SM" + "0" * 32,
        f"/calls/{CALL[:-1]}9",
        f"/calls/{CALL[:-1]}9/heard",
    ],
)
async def test_calls_that_are_none(client: Client, path: str) -> None:
    assert refusal(await client.get(path)) == (404, "no_such_call")


async def test_another_worlds_calls_are_none(client: Client, fake: FakePlatform) -> None:
    fake.worlds.kept["other"] = make_world("other", "1")
    assert refusal(await client.get(f"/calls/{CALL}?world=other")) == (404, "no_such_call")
    refused = await client.call("POST", f"{STEPS}?world=other", {"script": "hear"})
    assert refusal(refused) == (404, "no_such_call")


async def test_what_was_heard(client: Client, fake: FakePlatform, tmp_path: Path) -> None:
    assert refusal(await client.get(f"/calls/{CALL}/heard")) == (404, "not_heard")
    fake.calls.heard_folder = tmp_path
    wave = b"RIFF" + bytes(600_000)
    for sid in (CALL, OVER):
        (tmp_path / f"{sid}.wav").write_bytes(wave)
        answer = await client.get(f"/calls/{sid}/heard")
        assert (answer.status, answer.headers["content-type"]) == (200, "audio/wav")
        assert answer.body == wave
    assert fake.calls.waited == [OVER]  # of a call that goes on nobody waits for the end


async def test_a_phone_is_told_what_to_do(client: Client, fake: FakePlatform) -> None:
    answer = await client.call("POST", STEPS, {"script": "press 1"})
    assert answer.json() == {
        "now": "2026-03-04T05:06:07Z",
        "reached": True,
        "status": "in-progress",
    }
    assert fake.calls.phones.told == [StepPress(keys="1")]
    assert fake.moves == []


async def test_time_passes_until_it_has_done_it(client: Client, fake: FakePlatform) -> None:
    body = {"script": "press 1", "run": True, "most": "5m"}
    answer = await client.call("POST", STEPS, body)
    assert answer.json() == {"now": MOVED, "reached": True, "status": "in-progress"}
    assert fake.moves == [("default", MOST)]


async def test_what_it_can_do_depends_on_whether_it_rings(
    client: Client, fake: FakePlatform
) -> None:
    assert refusal(await client.call("POST", STEPS, {"script": "busy"})) == (422, "invalid_script")
    fake.calls.phones.ringing = True
    assert (await client.call("POST", STEPS, {"script": "answer"})).status == 200
    assert fake.calls.phones.told == [StepAnswer()]


async def test_a_call_that_is_over_has_no_phone(client: Client) -> None:
    refused = await client.call("POST", f"/calls/{OVER}/steps", {"script": "hear"})
    assert refusal(refused) == (409, "not_on_phone")


@pytest.mark.parametrize(
    ("until", "comes_to", "reached"),
    [
        ("ended", "completed", True),
        ("ended", "in-progress", False),
        ("answered", "in-progress", True),
        ("answered", "busy", True),  # it is over: nothing is waited for
        ("ringing", "ringing", True),
        ("ringing", "initiated", False),
    ],
)
async def test_time_passes_until_a_call_comes_to_a_point(
    client: Client, fake: FakePlatform, until: str, comes_to: str, reached: bool
) -> None:
    fake.calls.explain.statuses[CALL] = "queued"
    fake.calls.meanwhile = happens(fake, CALL, comes_to)
    answer = (await client.call("POST", "/calls/run", {"until": until, "call": CALL})).json()
    shown = "queued" if comes_to == "initiated" else comes_to
    assert answer == {"now": MOVED, "reached": reached, "status": shown}


async def test_no_time_passes_where_it_is_so_already(client: Client) -> None:
    answer = await client.call("POST", "/calls/run", {"call": OVER})
    assert answer.json() == {
        "now": "2026-03-04T05:06:07Z",
        "reached": True,
        "status": "completed",
    }


async def test_time_passes_until_all_calls_are_over(client: Client, fake: FakePlatform) -> None:
    fake.calls.meanwhile = happens(fake, CALL, "failed", world="1" * 32)
    answer = (await client.call("POST", "/calls/run", {})).json()
    assert (answer["reached"], answer["status"]) == (False, None)
    fake.calls.meanwhile = happens(fake, CALL, "failed")
    assert (await client.call("POST", "/calls/run", {})).json()["reached"]


@pytest.mark.parametrize(
    "body",
    [
        {"until": "done"},
        {"until": "never", "call": CALL},
        {"call": CALL, "most": "25h"},
        {"call": CALL, "most": -1},
        {"call": CALL, "most": "soon"},
    ],
)
async def test_runs_that_mean_nothing_are_refused(client: Client, body: dict[str, Any]) -> None:
    assert refusal(await client.call("POST", "/calls/run", body)) == (422, "invalid_parameter")


async def test_a_clock_that_follows_real_time_is_not_moved(
    client: Client, fake: FakePlatform
) -> None:
    fake.worlds.kept["default"] = make_world("default", "0", movable=False)
    refused = await client.call("POST", "/calls/run", {"call": CALL})
    assert refusal(refused) == (409, "clock_not_movable")


async def test_time_stands_still_between_the_moves_of_who_leads_a_call(
    client: Client, fake: FakePlatform
) -> None:
    await client.call("POST", "/calls/run", {"call": OVER, "hold": True})
    assert fake.calls.phones.held == []
    await client.call("POST", "/calls/run", {"call": CALL, "hold": True})
    assert fake.calls.phones.held == [CALL]
    assert (await client.call("POST", "/calls/end")).status == 200
    assert (fake.calls.phones.held, fake.calls.ended) == ([], ["0" * 32])
    assert fake.moves[-1] == ("default", timedelta())
