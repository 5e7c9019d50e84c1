"""Calls/Notifications: the alerts about a call."""

from __future__ import annotations

from typing import Any

from tests.support.shapes import assert_shape, official_shape
from tests.unit.voice.calls_api.support import URL, Desk
from trunkline.store import Job


async def alert(desk: Desk, resource: str | None, code: int = 15003, level: str = "warning") -> str:
    """Record an alert; its SID."""
    made = desk.webhooks.alert(
        desk.account.account_sid[2:],
        desk.world_id,
        code,
        level=level,
        resource=resource,
        url=URL,
        method="POST",
    )
    await desk.commit.submit(Job(desk.webhooks.record, made))
    return made.sid


async def listed(desk: Desk, sid: str, **query: str) -> Any:
    answer = await desk.client.get(desk.path(f"/{sid}/Notifications.json"), **query)
    assert answer.status == 200, answer.text
    return answer.json


async def test_the_alerts_of_a_call_and_no_others(desk: Desk) -> None:
    sid, other = (await desk.made())["sid"], (await desk.made())["sid"]
    first, second = await alert(desk, sid), await alert(desk, sid, 11200, "error")
    await alert(desk, other)
    await alert(desk, None)

    page = await listed(desk, sid)

    assert [each["sid"] for each in page["notifications"]] == [second, first]
    [shown] = (await listed(desk, sid, Log="1"))["notifications"]
    path = desk.path(f"/{sid}/Notifications/{first}.json")
    assert (shown["sid"], shown["call_sid"], shown["uri"]) == (first, sid, path)
    assert_shape(page, *official_shape("api_v2010", "ListCallNotification", 200))


async def test_filters_by_day_and_pages(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    sids = [await alert(desk, sid) for _ in range(3)]
    today = str(desk.now().date())

    first = await listed(desk, sid, PageSize="2", MessageDate=today)
    second = (await desk.client.get(first["next_page_uri"])).json

    shown = [each["sid"] for page in (first, second) for each in page["notifications"]]
    assert shown == sids[::-1]
    assert (await listed(desk, sid, **{"MessageDate<": "2020-01-01"}))["notifications"] == []


async def test_one_of_them(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    made = await alert(desk, sid)
    path = desk.path(f"/{sid}/Notifications/{made}.json")

    answer = await desk.client.get(path)

    assert (answer.status, answer.json["uri"], answer.json["call_sid"]) == (200, path, sid)
    assert_shape(answer.json, *official_shape("api_v2010", "FetchCallNotification", 200))


async def test_what_is_of_no_such_call(desk: Desk) -> None:
    sid, other = (await desk.made())["sid"], (await desk.made())["sid"]
    made = await alert(desk, sid)

    for path in (
        desk.path(f"/{other}/Notifications/{made}.json"),
        desk.path(f"/CA{'0' * 32}/Notifications.json"),
        desk.path(f"/{sid}/Notifications/NO{'0' * 32}.json"),
        desk.path(f"/{sid}/Notifications/{sid}.json"),
    ):
        answer = await desk.client.get(path)
        assert answer.refusal == (404, 20404, f"The requested resource {path} was not found")
