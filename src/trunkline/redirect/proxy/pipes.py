"""Bytes from one connection to another and back, no faster than they are taken."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass
from typing import Any

__all__ = ["Pipe", "copy", "join", "over"]

CHUNK = 1 << 16
HANDSHAKE_SECONDS = 20.0


@dataclass(frozen=True)
class Pipe:
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Raises OSError."""
        self.writer.write(data)
        await self.writer.drain()

    async def close(self) -> None:
        """What was sent still goes out."""
        self.writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await self.writer.wait_closed()

    def abort(self) -> None:
        """Nothing more goes out."""
        self.writer.transport.abort()


async def over(connected: socket.socket, context: ssl.SSLContext | None = None) -> Pipe:
    """The pipe over an accepted socket, which serves TLS where a context is given. The socket is
    the pipe's from then on. Raises OSError."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=CHUNK)
    protocol = asyncio.StreamReaderProtocol(reader)
    tls: dict[str, Any] = {}
    if context is not None:
        tls = {"ssl": context, "ssl_handshake_timeout": HANDSHAKE_SECONDS}
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connected, **tls)
    return Pipe(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


async def copy(source: Pipe, target: Pipe) -> bool:
    """Copy until the source ends, and end the target so; False where its kind of connection
    cannot be half closed. Raises OSError."""
    while data := await source.reader.read(CHUNK):
        await target.send(data)
    if not target.writer.can_write_eof():
        return False
    target.writer.write_eof()
    return True


async def join(one: Pipe, other: Pipe) -> None:
    """Copy both ways until both have ended, or one has and cannot be half closed. Leaves them
    open."""
    ways = {asyncio.ensure_future(copy(one, other)), asyncio.ensure_future(copy(other, one))}
    try:
        waiting = ways
        while waiting:
            ended, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not all(_half_closed(way) for way in ended):
                return
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


def _half_closed(way: asyncio.Future[bool]) -> bool:
    return way.exception() is None and way.result()
