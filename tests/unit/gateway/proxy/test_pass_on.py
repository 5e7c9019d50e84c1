"""The proxy between a real client and a real server, byte for byte."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.hostile_server import Answer, HostileServer, answer, hostile_server
from tests.unit.gateway.proxy.stand_ins import MESSAGES, Proxy, face, proxying, serving
from trunkline.gateway.proxy import DuplicateOfUnknown, Limits
from trunkline.store import Database

LIMITS = Limits(body=64 << 20, answer=64 << 20, connect=2, idle=5)
PART = bytes(range(256)) * 256  # 64 KB
PARTS = 800  # 50 MB
SLACK = 24 << 20  # bytes that a stream may cost, whatever its size

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Wire:
    """A client that says what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next answer."""
        data = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)
        first, *lines = data.decode("latin-1").strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return int(first.split()[1]), headers

    async def answer(self, *, to_head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """The next answer, and its body as it came, without the framing of chunks."""
        status, headers = await self.head()
        if to_head or status in (204, 304):
            return status, headers, b""
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await self.reader.readline(), 16):
                body += await self.reader.readexactly(size)
                await self.reader.readline()
            assert await self.reader.readline() == b"\r\n"  # no trailers
            return status, headers, body
        return status, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def rest(self) -> bytes:
        """All that comes until the connection ends."""
        return await asyncio.wait_for(self.reader.read(), 20)


@asynccontextmanager
async def dialled(url: str) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


def request(method: str = "GET", path: str = MESSAGES, *lines: str, body: bytes = b"") -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: gateway", *lines]
    if body and not any(line.lower().startswith(("content-l", "transfer")) for line in lines):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


@pytest.fixture
async def hostile() -> AsyncIterator[HostileServer]:
    async with hostile_server() as server:
        yield server


@pytest.fixture
async def proxy(database: Database, hostile: HostileServer) -> AsyncIterator[Proxy]:
    async with proxying(database, f"http://127.0.0.1:{hostile.port}", limits=LIMITS) as proxy:
        yield proxy


@pytest.fixture
async def wire(proxy: Proxy) -> AsyncIterator[Wire]:
    async with serving(face(proxy)) as url, dialled(url) as wire:
        yield wire


@asynccontextmanager
async def streaming(database: Database, serve: Streams) -> AsyncIterator[tuple[Proxy, Wire]]:
    """A provider of the test's own."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    upstream = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with (
            proxying(database, upstream, limits=LIMITS) as proxy,
            serving(face(proxy)) as url,
            dialled(url) as wire,
        ):
            yield proxy, wire
    finally:
        server.close()


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


async def test_gzip_is_passed_on_untouched(wire: Wire, hostile: HostileServer) -> None:
    hostile.says(answer(body=b"not really gzip", headers=[("Content-Encoding", "gzip")]))
    wire.writer.write(request("GET", MESSAGES, "Accept-Encoding: gzip"))
    _, headers, body = await wire.answer()
    assert (headers["content-encoding"], body) == ("gzip", b"not really gzip")
    assert hostile.heard[0].header("Accept-Encoding") == "gzip"


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
    while not hostile.heard:
        await asyncio.sleep(0.01)
    wire.writer.close()
    while not hostile.gone:
        await asyncio.sleep(0.01)
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
        await asyncio.sleep(0.05)  # the server hears that the connection is gone
        go.set()
        with pytest.raises(DuplicateOfUnknown):
            await again
        proxy.notes.entries = [e for e in proxy.notes.entries if e.status == 499]
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
        while len(seen) < 1_500_000:
            await asyncio.sleep(0.01)
        wire.writer.close()
        await asyncio.wait_for(ended.wait(), 20)
        assert (await proxy.notes.one()).code == "client_gone"
    assert len(seen) < 3_000_000


# 50 MB --------------------------------------------------------------------------------------------


def memory() -> int:
    """Bytes of this process, now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


class Peak:
    """The most memory while something goes on, beyond what there was."""

    def __enter__(self) -> Peak:
        gc.collect()
        self.before = self.most = memory()
        return self

    def look(self) -> None:
        self.most = max(self.most, memory())

    def __exit__(self, *_: object) -> None:
        self.grown = self.most - self.before


@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_large_answer_is_streamed(database: Database, framing: str) -> None:
    async def large(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"Transfer-Encoding: chunked"
        if framing == "length":
            head = b"Content-Length: %d" % (PARTS * len(PART))
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        for _ in range(PARTS):
            chunk = PART if framing == "length" else b"%x\r\n%s\r\n" % (len(PART), PART)
            writer.write(chunk)
            await writer.drain()
        if framing == "chunked":
            writer.write(b"0\r\n\r\n")
        await reader.read()
        writer.close()

    async with streaming(database, large) as (proxy, wire):
        wire.writer.write(request())
        _, headers = await wire.head()
        made, size = hashlib.sha256(), 0
        with Peak() as peak:
            while size < PARTS * len(PART):
                if framing == "chunked":
                    left = int(await wire.reader.readline(), 16)
                    data = await wire.reader.readexactly(left)
                    await wire.reader.readline()
                else:
                    data = await wire.reader.read(65_536)
                made.update(data)
                size += len(data)
                peak.look()
        assert made.digest() == hashlib.sha256(PART * PARTS).digest()
        assert peak.grown < SLACK
        entry = await proxy.notes.one()
        assert (entry.bytes_out, entry.code) == (PARTS * len(PART), None)


async def test_a_client_that_reads_slowly_slows_the_provider(database: Database) -> None:
    sent = 0

    async def fast(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (PARTS * len(PART)))
        for _ in range(PARTS):
            writer.write(PART)
            await writer.drain()
            sent += len(PART)
        await reader.read()
        writer.close()

    async with streaming(database, fast) as (_, wire):
        wire.writer.write(request())
        await wire.head()
        before = -1
        while sent != before:  # until nothing moves any more
            before = sent
            await asyncio.sleep(0.3)
        assert sent < PARTS * len(PART) / 2
        size = 0
        while size < PARTS * len(PART):
            size += len(await wire.reader.read(1 << 20))


@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_large_request_is_streamed(database: Database, framing: str) -> None:
    made = hashlib.sha256()
    heads: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        left = PARTS * len(PART)
        while left:
            if framing == "chunked":
                data = await reader.readexactly(int(await reader.readline(), 16))
                await reader.readline()
            else:
                data = await reader.read(65_536)
            made.update(data)
            left -= len(data)
        if framing == "chunked":
            assert await reader.readline() == b"0\r\n"
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")
        await reader.read()
        writer.close()

    async with streaming(database, take) as (proxy, wire):
        told = f"Content-Length: {PARTS * len(PART)}"
        if framing == "chunked":
            told = "Transfer-Encoding: chunked"
        wire.writer.write(request("POST", MESSAGES, told))
        with Peak() as peak:
            for _ in range(PARTS):
                wire.writer.write(
                    PART if framing == "length" else b"%x\r\n%s\r\n" % (len(PART), PART)
                )
                await wire.writer.drain()
                peak.look()
            if framing == "chunked":
                wire.writer.write(b"0\r\n\r\n")
            status, _, body = await wire.answer()
        assert (status, body) == (201, b"ok")
        assert made.digest() == hashlib.sha256(PART * PARTS).digest()
        assert peak.grown < SLACK
        assert (b"chunked" in heads[0]) == (framing == "chunked")
        assert (await proxy.notes.one()).bytes_in == PARTS * len(PART)
