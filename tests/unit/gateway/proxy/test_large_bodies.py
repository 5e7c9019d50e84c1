"""50 MB through the proxy, in both directions, without memory for them."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import resource
from pathlib import Path

import pytest

from tests.unit.gateway.proxy.stand_ins import MESSAGES
from tests.unit.gateway.proxy.wire import request, streaming
from trunkline.store import Database

PART = bytes(range(256)) * 256  # 64 KB
PARTS = 800  # 50 MB
SLACK = 24 << 20  # bytes that a stream may cost, whatever its size


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
        await wire.head()
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
