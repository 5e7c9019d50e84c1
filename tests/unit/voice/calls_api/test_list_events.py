"""Calls/Events: the request that made the call, and those to the app."""

from __future__ import annotations

import copy
from typing import Any

from tests.support.shapes import assert_shape, official_shape
from tests.unit.voice.calls_api.support import NUMBER, PHONE, URL, Desk
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery, Parameters

INSERT = """
INSERT INTO deliveries (id, token, subject_id, subject_kind, account_id, world_id, kind, url,
    method, data, outcome, status, attempts, response_headers, response_body, created_at,
    real_time, finished_at, ended_at)
VALUES ($1, $1, $2, $3, $4, $5, 'call.document', $6, 'POST', $7, 'delivered', $8, $9, $10, $11,
    $12, $12, $12, $12)
"""


class Documents:
    """A kind of request that renders its parameters of its data."""

    reads_body = True

    def conversation(self, parameters: Parameters) -> None:
        return None

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        return [("CallSid", delivery.subject), ("FinishedOnKey", delivery.data["key"])]

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        return Completion()


async def request(
    desk: Desk, sid: str, *, key: str = "#", status: int | None = 200, kind: str = "CA"
) -> None:
    """A request about the call that has ended."""
    desk.webhooks.kinds["call.document"] = Documents()
    attempts = [{"url": URL, "started_at": "2026-01-01T00:00:00Z", "ms": ms} for ms in (20, 5)]
    answered = status is not None
    await desk.database.execute(
        INSERT,
        desk.sids.new_id(),
        sid[2:],
        kind,
        desk.account.account_sid[2:],
        desk.world_id,
        "https://jo:secret@example.com/voice#rc=2",
        {"key": key},
        status,
        attempts,
        [["Content-Type", "text/xml"]] if answered else None,
        b"<Response/>" if answered else None,
        desk.now(),
    )


async def events(desk: Desk, sid: str, **query: str) -> Any:
    answer = await desk.client.get(desk.path(f"/{sid}/Events.json"), **query)
    assert answer.status == 200, answer.text
    return answer.json


async def test_the_request_that_made_the_call(desk: Desk) -> None:
    made = await desk.made(Timeout="55", Url="https://jo:secret@example.com/voice")

    listed = await events(desk, made["sid"])

    account = desk.account.account_sid
    assert listed["events"] == [
        {
            "request": {
                "method": "POST",
                "url": f"https://api.twilio.com{made['uri']}",
                "parameters": {
                    "account_sid": account,
                    "from": NUMBER,
                    "to": PHONE,
                    "timeout": "55",
                    "time_limit": "14400",
                    "url": "https://example.com/voice",
                    "method": "POST",
                },
            },
            "response": {
                "response_code": 201,
                "request_duration": 0,
                "content_type": "application/json",
                "response_body": f'{{"sid": "{made["sid"]}"}}',
                "date_created": made["date_created"],
            },
        }
    ]
    example, schema = copy.deepcopy(official_shape("api_v2010", "ListCallEvent", 200))
    for each in (example, listed):
        each["events"][0]["request"]["parameters"] = {}
    assert_shape(listed, example, schema)


async def test_requests_to_the_app_are_newest_first(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    await request(desk, sid, key="1")
    await request(desk, sid, key="2", status=None)
    await request(desk, "SM" + sid[2:], kind="SM")

    listed = (await events(desk, sid))["events"]

    asked = [each["request"]["parameters"].get("finished_on_key") for each in listed]
    assert asked == ["2", "1", None]
    assert listed[1]["request"]["url"] == "https://example.com/voice"
    assert listed[1]["request"]["parameters"]["call_sid"] == sid
    assert listed[1]["response"] | {"date_created": None} == {
        "response_code": 200,
        "request_duration": 25,
        "content_type": "text/xml",
        "response_body": "<Response/>",
        "date_created": None,
    }
    assert listed[0]["response"]["response_code"] == 502
    assert listed[0]["response"]["response_body"] is None


async def test_pages(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    for key in "123":
        await request(desk, sid, key=key)

    first = await events(desk, sid, PageSize="3")
    second = (await desk.client.get(first["next_page_uri"])).json
    back = (await desk.client.get(second["previous_page_uri"])).json

    assert [len(page["events"]) for page in (first, second, back)] == [3, 1, 3]
    assert second["events"][0]["response"]["response_code"] == 201
    assert second["next_page_uri"] is None
    assert back["events"] == first["events"]
    assert (await events(desk, sid, PageSize="3", Page="1"))["events"] == second["events"]
    assert (await events(desk, sid, PageSize="3", Page="2"))["events"] == []


async def test_calls_that_nobody_asked_for_by_the_api_have_no_such_request(desk: Desk) -> None:
    sid = (await desk.made())["sid"]
    await desk.database.execute("UPDATE calls SET direction = 'inbound' WHERE id = $1", sid[2:])

    assert (await events(desk, sid))["events"] == []


async def test_no_such_call(desk: Desk) -> None:
    path = desk.path(f"/CA{'0' * 32}/Events.json")

    answer = await desk.client.get(path)

    assert answer.refusal == (404, 20404, f"The requested resource {path} was not found")


async def test_a_token_of_another_list(desk: Desk) -> None:
    sid = (await desk.made())["sid"]

    answer = await desk.client.get(desk.path(f"/{sid}/Events.json"), PageToken="PA" + sid)

    assert answer.json["code"] == 21481


async def test_nothing_of_the_answers_is_left_of_a_deleted_call(desk: Desk) -> None:
    sid = await desk.ended()
    await request(desk, sid)

    await desk.client.delete(desk.path(f"/{sid}.json"))

    row = await desk.database.fetchrow("SELECT * FROM deliveries WHERE subject_id = $1", sid[2:])
    assert row is not None
    assert (row["response_body"], row["response_headers"]) == (None, None)
