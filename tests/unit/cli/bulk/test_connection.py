from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from trunkline.cli.bulk.connection import IDLE, Connections, Unanswered, Unreachable

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk, seconds: float = 20.0) -> AsyncIterator[Connections]:
    """A server that talks so on each connection, and connections to it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    made = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = made.sockets[0].getsockname()[1]
    connections = Connections(lambda: ("127.0.0.1", port), seconds=seconds)
    try:
        yield connections
    finally:
        connections.close()
        made.close()
        await made.wait_closed()


def answering(*answers: bytes) -> tuple[Talk, list[int]]:
    """One answer for each request of a connection; the requests of each connection are counted."""
    counted: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counted.append(0)
        place = len(counted) - 1
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            counted[place] += 1
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return talk, counted


async def test_a_connection_is_used_again() -> None:
    talk, counted = answering(OK, OK, OK)
    async with server(talk) as connections:
        for _ in range(3):
            found = await connections.exchange(REQUEST)
            assert (found.status, found.body, found.headers["x-a"]) == (200, b"hi", "b")
    assert counted == [3]


async def test_requests_at_once_have_connections_of_their_own() -> None:
    talk, counted = answering(OK)
    async with server(talk) as connections:
        await asyncio.gather(*(connections.exchange(REQUEST) for _ in range(4)))
    assert counted == [1, 1, 1, 1]


async def test_an_answer_may_come_in_pieces_and_after_a_first_one() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for piece in (b"HTTP/1.1 100 Continue\r\n\r\n", head, b"2\r\nhi\r\n", b"0\r\n\r\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read()

    async with server(talk) as connections:
        found = await connections.exchange(REQUEST)
    assert (found.status, found.body) == (200, b"hi")


async def test_a_connection_that_is_to_end_is_not_used_again() -> None:
    talk, counted = answering(OK.replace(b"X-A: b", b"Connection: close"))
    async with server(talk) as connections:
        for _ in range(2):
            assert (await connections.exchange(REQUEST)).status == 200
    assert counted == [1, 1]


async def test_a_connection_that_was_idle_for_long_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talk, counted = answering(OK, OK)
    async with server(talk) as connections:
        await connections.exchange(REQUEST)
        loop = asyncio.get_running_loop()
        later = loop.time() + IDLE + 1
        with monkeypatch.context() as patched:
            patched.setattr(loop, "time", lambda: later)
            taken = await connections._take()
        taken.close()
    assert counted == [1, 0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", "the connection broke"),
        (b"nonsense\r\n\r\n", "the answer is no HTTP"),
    ],
)
async def test_a_request_without_a_whole_answer_is_in_doubt(answer: bytes, told: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with server(talk) as connections:
        with pytest.raises(Unanswered, match=told):
            await connections.exchange(REQUEST)


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(silent, seconds=0.01) as connections:
        with pytest.raises(Unanswered, match="no answer came in time"):
            await connections.exchange(REQUEST)


async def test_where_nobody_listens_nothing_is_sent() -> None:
    async with server(answering()[0]) as connections:
        pass
    with pytest.raises(Unreachable, match=r"refused|Connect call failed"):
        await connections.exchange(REQUEST)
