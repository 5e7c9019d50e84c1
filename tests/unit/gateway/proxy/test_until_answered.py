"""`proxy.until_answered`: what the gateway asked for a caller is over when the caller knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.support.hostile_server import HostileServer, answer, hostile_server
from tests.unit.gateway.proxy.stand_ins import MESSAGES, Proxy, proxying
from trunkline.gateway.maton.render_error import render_error
from trunkline.gateway.proxy import AskJson, DuplicateOfUnknown, serve_until_answered
from trunkline.store import Database

HEAD = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"{}"}


@pytest.fixture
async def hostile() -> AsyncIterator[HostileServer]:
    async with hostile_server() as server:
        server.says(answer("201 Created", b"{}"))
        yield server


@pytest.fixture
async def proxy(database: Database, hostile: HostileServer) -> AsyncIterator[Proxy]:
    async with proxying(database, f"http://127.0.0.1:{hostile.port}") as proxy:
        yield proxy


async def stays() -> Message:
    """A caller that waits for its answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def leaves() -> Message:
    """A caller that is not there any more."""
    return {"type": "http.disconnect"}


class Caller:
    """Asks for an action of one text."""

    def __init__(self, proxy: Proxy, method: str = "POST") -> None:
        self.proxy = proxy
        self.method = method
        self.told: list[Message] = []

    async def send(self, message: Message) -> None:
        self.told.append(message)

    async def ask(
        self, receive: Receive, after: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
            ask = AskJson(self.proxy.forward, self.proxy.catalogue)
            await ask(
                self.proxy.caller, self.proxy.connection, "POST", MESSAGES, form={"Body": "hi"}
            )
            if after is not None:
                await after()
            await send(dict(HEAD))
            await send(dict(BODY))

        scope = {"type": "http", "method": self.method}
        await serve_until_answered(app, scope, receive, self.send, render_error)


async def test_two_that_are_answered_are_two(proxy: Proxy, hostile: HostileServer) -> None:
    for _ in range(3):
        await Caller(proxy).ask(stays)
    assert len(hostile.heard) == 3


async def test_one_that_left_without_its_answer_is_not_sent_again(
    proxy: Proxy, hostile: HostileServer
) -> None:
    await Caller(proxy).ask(leaves)
    with pytest.raises(DuplicateOfUnknown) as refused:
        await Caller(proxy).ask(stays)
    assert refused.value.data["first"]["status"] == 201  # type: ignore[index]
    assert len(hostile.heard) == 1


async def test_nor_one_whose_answer_could_not_be_given(
    proxy: Proxy, hostile: HostileServer
) -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await Caller(proxy).ask(stays, fail)
    with pytest.raises(DuplicateOfUnknown):
        await Caller(proxy).ask(stays)
    assert len(hostile.heard) == 1


@pytest.mark.parametrize(("method", "status"), [("POST", 409), ("GET", 503)])
async def test_one_that_the_server_calls_off_is_told_what_is_known(
    proxy: Proxy, method: str, status: int
) -> None:
    """uvicorn would answer 500, on which clients send it again."""
    late, never = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        late.set()
        await never.wait()

    caller = Caller(proxy, method)
    task = asyncio.create_task(caller.ask(stays, wait))
    await asyncio.wait_for(late.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [message.get("status") for message in caller.told] == [status, None]
