from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.unit.control.support import SID, TOKEN, Client, FakePlatform, event, refusal
from trunkline.bus.local import BACKLOG
from trunkline.control.event_stream import EventStream


class Listener:
    """The client's side of a stream."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.put_nowait(message)

    async def next(self) -> str:
        async with asyncio.timeout(10):
            message = await self.sent.get()
        return str(message.get("body", b"").decode())


@asynccontextmanager
async def listening(client: Client, query: str = "") -> AsyncIterator[Listener]:
    """A stream that was answered and whose greeting was read."""
    listener = Listener()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/trunkline/v1/events",
        "query_string": query.encode(),
        "headers": [(b"authorization", f"Bearer {TOKEN}".encode())],
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
    }
    task = asyncio.create_task(client.app(scope, listener.receive, listener.send))
    start = await listener.sent.get()
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert await listener.next() == ": connected\n\n"
    try:
        yield listener
    finally:
        listener.gone.set()
        async with asyncio.timeout(10):
            await task


async def test_an_event_has_an_id_a_kind_and_data(client: Client, fake: FakePlatform) -> None:
    async with listening(client) as listener:
        fake.bus.publish([event()])
        told = await listener.next()
    lines = told.split("\n")
    assert lines[0] == f"id: {SID}:3"
    assert lines[1] == "event: message.sent"
    assert lines[2].startswith("data: ")
    assert lines[3:] == ["", ""]
    assert json.loads(lines[2].removeprefix("data: ")) == {
        "kind": "message.sent",
        "subject": SID,
        "seq": 3,
        "account": "AC" + "0" * 32,
        "data": {"error_code": 30003},
        "world_time": "2026-03-04T05:06:07Z",
        "real_time": "2026-03-04T05:06:07Z",
    }


async def test_a_filter_lets_through_what_is_wanted(client: Client, fake: FakePlatform) -> None:
    query = f"subject={SID}&kind=message.s&account=AC{'0' * 32}"
    async with listening(client, query) as listener:
        fake.bus.publish(
            [
                event(subject="SM" + "9" * 32),
                event(kind="message.delivered"),
                event(account="AC" + "9" * 32),
                event(world="9" * 32),
                event(kind="message.sending"),
            ]
        )
        assert "event: message.sending\n" in await listener.next()


FAILED = ["message.failed", "message.undelivered"]
OTHER = "SM" + "2" * 32
THIRD = "MM" + "3" * 32


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("from=%2B12065550100", [SID, THIRD]),
        ("to=%2B14155550123", [SID]),
        ("to=(415)+555-0123", [SID]),
        ("number=%2B14155550124", [OTHER, THIRD]),
        ("from=%2B12065550100&to=%2B14155550124", [THIRD]),
        ("to=%2B14155559999", []),
    ],
)
async def test_events_are_chosen_by_the_numbers_of_their_messages(
    client: Client, fake: FakePlatform, query: str, passes: list[str]
) -> None:
    fake.parties = {
        SID: ("+12065550100", "+14155550123"),
        OTHER: ("+14155550124", "+12065550100"),
        THIRD: ("+12065550100", "+14155550124"),
    }
    async with listening(client, query) as listener:
        gone, last = "SM" + "9" * 32, [event(kind="end", subject=sid) for sid in fake.parties]
        fake.bus.publish([event(subject=gone), *last])
        fake.bus.close()
        told = []
        while text := await listener.next():
            told.append(text)
    assert [text.split("\n")[0] for text in told] == [f"id: {sid}:3" for sid in passes]
    assert fake.looked == [sorted([gone, SID, OTHER, THIRD])]  # all of it by one query


async def test_calls_and_their_recordings_are_between_numbers_too(
    client: Client, fake: FakePlatform
) -> None:
    call, recording, other = "CA" + "1" * 32, "RE" + "2" * 32, "CA" + "3" * 32
    fake.parties = {
        call: ("+12065550100", "client:alice"),
        recording: ("+12065550100", "client:alice"),
        other: ("+12065550100", "+14155550124"),
    }
    async with listening(client, "to=client:alice") as listener:
        events = [
            event(subject=other, kind="call.ringing"),
            event(subject=call, kind="call.verb"),
            event(subject=recording, kind="recording.completed"),
            event(subject="NO" + "4" * 32, kind="alert.recorded", data={"resource": call}),
        ]
        fake.bus.publish(events)
        fake.bus.close()
        told = []
        while text := await listener.next():
            told.append(text.split("\n")[1].removeprefix("event: "))
    assert told == ["call.verb", "recording.completed", "alert.recorded"]


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("status=ringing,busy", ["call.ringing", "call.busy"]),
        ("status=failed", ["call.failed", "message.failed"]),
        ("status=queued", ["call.queued", "call.initiated"]),
        ("errors=true", ["call.failed", "message.failed"]),
    ],
)
async def test_statuses_are_those_of_messages_and_of_calls(
    client: Client, fake: FakePlatform, query: str, passes: list[str]
) -> None:
    sid = "CA" + "1" * 32
    kinds = [f"call.{each}" for each in ("queued", "initiated", "ringing", "busy", "failed")]
    async with listening(client, query) as listener:
        fake.bus.publish(
            [event(subject=sid, kind=kind, data={}) for kind in (*kinds, "call.verb")]
            + [event(kind="message.failed", data={})]
        )
        fake.bus.close()
        told = []
        while text := await listener.next():
            told.append(text.split("\n")[1].removeprefix("event: "))
    assert told == passes


async def test_an_alert_is_between_the_numbers_of_its_message(
    client: Client, fake: FakePlatform
) -> None:
    fake.parties = {SID: ("+12065550100", "+14155550123")}
    async with listening(client, "to=%2B14155550123&parties=true") as listener:
        alert = event(kind="alert.recorded", subject="NO" + "1" * 32, data={"resource": SID})
        fake.bus.publish([alert, event()])
        data = [line for line in (await listener.next()).split("\n") if line.startswith("data: ")]
        assert "event: message.sent" in await listener.next()
    told = json.loads(data[0].removeprefix("data: "))
    assert (told["kind"], told["from"], told["to"]) == (
        "alert.recorded",
        "+12065550100",
        "+14155550123",
    )
    assert fake.looked == [[SID]]


async def test_a_database_that_is_away_for_a_moment_costs_no_event(
    client: Client, fake: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.control.event_filter.PATIENCE", 0)
    fake.parties = {SID: ("+12065550100", "+14155550123")}
    fake.away = 3
    async with listening(client, "to=%2B14155550123") as listener:
        fake.bus.publish([event()])
        assert "event: message.sent" in await listener.next()
    assert fake.away == 0


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("status=sent", ["message.sent"]),
        ("status=failed,undelivered", FAILED),
        ("errors=true", [*FAILED, "webhook.failed", "alert.recorded"]),
        ("webhooks=true", ["webhook.delivered", "webhook.failed"]),
        ("webhooks=false&errors=true", [*FAILED, "alert.recorded"]),
        ("webhooks=true&errors=true", ["webhook.failed"]),
    ],
)
async def test_events_are_chosen_by_what_happened(
    client: Client, fake: FakePlatform, query: str, passes: list[str]
) -> None:
    kinds = ["message.sent", "message.failed", "message.undelivered", "webhook.delivered"]
    kinds += ["webhook.failed", "alert.recorded"]
    async with listening(client, query) as listener:
        fake.bus.publish([event(kind=kind, data={}) for kind in kinds])
        fake.bus.close()
        told = []
        while text := await listener.next():
            told.append(text.split("\n")[1].removeprefix("event: "))
    assert told == passes


async def test_what_has_an_error_code_counts_as_an_error(
    client: Client, fake: FakePlatform
) -> None:
    async with listening(client, "errors=true") as listener:
        ok = {"status": 200}
        fake.bus.publish(
            [
                event(kind="webhook.delivered", data=ok),
                event(kind="webhook.delivered", data=ok | {"error_code": 11200}),
            ]
        )
        assert '"error_code":11200' in await listener.next()


async def test_a_status_that_no_message_has_is_refused(client: Client) -> None:
    assert refusal(await client.get("/events?status=sent,lost")) == (422, "invalid_parameter")


async def test_the_stream_ends_when_the_bus_closes(client: Client, fake: FakePlatform) -> None:
    async with listening(client) as listener:
        fake.bus.publish([event()])
        fake.bus.close()
        assert "event: message.sent" in await listener.next()
        async with asyncio.timeout(10):
            end = await listener.sent.get()
    assert end == {"type": "http.response.body", "body": b""}


async def test_nobody_listens_once_the_client_is_gone(client: Client, fake: FakePlatform) -> None:
    async with listening(client):
        assert fake.bus.is_heard
    assert not fake.bus.is_heard


async def test_a_slow_client_is_told_what_it_missed(client: Client, fake: FakePlatform) -> None:
    async with listening(client) as listener:
        fake.bus.publish([event()] * (BACKLOG + 7))
        assert await listener.next() == 'event: lost\ndata: {"lost":7}\n\n'
        assert "event: message.sent" in await listener.next()


async def test_a_quiet_stream_is_kept_alive(fake: FakePlatform) -> None:
    listener = Listener()
    stream = EventStream(fake.bus.subscribe, heartbeat=0.001)
    task = asyncio.create_task(stream.send(listener.receive, listener.send))
    await listener.sent.get()
    assert await listener.next() == ": connected\n\n"
    assert await listener.next() == ": waiting\n\n"
    listener.gone.set()
    await task
