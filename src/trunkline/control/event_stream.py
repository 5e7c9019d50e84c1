"""Events of the bus as server-sent events (https://html.spec.whatwg.org/#server-sent-events)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from trunkline.bus import Event
from trunkline.bus.local import Subscription
from trunkline.control.body import Receive
from trunkline.control.event_filter import Choose

__all__ = ["HEARTBEAT_SECONDS", "EventStream", "event_data"]

HEARTBEAT_SECONDS = 15.0
BATCH = 500  # events of which the numbers are asked for at once
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
encoder = msgspec.json.Encoder()


class EventStream:
    """An answer that lasts until the client goes away or the bus is closed.

    A comment comes at once, so that the client knows that nothing is missed from here on, and
    every `heartbeat` seconds, so that whatever lies between keeps the connection. A client that
    does not read fast enough is told by an event `lost` how many events it missed. `choose` says
    which events pass, and between which numbers they are; `parties` tells these, too.
    """

    def __init__(
        self,
        subscribe: Callable[[], AbstractContextManager[Subscription]],
        heartbeat: float = HEARTBEAT_SECONDS,
        *,
        choose: Choose | None = None,
        parties: bool = False,
    ) -> None:
        self._subscribe = subscribe
        self._heartbeat = heartbeat
        self._choose = choose
        self._parties = parties

    async def send(self, receive: Receive, send: Send) -> None:
        """Stream until the end."""
        with self._subscribe() as subscription:
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [
                        (b"content-type", b"text/event-stream; charset=utf-8"),
                        (b"cache-control", b"no-store"),
                        (b"x-accel-buffering", b"no"),
                    ],
                }
            )
            await _chunk(send, b": connected\n\n")
            tasks = [
                asyncio.create_task(self._events(subscription, send)),
                asyncio.create_task(self._beat(send)),
                asyncio.create_task(_gone(receive)),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await send({"type": "http.response.body", "body": b""})

    async def _events(self, subscription: Subscription, send: Send) -> None:
        told = 0
        while events := await subscription.batch(BATCH):
            if subscription.lost > told:
                data = encoder.encode({"lost": subscription.lost - told})
                told = subscription.lost
                await _chunk(send, b"event: lost\ndata: " + data + b"\n\n")
            if self._choose is None:
                for event in events:
                    await _chunk(send, _rendered(event, {}))
                continue
            for event, parties in await self._choose(events):
                more = {"from": parties[0], "to": parties[1]} if self._parties and parties else {}
                await _chunk(send, _rendered(event, more))

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            await _chunk(send, b": waiting\n\n")


def event_data(event: Event) -> dict[str, Any]:
    """An event as the stream shows it. The world is the one that was asked for."""
    return {
        "kind": event.kind,
        "subject": event.subject,
        "seq": event.seq,
        "account": event.account,
        "data": event.data,
        "world_time": event.world_time,
        "real_time": event.real_time,
    }


def _rendered(event: Event, more: dict[str, Any]) -> bytes:
    # JSON in one line, and names without line ends: nothing can break out of its field.
    head = f"id: {event.subject}:{event.seq}\nevent: {event.kind}\ndata: "
    return head.encode() + encoder.encode(event_data(event) | more) + b"\n\n"


async def _chunk(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
