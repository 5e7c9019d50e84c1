"""Alerts in the form of the 2010 API."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from tests.support.shapes import assert_shape, official_shape
from tests.unit.webhooks.alerts.support import MESSAGE, AnExchange, World
from trunkline.rest.dates import rfc2822

CALL = "CA" + "0c" * 16


def notifications(world: World, rest: str = ".json") -> str:
    return f"/2010-04-01/Accounts/{world.account.account_sid}/Notifications{rest}"


async def listed(world: World, **query: str) -> list[str]:
    answer = await world.client().get(notifications(world), **query)
    assert answer.status == 200, answer.text
    return [one["sid"] for one in answer.json["notifications"]]


async def test_a_notification_has_the_official_shape(world: World) -> None:
    alert = await world.recorded(
        11200,
        resource=CALL,
        delivery=await world.delivery(),
        exchange=AnExchange(url="https://app.example/voice", status=500, error=11200),
    )
    fetched = await world.client().get(notifications(world, f"/{alert.sid}.json"))
    assert fetched.status == 200
    example, schema = official_shape("api_v2010", "FetchNotification", 200)
    assert_shape(fetched.json, example, schema)
    assert list(fetched.json) == list(example)

    page = await world.client().get(notifications(world))
    example, schema = official_shape("api_v2010", "ListNotification", 200)
    assert_shape(page.json, example, schema)
    assert list(page.json["notifications"][0]) == list(example["notifications"][0])


async def test_it_is_the_same_record_as_the_alert(world: World) -> None:
    alert = await world.recorded(12200, delivery=await world.delivery())
    shown = (await world.client().get(notifications(world, f"/{alert.sid}.json"))).json
    other = (await world.monitor().get(f"/v1/Alerts/{alert.sid}")).json
    assert shown["message_text"] == other["alert_text"]
    for name in (
        "sid",
        "account_sid",
        "error_code",
        "more_info",
        "request_method",
        "request_url",
        "request_variables",
        "response_headers",
        "response_body",
    ):
        assert shown[name] == other[name], name
    assert shown["log"] == "1"
    assert shown["message_date"] == shown["date_created"] == rfc2822(alert.created_at)
    assert shown["uri"] == notifications(world, f"/{alert.sid}.json")


async def test_only_a_call_is_a_call(world: World) -> None:
    for resource, call in ((CALL, CALL), (MESSAGE, None), (None, None)):
        alert = await world.recorded(11200, resource=resource)
        shown = (await world.client().get(notifications(world, f"/{alert.sid}.json"))).json
        assert shown["call_sid"] == call


async def test_errors_and_warnings_are_told_apart(world: World) -> None:
    error, warning = await world.recorded(11200), await world.recorded(14103)
    assert await listed(world) == [warning.sid, error.sid]
    assert await listed(world, Log="0") == [error.sid]
    assert await listed(world, Log="1") == [warning.sid]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Log", "2", "out of range"),
        ("Log", "error", "not a whole number"),
        ("MessageDate", "x", "not a date"),
        ("MessageDate<", "2024-02-30", "not a date"),
        ("MessageDate>", "1", "not a date"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(
    world: World, name: str, value: str, reason: str
) -> None:
    answer = await world.client().get(notifications(world), **{name: value})
    assert answer.refusal == (400, 20422, f"Invalid parameter {name}: {reason}")


async def test_notifications_are_found_by_day(world: World) -> None:
    clock = world.worlds.clock(world.world_id)
    start = clock.now().replace(hour=12) + timedelta(days=1)
    made = []
    for days in range(3):
        clock.hold(start + timedelta(days=days))
        made.append((await world.recorded(11200)).sid)
    first, second, third = made
    day = f"{start + timedelta(days=1):%Y-%m-%d}"
    assert await listed(world, MessageDate=day) == [second]
    assert await listed(world, **{"MessageDate<": day}) == [second, first]
    assert await listed(world, **{"MessageDate>": day}) == [third, second]
    assert await listed(world, **{"MessageDate<": day, "MessageDate>": day}) == [second]


async def test_a_notification_in_xml(world: World) -> None:
    alert = await world.recorded(
        11200, resource=MESSAGE, delivery=await world.delivery(response_body=b"\x00<b>&</b>")
    )
    answer = await world.client().get(notifications(world, f"/{alert.sid}"))
    shown = ElementTree.fromstring(answer.text)[0]
    assert shown.tag == "Notification"
    assert shown.findtext("Sid") == alert.sid
    assert shown.findtext("ErrorCode") == "11200"
    assert shown.findtext("Log") == "0"
    assert shown.findtext("CallSid") == ""
    assert shown.findtext("ResponseBody") == "<b>&</b>"

    answer = await world.client().get(notifications(world, ".xml"))
    page = ElementTree.fromstring(answer.text)[0]
    assert (page.tag, page.attrib["pagesize"]) == ("Notifications", "50")
    assert [(one.tag, one.findtext("Sid")) for one in page] == [("Notification", alert.sid)]


async def test_a_parent_reads_those_of_a_subaccount_under_its_own_sid(world: World) -> None:
    sub = await world.subaccount()
    alert = await world.recorded(11200, account_id=sub["sid"][2:])
    theirs = f"/2010-04-01/Accounts/{sub['sid']}/Notifications"
    page = (await world.client().get(f"{theirs}.json")).json
    assert [one["sid"] for one in page["notifications"]] == [alert.sid]
    assert (await world.client().get(f"{theirs}/{alert.sid}.json")).status == 200

    path = notifications(world, f"/{alert.sid}.json")
    assert await listed(world) == []
    assert (await world.client().get(path)).refusal == (
        404,
        20404,
        f"The requested resource {path} was not found",
    )
    own = await world.client().get(notifications(world), PageToken=f"PA{alert.sid}")
    assert own.refusal == (400, 21481, "Invalid PageToken")
