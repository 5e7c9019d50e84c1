"""A client's connection that knows when an answer was there, and not only when it was read."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass

SO_TIMESTAMPNS = 35  # Linux: the socket module has no name for it
TIME = struct.Struct("@qq")  # seconds and nanoseconds of the system's clock
CHUNK = 65536


@dataclass(frozen=True)
class TimedAnswer:
    """An answer, and when its last byte had arrived (`time.time_ns`), as the kernel dated it.

    A busy client reads late; by this clock its answer is no later than it was written.
    """

    status: int
    body: bytes
    at: int


class TimedConnection:
    """HTTP/1.1, one request after the other. Raises OSError where the other side hangs up."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def connect(self) -> None:
        """Open it."""
        await asyncio.get_running_loop().sock_connect(self._socket, self._place)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    async def ask(self, request: bytes) -> TimedAnswer:
        """Send a whole request; its answer, which must say how long it is."""
        await asyncio.get_running_loop().sock_sendall(self._socket, request)
        received = b""
        while True:
            data, at = await self._receive()
            received += data
            head, end, body = received.partition(b"\r\n\r\n")
            if not end:
                continue
            first, *lines = head.lower().split(b"\r\n")
            length = next(
                int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length")
            )
            if len(body) >= length:
                return TimedAnswer(int(first.split(b" ")[1]), body, at)

    async def _receive(self) -> tuple[bytes, int]:
        await self._readable()
        data, ancillary, _, _ = self._socket.recvmsg(CHUNK, socket.CMSG_SPACE(TIME.size))
        if not data:
            raise ConnectionResetError("the connection ended without an answer")
        ((_, _, moment),) = ancillary
        seconds, nanoseconds = TIME.unpack(moment)
        return data, seconds * 10**9 + nanoseconds

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        there: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._socket, there.set_result, None)
        try:
            await there
        finally:
            loop.remove_reader(self._socket)
