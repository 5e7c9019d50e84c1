"""A proxy with a platform and another host behind it, and clients that speak to it by hand."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.proxy import Authority, Proxy, Routes, Upstream
from trunkline.redirect.proxy.pipes import Pipe

Serve = Callable[[Pipe], Awaitable[None]]


class Server:
    """What listens on `port`; `serve` is what it does with a connection."""

    def __init__(self) -> None:
        self.port = 0
        self.heads: list[bytes] = []
        self.stop: Callable[[], None] = lambda: None
        self.serve: Serve = self.answer_ok

    async def answer_ok(self, pipe: Pipe) -> None:
        """A short answer to each request, which has no body."""
        head = b""
        while b"Connection: close" not in head:
            head = await self.head(pipe)
            await pipe.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def head(self, pipe: Pipe) -> bytes:
        found = await pipe.reader.readuntil(b"\r\n\r\n")
        self.heads.append(found)
        return found


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    made = Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await made.serve(Pipe(reader, writer))
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    made.stop = listening.close
    async with listening:
        yield made


class Proxied:
    """The proxy, what is behind it, and ways to use it."""

    def __init__(self, folder: Path, platform: Server, other: Server, upstream: Upstream) -> None:
        self.platform = platform
        self.other = other
        self.distrusted: asyncio.Queue[str] = asyncio.Queue()
        routes = Routes.read({f"http://127.0.0.1:{platform.port}": TWILIO})
        self.authority = Authority(["twilio.com"], folder)
        self.proxy = Proxy(routes, self.authority, upstream, distrusted=self.distrusted.put_nowait)

    @property
    def authorization(self) -> bytes:
        pair = f"trunkline:{self.proxy.token}".encode()
        return b"Proxy-Authorization: Basic " + b64encode(pair) + b"\r\n"

    async def connect(self) -> Pipe:
        return Pipe(*await asyncio.open_connection("127.0.0.1", self.proxy.port))

    async def ask(self, head: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer to a request that the proxy itself reads."""
        pipe = await self.connect()
        await pipe.send(head.encode() + b"\r\n" + self.authorization + b"\r\n" + body)
        data = await pipe.reader.read()
        await pipe.close()
        told, _, rest = data.partition(b"\r\n\r\n")
        return int(told.split()[1]), rest

    async def tunnel(self, place: str) -> Pipe:
        """A tunnel to HOST:PORT."""
        pipe = await self.connect()
        await pipe.send(f"CONNECT {place} HTTP/1.1\r\n".encode() + self.authorization + b"\r\n")
        assert (await pipe.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        return pipe

    async def secure(self, host: str = "api.twilio.com", port: int = 443) -> Pipe:
        """A tunnel to a host with TLS in it, verified."""
        pipe = await self.tunnel(f"{host}:{port}")
        await pipe.writer.start_tls(self.trusting(), server_hostname=host)
        return pipe

    def trusting(self) -> ssl.SSLContext:
        text = self.authority.certificate.public_bytes(Encoding.PEM).decode()
        context = ssl.create_default_context(cadata=text)
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context


@asynccontextmanager
async def proxied(folder: Path, upstream: Upstream | None = None) -> AsyncIterator[Proxied]:
    async with server() as platform, server() as other:
        made = Proxied(folder, platform, other, upstream or Upstream())
        await made.proxy.start()
        try:
            yield made
        finally:
            await made.proxy.stop()
