"""The debugger webhook: alerts are told to a URL of the account."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.webhooks.alerts.support import (
    MESSAGE,
    RECEIVED,
    SENT,
    AnExchange,
    World,
    a_delivery,
)
from trunkline.clock import RealClock
from trunkline.rest.dates import iso8601
from trunkline.store import Job
from trunkline.webhooks.alerts.debugger import DebuggerRequests, SendToDebugger
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.read_request import ReadRequest
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.kinds import DeliveryKind
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.works import DueDeliveries

URL = "https://me:pw@debug.example/alerts#rc=2"


def debugger(world: World) -> DebuggerRequests:
    return DebuggerRequests(world.database, ReadRequest(world.database, world.renders))


async def told(world: World) -> tuple[dict[str, str], dict[str, Any]]:
    """What the last request in the queue tells, and its payload."""
    sent = await debugger(world).parameters(world.queue.put[-1])
    assert sent is not None
    form = dict(sent)
    return form, json.loads(form["Payload"])


async def failed(world: World, **columns: Any) -> Alert:
    exchange = AnExchange(
        url="https://app.example/sms", status=405, error=11200, reason="It answered 405."
    )
    delivery = await world.delivery(**columns)
    return await world.recorded(11200, delivery=delivery, exchange=exchange)


async def test_an_alert_is_told_to_the_debugger(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    alert = await failed(world, token="0123456789abcdef" * 2)
    (request,) = world.queue.put
    assert (request.kind, request.subject) == ("debugger", alert.sid)
    assert (request.url, request.method) == (URL, "POST")
    assert (request.account_id, request.world_id) == (world.account_id, world.world_id)
    form, payload = await told(world)
    assert {name: value for name, value in form.items() if name != "Payload"} == {
        "ParentAccountSid": "",
        "Level": "Error",
        "Timestamp": iso8601(alert.created_at),
        "PayloadType": "application/json",
        "AccountSid": world.account.account_sid,
        "Sid": alert.sid,
    }
    assert payload == {
        "resource_sid": MESSAGE,
        "service_sid": None,
        "error_code": "11200",
        "more_info": {
            "Msg": "It answered 405.",
            "sourceComponent": "14100",
            "ErrorCode": "11200",
            "httpResponse": "405",
            "url": "https://app.example/sms",
            "LogLevel": "ERROR",
        },
        "webhook": {
            "type": "application/json",
            "request": {
                "url": "https://app.example/sms",
                "method": "POST",
                "headers": {
                    "I-Twilio-Idempotency-Token": "01234567-89ab-cdef-0123-456789abcdef",
                    "X-Twilio-Signature": "c2lnbmF0dXJl",
                },
                "parameters": dict(SENT),
            },
            "response": {"status_code": 405, "headers": dict(RECEIVED), "body": "<h1>Nö</h1>"},
        },
    }


async def test_the_request_is_in_the_queue_once_the_alert_is_recorded(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    heard: list[Delivery] = []
    due = DueDeliveries(world.sids.new_id(), heard.extend)
    make = MakeDelivery(world.sids, world.worlds, RealClock())
    record = RecordAlerts([SendToDebugger(world.accounts, due, make)])
    alert = world.alert(world.account_id, world.world_id, 11200)
    await world.commit.submit(Job(record, alert))
    row = await world.database.fetchrow(
        "SELECT * FROM deliveries_due WHERE subject_id = $1", alert.sid[2:]
    )
    assert row is not None
    assert (row["subject_kind"], row["kind"], row["url"]) == ("NO", "debugger", URL)
    assert [(request.id, request.subject) for request in heard] == [(row["id"].hex, alert.sid)]


async def test_nothing_is_sent_where_no_debugger_is_set(world: World) -> None:
    await failed(world)
    assert world.queue.put == []


async def test_every_alert_of_a_commit_is_told_in_its_order(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    sub = (await world.subaccount())["sid"][2:]
    made = [
        world.alert(account_id, world.world_id, 11200)
        for account_id in (world.account_id, sub, world.account_id)
    ]
    await world.commit.submit(*(Job(world.record, alert) for alert in made))
    assert [request.subject for request in world.queue.put] == [alert.sid for alert in made]
    numbers = [request.id for request in world.queue.put]
    assert numbers == sorted(set(numbers))


async def test_a_parent_hears_of_its_subaccounts_and_signs(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    sub = (await world.subaccount())["sid"]
    await world.recorded(12200, account_id=sub[2:])
    assert (world.queue.put[-1].url, world.queue.put[-1].account_id) == (URL, world.account_id)
    form, _ = await told(world)
    assert form["AccountSid"] == sub
    assert form["ParentAccountSid"] == world.account.account_sid
    assert form["Level"] == "Warning"

    await world.accounts.set(sub, debugger_url="https://own.example")
    await world.recorded(12200, account_id=sub[2:])
    assert (world.queue.put[-1].url, world.queue.put[-1].account_id) == (
        "https://own.example",
        sub[2:],
    )
    form, _ = await told(world)
    assert form["ParentAccountSid"] == world.account.account_sid


async def test_a_change_of_the_url_counts_from_the_next_alert_on(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    await world.recorded(11200)
    await world.accounts.set(world.account.account_sid, debugger_url="https://new.example")
    await world.recorded(11200)
    await world.accounts.set(world.account.account_sid, debugger_url=None)
    await world.recorded(11200)
    assert [request.url for request in world.queue.put] == [URL, "https://new.example"]


async def test_an_alert_without_a_request_is_told_in_the_same_shape(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    await world.recorded(30003, resource=MESSAGE, message="Unreachable destination handset")
    _, payload = await told(world)
    assert payload["more_info"]["Msg"] == "Unreachable destination handset"
    assert payload["webhook"] == {
        "type": "application/json",
        "request": {"url": None, "method": None, "headers": {}, "parameters": {}},
        "response": {"status_code": None, "headers": {}, "body": ""},
    }


async def test_the_text_of_a_deleted_message_is_not_told(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    await failed(world)
    world.renders.deleted.add(MESSAGE)
    _, payload = await told(world)
    assert payload["webhook"]["request"]["parameters"] == {}
    assert payload["webhook"]["response"]["body"] == ""


async def test_a_huge_answer_is_cut(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    await failed(world, response_body=b"<" * 65_537)
    _, payload = await told(world)
    assert payload["webhook"]["response"]["body"] == "<" * 5_000


async def test_an_alert_that_is_gone_is_not_told(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    await failed(world)
    await world.database.execute("DELETE FROM alerts WHERE account_id = $1", world.account_id)
    assert await debugger(world).parameters(world.queue.put[-1]) is None


async def test_a_debugger_that_fails_brings_about_nothing(world: World) -> None:
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    await failed(world)
    kind: DeliveryKind = debugger(world)
    exchange: Any = AnExchange(url=URL, status=500, error=11200, reason="It answered 500.")
    completion = await kind.complete(world.queue.put[-1], exchange)
    assert (completion.jobs, completion.follow, completion.alerts) == ([], [], [])
    assert not kind.reads_body


async def test_an_alert_about_an_alert_is_not_told(world: World) -> None:
    """Whoever might make one of a failing debugger: it would go to that debugger again."""
    await world.accounts.set(world.account.account_sid, debugger_url=URL)
    first = await failed(world)
    about = a_delivery(
        world.sids, world.account_id, world.world_id, subject=first.sid, kind="debugger"
    )
    second = await world.recorded(11200, delivery=about)
    assert second.resource == first.sid
    assert [request.subject for request in world.queue.put] == [first.sid]
