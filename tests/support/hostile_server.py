"""A web server that answers with whatever bytes a test scripts, and does with its connections what
no decent server would."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Answer", "Heard", "HostileServer", "answer", "hostile_server"]


@dataclass(frozen=True)
class Answer:
    """What a request gets: pieces sent one by one, `endless` over and over, and then what becomes
    of the connection. `hang` says nothing more until the client goes."""

    pieces: tuple[bytes, ...] = ()
    endless: bytes = b""
    then: Literal["keep", "close", "reset", "hang"] = "keep"


def answer(
    status: str = "200 OK",
    body: bytes = b"",
    headers: Iterable[tuple[str, str]] = (),
    then: Literal["keep", "close", "reset", "hang"] = "keep",
) -> Answer:
    """An answer as HTTP has it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return Answer(("\r\n".join(lines).encode() + b"\r\n\r\n" + body,), then=then)


@dataclass(frozen=True)
class Heard:
    """A request as it came."""

    head: bytes  # to its empty line
    body: bytes
    connection: int  # which of the connections it came by, from 1

    @property
    def line(self) -> str:
        """Method, target and version."""
        return self.head.split(b"\r\n", 1)[0].decode("ascii")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """In the order of the wire."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [(n, v.strip()) for n, _, v in (line.partition(":") for line in lines if line)]

    def header(self, name: str) -> str | None:
        """The value of a header."""
        return {n.lower(): v for n, v in self.headers}.get(name.lower())


Script = Answer | Callable[[Heard], Answer]


@dataclass
class HostileServer:
    """Answers with the first of its scripts until one is left; that one stays."""

    port: int = 0
    scripts: list[Script] = field(default_factory=lambda: [answer()])
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    gone: int = 0  # connections that came to their end
    writers: list[asyncio.StreamWriter] = field(default_factory=list)  # of all connections
    scheme: str = "http"

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        """A URL of this server."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def says(self, *scripts: Script) -> None:
        """Script what comes next."""
        self.scripts = list(scripts)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self.writers.append(writer)
        number = self.connections
        try:
            while True:
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                except asyncio.IncompleteReadError:
                    return
                heard = Heard(head, b"", number)
                length = int(heard.header("Content-Length") or 0)
                heard = Heard(head, await reader.readexactly(length), number)
                self.heard.append(heard)
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                given = script(heard) if callable(script) else script
                await self._give(given, reader, writer)
                if given.then != "keep":
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.gone += 1
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _give(
        self, given: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for piece in given.pieces:
            writer.write(piece)
            await writer.drain()
        while given.endless:
            writer.write(given.endless)
            await writer.drain()
            await asyncio.sleep(0)
        if given.then == "reset":
            writer.transport.abort()
        elif given.then == "hang":
            await reader.read()


@asynccontextmanager
async def hostile_server(
    tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[HostileServer]:
    """A server for the length of an `async with` block."""
    hostile = HostileServer(scheme="http" if tls is None else "https")
    under_way: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way[task] = writer
        try:
            await hostile.serve(reader, writer)
        finally:
            del under_way[task]

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        for writer in under_way.values():
            writer.transport.abort()
        await asyncio.gather(*under_way)
