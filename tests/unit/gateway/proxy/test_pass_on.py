"""The proxy between a real client and a real server, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.hostile_server import Answer, HostileServer, answer
from tests.support.waiting import eventually
from tests.unit.gateway.proxy.stand_ins import MESSAGES, Proxy, face, serving
from tests.unit.gateway.proxy.wire import LIMITS, Wire, dialled, request, streaming
from trunkline.gateway.proxy import DuplicateOfUnknown, Limits
from trunkline.store import Database


@pytest.fixture
def limits() -> Limits:
    return LIMITS


@pytest.fixture
async def wire(proxy: Proxy) -> AsyncIterator[Wire]:
    async with serving(face(proxy)) as url, dialled(url) as wire:
        yield wire


# As it came ---------------------------------------------------------------------------------------


async def test_repeated_keys_and_odd_bytes_arrive_as_they_were_sent(
    wire: Wire, hostile: HostileServer
) -> None:
    path = "/v1/a%20b/%c3%BC;x=1?b=1&a=2&b=3&empty=&flag&p=%2B+%20"
    body = b"MediaUrl=a&MediaUrl=b&\x00\xff%zz&=&&"
    hostile.says(answer("201 Created", b"\x00\x01\xff", [("Content-Type", "weird/type")]))
    wire.writer.write(request("POST", path, "X-A: \xc3\xbc", body=body))
    status, headers, got = await wire.answer()
    assert (status, headers["content-type"], got) == (201, "weird/type", b"\x00\x01\xff")
    [heard] = hostile.heard
    assert heard.head.split(b"\r\n")[0] == f"POST {path} HTTP/1.1".encode()
    assert heard.body == body
    assert heard.header("X-A") == "\xc3\xbc"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_answers_without_a_body(wire: Wire, hostile: HostileServer, status: str) -> None:
    code = int(status[:3])
    length = b"" if code == 204 else b"Content-Length: 5\r\n"
    hostile.says(Answer((f"HTTP/1.1 {status}\r\nETag: x\r\n".encode() + length + b"\r\n",)))
    for _ in range(2):
        wire.writer.write(request("DELETE"))
        got = await wire.answer()
        assert (got[0], got[1]["etag"], got[2]) == (code, "x", b"")


async def test_head_has_the_length_and_no_body(wire: Wire, hostile: HostileServer) -> None:
    hostile.says(Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n",)))
    for _ in range(2):
        wire.writer.write(request("HEAD"))
        status, headers, _ = await wire.answer(to_head=True)
        assert (status, headers["content-length"]) == (200, "12345")


async def test_chunks_come_as_chunks_and_trailers_are_dropped(
    wire: Wire, hostile: HostileServer
) -> None:
    hostile.says(
        Answer(
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
                b"3\r\nabc\r\n",
                b"2;ext=1\r\nde\r\n",
                b"0\r\nX-Sum: 5\r\n\r\n",
            )
        )
    )
    for _ in range(2):
        wire.writer.write(request())
        status, headers, body = await wire.answer()
        assert (status, body) == (200, b"abcde")
        assert not {"trailer", "x-sum"} & set(headers)


async def test_a_chunked_request_arrives_whole(wire: Wire, hostile: HostileServer) -> None:
    wire.writer.write(request("POST", MESSAGES, "Transfer-Encoding: chunked"))
    for part in (b"3\r\nabc\r\n", b"2\r\nde\r\n", b"0\r\n\r\n"):
        wire.writer.write(part)
        await wire.writer.drain()
    assert (await wire.answer())[0] == 200
    [heard] = hostile.heard
    assert heard.body == b"abcde"
    assert heard.header("Transfer-Encoding") is None  # its length is known by now
    assert heard.header("Content-Length") == "5"


async def test_gzip_is_not_asked_for_and_passed_on_untouched(
    wire: Wire, hostile: HostileServer
) -> None:
    """Secrets could not be seen in it."""
    hostile.says(answer(body=b"not really gzip", headers=[("Content-Encoding", "gzip")]))
    wire.writer.write(request("GET", MESSAGES, "Accept-Encoding: gzip"))
    _, headers, body = await wire.answer()
    assert (headers["content-encoding"], body) == ("gzip", b"not really gzip")
    assert hostile.heard[0].header("Accept-Encoding") == "identity"


async def test_expect_is_answered_here(wire: Wire, hostile: HostileServer) -> None:
    wire.writer.write(request("POST", MESSAGES, "Expect: 100-continue", "Content-Length: 4"))
    assert (await wire.head())[0] == 100
    wire.writer.write(b"To=1")
    assert (await wire.answer())[0] == 200
    assert hostile.heard[0].header("Expect") is None
    assert hostile.heard[0].body == b"To=1"


async def test_interim_answers_stay_between_provider_and_gateway(
    wire: Wire, hostile: HostileServer
) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    hostile.says(Answer((early, *answer(body=b"ok").pieces)))
    wire.writer.write(request())
    assert (await wire.answer())[2] == b"ok"


async def test_a_redirect_leads_nowhere(wire: Wire, hostile: HostileServer) -> None:
    hostile.says(answer("307 Temporary Redirect", headers=[("Location", "http://10.0.0.1/")]))
    wire.writer.write(request("POST", body=b"To=1"))
    status, headers, _ = await wire.answer()
    assert (status, headers["location"]) == (307, "http://10.0.0.1/")
    assert len(hostile.heard) == 1


async def test_parts_are_passed_on_when_they_come(database: Database) -> None:
    more = asyncio.Event()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        for letter in (b"a", b"b", b"c"):
            await more.wait()
            more.clear()
            writer.write(letter)
        await reader.read()
        writer.close()

    async with streaming(database, trickle) as (_, wire):
        wire.writer.write(request())
        assert (await wire.head())[0] == 200  # while the provider has said nothing more
        for letter in (b"a", b"b", b"c"):
            more.set()
            assert await asyncio.wait_for(wire.reader.readexactly(1), 20) == letter


# What breaks off ----------------------------------------------------------------------------------

HALF = b"Content-Length: 8\r\n\r\nhalf"
CHUNK = b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"


@pytest.mark.parametrize("framing", [HALF, CHUNK], ids=["length", "chunked"])
@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_breaks_off_breaks_off_here(
    proxy: Proxy, wire: Wire, hostile: HostileServer, framing: bytes, then: str, method: str
) -> None:
    hostile.says(Answer((b"HTTP/1.1 201 Created\r\n" + framing,), then=then))  # type: ignore[arg-type]
    wire.writer.write(request(method, body=b"To=1" if method == "POST" else b""))
    status, headers = await wire.head()
    assert status == 201
    rest = await wire.rest()  # which ends: the connection is closed
    if "content-length" in headers:
        assert len(rest) < 8
    else:
        assert not rest.endswith(b"0\r\n\r\n")
    assert (await proxy.notes.one()).code == "answer_cut_off"
    if method == "POST":  # nobody knows whether the caller saw the 201
        with pytest.raises(DuplicateOfUnknown):
            await proxy("POST", MESSAGES, b"To=1")


async def test_the_end_of_the_connection_is_the_end_of_some_answers(
    wire: Wire, hostile: HostileServer
) -> None:
    hostile.says(Answer((b"HTTP/1.1 200 OK\r\n\r\nall of it",), then="close"))
    wire.writer.write(request())
    assert (await wire.answer())[2] == b"all of it"


# Who goes away ------------------------------------------------------------------------------------


async def test_a_client_that_leaves_calls_a_safe_request_off(
    proxy: Proxy, wire: Wire, hostile: HostileServer
) -> None:
    hostile.says(Answer(then="hang"))
    wire.writer.write(request())
    await eventually(lambda: hostile.heard)
    wire.writer.close()
    await eventually(lambda: hostile.gone)
    entry = await proxy.notes.one()
    assert (entry.status, entry.code) == (499, "client_gone")


async def test_a_client_that_leaves_in_the_body_ends_the_download(database: Database) -> None:
    ended = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\nx")
        await reader.read()
        ended.set()
        writer.close()

    async with streaming(database, endless) as (proxy, wire):
        wire.writer.write(request())
        await wire.head()
        wire.writer.close()
        await asyncio.wait_for(ended.wait(), 20)
        assert (await proxy.notes.one()).code == "client_gone"


async def test_a_client_that_leaves_does_not_stop_an_unsafe_request(database: Database) -> None:
    heard, go = asyncio.Event(), asyncio.Event()
    bodies: list[bytes] = []

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Content-Length: 4" in head
        bodies.append(await reader.readexactly(4))
        heard.set()
        await go.wait()
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nmade")
        await reader.read()
        writer.close()

    async with streaming(database, slow) as (proxy, wire):
        wire.writer.write(request("POST", body=b"To=1"))
        await asyncio.wait_for(heard.wait(), 20)
        wire.writer.close()
        again = asyncio.create_task(proxy("POST", MESSAGES, b"To=1"))  # as clients do
        await asyncio.wait_for(proxy.left.wait(), 20)
        go.set()
        with pytest.raises(DuplicateOfUnknown):
            await again
        proxy.notes.entries = [e for e in proxy.notes.entries if e.status == 201]
        assert (await proxy.notes.one()).code == "client_gone"
        # It was done, its caller was gone: who asks again is told, and nothing is sent.
        with pytest.raises(DuplicateOfUnknown) as told:
            await proxy("POST", MESSAGES, b"To=1")
        assert told.value.data["first"]["outcome"] == "answered"  # type: ignore[index]
    assert bodies == [b"To=1"]


async def test_a_client_that_leaves_in_its_body_is_told_to_the_provider(
    database: Database,
) -> None:
    seen = bytearray()
    ended = asyncio.Event()

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            seen.extend(data)
        ended.set()
        writer.close()

    async with streaming(database, read) as (proxy, wire):
        wire.writer.write(request("POST", MESSAGES, "Content-Length: 4000000"))
        wire.writer.write(b"x" * 2_000_000)
        await wire.writer.drain()
        await eventually(lambda: len(seen) >= 1_500_000)
        wire.writer.close()
        await asyncio.wait_for(ended.wait(), 20)
        assert (await proxy.notes.one()).code == "client_gone"
    assert len(seen) < 3_000_000
