"""A client that says what it is told to, before the proxy, and a provider of the test's own behind
it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.unit.gateway.proxy.stand_ins import MESSAGES, Proxy, face, proxying, serving
from trunkline.gateway.proxy import Limits
from trunkline.store import Database

LIMITS = Limits(body=64 << 20, answer=64 << 20, connect=2, idle=5)

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
