"""One connection, fed with bytes instead of a network."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.http.client_errors import BadAnswer, Closed, Silent
from trunkline.webhooks.http.connection import MOST_HELD, Connection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"


class Wire:
    """A transport that goes nowhere, and a connection on it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = self.reading = False
        self.open = False
        self.connection = Connection(asyncio.get_running_loop(), "http://a", self._changed)
        self.reading = True
        self.connection.connection_made(self)  # type: ignore[arg-type]

    def _changed(self, _: Connection, is_open: bool) -> None:
        self.open = is_open

    def get_extra_info(self, _: str) -> Any:
        return ("192.0.2.1", 80)

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def ask(self, patience: float | None = None, deaf: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self.connection.ask(b"GET /", patience=patience, deaf=deaf))


async def body(connection: Connection) -> bytes:
    """All of it."""
    read = b""
    while data := await connection.more():
        read += data
    return read


async def test_an_exchange_and_the_next() -> None:
    wire = Wire()
    for _ in range(3):
        asking = wire.ask()
        await asyncio.sleep(0)
        assert not wire.connection.heard
        wire.connection.data_received(OK)
        await asking
        assert wire.connection.heard
        assert wire.connection.reader.status == 200
        assert await body(wire.connection) == b"hello"
        assert wire.connection.usable
        wire.connection.rest()
        wire.connection.again()

    assert wire.written == [b"GET /"] * 3
    assert wire.connection.address == "192.0.2.1"


@given(st.lists(st.integers(1, len(OK) - 1), max_size=5))
async def test_a_body_is_the_same_in_whatever_pieces_it_comes(places: list[int]) -> None:
    wire = Wire()
    asking = wire.ask()
    ends = sorted({*places, len(OK)})
    for begin, end in zip([0, *ends], ends, strict=False):
        await asyncio.sleep(0)
        wire.connection.data_received(OK[begin:end])
    await asking

    assert await body(wire.connection) == b"hello"


async def test_a_body_may_end_with_the_connection() -> None:
    wire = Wire()
    asking = wire.ask()
    await asyncio.sleep(0)
    wire.connection.data_received(b"HTTP/1.1 200 OK\r\n\r\nhel")
    await asking
    reading = asyncio.create_task(body(wire.connection))
    await asyncio.sleep(0)
    wire.connection.data_received(b"lo")
    wire.connection.connection_lost(None)

    assert await reading == b"hello"
    assert not wire.connection.usable
    assert not wire.open


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200", OK[:-1]])
async def test_what_ends_early_is_closed_and_says_why(begun: bytes) -> None:
    wire, why = Wire(), ConnectionResetError()
    asking = wire.ask()
    await asyncio.sleep(0)
    if begun:
        wire.connection.data_received(begun)
    wire.connection.connection_lost(why)

    async def exchange() -> None:
        await asking
        await body(wire.connection)

    with pytest.raises(Closed) as closed:
        await exchange()
    assert closed.value.__cause__ is why


async def test_a_connection_that_was_lost_before_it_was_used_tells_so() -> None:
    wire = Wire()
    wire.connection.connection_lost(None)

    with pytest.raises(Closed):
        await wire.connection.ask(b"GET /", patience=None)


async def test_a_connection_that_is_being_closed_takes_no_request() -> None:
    wire = Wire()
    wire.close()
    asking = wire.ask()
    await asyncio.sleep(0)
    wire.connection.connection_lost(None)

    with pytest.raises(Closed):
        await asking
    assert wire.written == []


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"garbage", BadAnswer), (OK[:-5].replace(b"5\r", b"x\r"), BadAnswer)],
)
async def test_what_is_no_http_closes_the_connection(data: bytes, error: type[Exception]) -> None:
    wire = Wire()
    asking = wire.ask()
    await asyncio.sleep(0)
    wire.connection.data_received(data)

    with pytest.raises(error):
        await asking
    assert wire.closing


async def test_garbage_in_a_body_cuts_the_answer_off() -> None:
    wire = Wire()
    asking = wire.ask()
    await asyncio.sleep(0)
    wire.connection.data_received(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    await asking

    with pytest.raises(Closed):
        await body(wire.connection)


async def test_patience_ends_when_nothing_comes_any_more() -> None:
    wire = Wire()
    with pytest.raises(Silent):
        await wire.ask(patience=0.02)

    wire = Wire()
    asking = wire.ask(patience=0.02)
    await asyncio.sleep(0)
    wire.connection.data_received(OK[:-1])
    await asking
    with pytest.raises(Silent):
        await body(wire.connection)


async def test_what_is_not_received_for_our_own_sake_is_no_silence() -> None:
    wire = Wire()
    asking = wire.ask(patience=0.01)
    await asyncio.sleep(0)
    wire.connection.data_received(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MOST_HELD + 1))
    await asking
    assert not wire.reading
    with pytest.raises(Silent):  # elsewhere, which takes longer
        await Wire().ask(patience=0.05)

    assert len(await wire.connection.more()) == MOST_HELD + 1
    assert wire.reading
    with pytest.raises(Silent):
        await wire.connection.more()


async def test_who_is_deaf_hears_nothing() -> None:
    wire = Wire()
    asking = wire.ask(deaf=True)
    await asyncio.sleep(0)
    wire.connection.data_received(NOTHING)

    with pytest.raises(Silent):
        await asking
    assert not wire.connection.reader.head


@pytest.mark.parametrize(
    ("extra", "usable"), [(NOTHING, False), (b"x", False), (b"\r\n", True), (b"", True)]
)
async def test_an_idle_connection_that_speaks_is_not_used_again(extra: bytes, usable: bool) -> None:
    wire = Wire()
    asking = wire.ask()
    await asyncio.sleep(0)
    wire.connection.data_received(NOTHING)
    await asking
    wire.connection.rest()
    if extra:
        wire.connection.data_received(extra)

    assert wire.connection.usable is usable
    assert wire.closing is not usable


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 204 No Content\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        OK[:-1],
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ],
)
async def test_what_cannot_be_used_again(answer: bytes) -> None:
    wire = Wire()
    asking = wire.ask()
    await asyncio.sleep(0)
    wire.connection.data_received(answer)
    await asking

    assert not wire.connection.usable
