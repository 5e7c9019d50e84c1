"""FetchCall and ListCall: what is shown, and which calls (6.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.shapes import assert_shape, official_shape
from tests.unit.voice.calls_api.support import NUMBER, PHONE, Desk

OTHER = "+15558675310"


async def test_a_call_that_rings_is_shown_so_and_an_initiated_one_as_queued(desk: Desk) -> None:
    sid = (await desk.made())["sid"]

    await desk.sessions.move(sid, "initiated", started_at=desk.now(), queue_ms=40)
    first = await desk.fetch(sid)
    await desk.sessions.move(sid, "ringing")
    second = await desk.fetch(sid)

    assert (first["status"], second["status"]) == ("queued", "ringing")
    assert first["queue_time"] == "40"
    assert first["start_time"] is not None
    assert second["duration"] is None


async def test_a_call_that_was_completed(desk: Desk) -> None:
    sid = await desk.ended()

    fetched = await desk.fetch(sid)

    assert (fetched["status"], fetched["duration"]) == ("completed", "15")
    assert fetched["end_time"] is not None
    assert fetched["price"] is None
    assert_shape(fetched, *official_shape("api_v2010", "FetchCall", 200))


async def test_what_is_not_there(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    subaccount = (await desk.client.post("/2010-04-01/Accounts.json")).json["sid"]

    for path in (
        desk.path(f"/CA{'0' * 32}.json"),
        desk.path(f"/SM{sid[2:]}.json"),
        desk.path(f"/{sid}.json", subaccount),
    ):
        answer = await desk.client.get(path)
        assert answer.refusal == (404, 20404, f"The requested resource {path} was not found")


async def test_a_sid_in_capitals_names_the_call(desk: Desk) -> None:
    sid = (await desk.made())["sid"]

    assert (await desk.fetch("CA" + sid[2:].upper()))["sid"] == sid


async def test_the_list_is_newest_first_and_has_the_official_shape(desk: Desk) -> None:
    sids = [(await desk.made())["sid"] for _ in range(3)]

    answer = await desk.client.get(desk.path(".json"), PageSize="2")

    assert [call["sid"] for call in answer.json["calls"]] == sids[:0:-1]
    assert answer.json["calls"][0] == await desk.fetch(sids[2])
    assert_shape(answer.json, *official_shape("api_v2010", "ListCall", 200))
    following = await desk.client.get(answer.json["next_page_uri"])
    assert [call["sid"] for call in following.json["calls"]] == sids[:1]
    assert following.json["next_page_uri"] is None


async def test_pages_of_another_account_lead_nowhere(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    subaccount = (await desk.client.post("/2010-04-01/Accounts.json")).json["sid"]

    answer = await desk.client.get(desk.path(".json", subaccount), PageToken="PA" + sid)

    assert answer.json["code"] == 21481


async def test_filters_by_party_and_status(desk: Desk) -> None:
    first = (await desk.made())["sid"]
    second = (await desk.made(To=OTHER))["sid"]
    client = (await desk.made(To="client:joey"))["sid"]
    await desk.sessions.move(second, "initiated")

    assert await desk.listed(To="(555) 867-5310") == [second]
    assert await desk.listed(To="client:joey") == [client]
    assert await desk.listed(To=PHONE, From="415-555-0100") == [first]
    assert await desk.listed(From=OTHER) == []
    assert await desk.listed(Status="queued") == [client, second, first]
    assert await desk.listed(Status="ringing") == []
    await desk.sessions.move(second, "ringing")
    assert await desk.listed(Status="ringing") == [second]
    assert await desk.listed(Status="", To="") == [client, second, first]


async def test_filters_by_parent(desk: Desk) -> None:
    parent, child = (await desk.made())["sid"], (await desk.made())["sid"]
    await desk.database.execute(
        "UPDATE calls SET parent_id = $2, direction = 'outbound-dial' WHERE id = $1",
        child[2:],
        parent[2:],
    )

    assert await desk.listed(ParentCallSid=parent) == [child]
    assert (await desk.fetch(child))["parent_call_sid"] == parent


async def test_filters_by_time(desk: Desk) -> None:
    sid, waiting = (await desk.made())["sid"], (await desk.made())["sid"]
    now = desk.now()
    await desk.sessions.move(sid, "initiated", "busy", started_at=now, ended_at=now)
    today, day = now.date(), timedelta(days=1)

    for name in ("StartTime", "EndTime"):
        assert await desk.listed(**{name: f"{today}"}) == [sid]
        assert await desk.listed(**{name: f"{today}T00:00:00Z"}) == [sid]
        assert await desk.listed(**{f"{name}>": f"{today}", f"{name}<": f"{today}"}) == [sid]
        assert await desk.listed(**{f"{name}>": f"{today + day}"}) == []
        assert await desk.listed(**{f"{name}<": f"{today - day}"}) == []
    assert await desk.listed() == [waiting, sid]


@pytest.mark.parametrize(
    "query",
    [{"Status": "asleep"}, {"StartTime": "soon"}, {"ParentCallSid": "x"}, {"To": "x" * 2000}],
    ids=str,
)
async def test_filters_that_are_none(desk: Desk, query: dict[str, str]) -> None:
    answer = await desk.client.get(desk.path(".json"), **query)

    assert (answer.status, answer.json["code"]) == (400, 20422)


async def test_a_list_in_xml(desk: Desk) -> None:
    await desk.made()

    answer = await desk.client.get(desk.path(), PageSize="1")

    assert '<TwilioResponse><Calls page="0" pagesize="1"' in answer.text
    assert f"<Call><AccountSid>{desk.account.account_sid}</AccountSid>" in answer.text
    assert f"<From>{NUMBER}</From>" in answer.text
