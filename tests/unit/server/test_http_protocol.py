"""The head of a request: bounded in size and in time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from uvicorn.server import ServerState

from trunkline.server import http_protocol
from trunkline.server.http_protocol import BoundedHttp

SHORT = 0.1  # seconds


async def app(_scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    length = str(len(body)).encode()
    headers = [(b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest_asyncio.fixture(loop_scope="session")
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", SHORT)
    config = uvicorn.Config(app, http=BoundedHttp, ws="none", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttp(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.gather(*state.tasks, return_exceptions=True)
    await server.wait_closed()


async def talk(port: int, *parts: bytes) -> bytes:
    """Send the parts, and return all that comes until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def refusal(answer: bytes) -> tuple[int, int]:
    head, _, body = answer.rpartition(b"\r\n\r\n")
    told = json.loads(body)
    assert head.split(b" ")[1] == str(told["status"]).encode()
    return told["status"], told["code"]


async def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    assert await talk(port) == b""


async def test_a_head_that_is_never_completed_is_refused(port: int) -> None:
    assert refusal(await talk(port, b"GET / HTTP/1.1\r\nHost: a\r\n")) == (408, 20408)


async def test_the_second_request_of_a_connection_may_not_dawdle_either(port: int) -> None:
    complete = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    answer = await talk(port, complete, b"GET / HTTP/1.1\r\nHo")
    assert answer.startswith(b"HTTP/1.1 200")
    assert refusal(answer[answer.index(b"hiHTTP/1.1") + 2 :]) == (408, 20408)


async def test_a_body_may_take_longer_than_a_head(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 2 * SHORT)
    writer.write(b"hi")
    assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"\r\n\r\nhi")
    writer.close()
    await writer.wait_closed()


async def test_a_head_without_end_is_refused(port: int) -> None:
    line = b"X-Padding: " + b"x" * 1000 + b"\r\n"
    parts = [b"GET / HTTP/1.1\r\nHost: a\r\n", *[line * 10] * 10]
    assert refusal(await talk(port, *parts)) == (431, 20431)


async def test_what_is_no_http_is_refused_in_twilios_form(port: int) -> None:
    assert refusal(await talk(port, b"HELO example.com\r\n\r\n")) == (400, 20400)


async def test_a_request_in_pieces_is_answered(port: int) -> None:
    request = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
    answer = await talk(port, *(request[n : n + 1] for n in range(len(request))))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\nhi")
