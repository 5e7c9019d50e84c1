"""One client of the proxy, from its first byte to its last.

TLS to a redirected host ends here, and what comes out of it goes to the platform byte by byte: what
HTTP can do – connections kept alive, chunks, 100-continue, upgrades – is between the program and
the platform. Every other tunnel is passed on as it is. A request in absolute form (`GET http://…`)
is one request on one connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import httptools

from trunkline.redirect.proxy.authority import Authority
from trunkline.redirect.proxy.pipes import CHUNK, Pipe, copy, join, over
from trunkline.redirect.proxy.request_head import BadRequest, RequestHead, read_head
from trunkline.redirect.proxy.routes import Route, Routes
from trunkline.redirect.proxy.same_user import is_same_user
from trunkline.redirect.proxy.upstream import Upstream, dial

__all__ = ["Connection", "Rules"]

HEAD_SECONDS = 20.0
MOST_HEAD = 1 << 16
MOST_TRIES = 3  # requests without the token, on one connection
REFUSAL_SECONDS = 5.0
TLS_HANDSHAKE = 0x16  # the first byte of a ClientHello (RFC 8446, section 5.1)
DISTRUST = ("UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "UNKNOWN_ISSUER")

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds for every client."""

    routes: Routes
    authority: Authority
    upstream: Upstream
    token: str
    distrusted: Callable[[str], object]  # told a host whose certificate a program did not believe


class Connection:
    """`serve` it once."""

    def __init__(self, client: socket.socket, rules: Rules) -> None:
        self._client = client
        self._rules = rules
        self._loop = asyncio.get_running_loop()
        self._is_given = False
        self._pipes: list[Pipe] = []

    async def serve(self) -> None:
        """Returns when the connection is over, whatever became of it."""
        try:
            request = await self._first_request()
            if request is not None:
                await self._carry_out(*request)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # one of the two sides is gone, and the other hears of it by the close
        finally:
            for pipe in self._pipes:
                pipe.abort()
            if not self._is_given:
                self._client.close()

    async def _first_request(self) -> tuple[RequestHead, bytes] | None:
        """A request that may pass, and what came behind its head."""
        rest = b""
        for _ in range(MOST_TRIES):
            try:
                data, rest = await self._read_head(rest)
                request = read_head(data)
            except BadRequest as error:
                await self._refuse(400, str(error))
                return None
            if request.has_token(self._rules.token) or is_same_user(self._client):
                return request, rest
            if request.method != "CONNECT":
                break
            await self._answer(_token_wanted())
        await _last_words(await self._given(), _token_wanted(closing=True))
        return None

    async def _read_head(self, data: bytes) -> tuple[bytes, bytes]:
        async with asyncio.timeout(HEAD_SECONDS):
            while (end := data.find(b"\r\n\r\n")) < 0:
                if len(data) > MOST_HEAD:
                    raise BadRequest("The head of the request is too long.")
                more = await self._loop.sock_recv(self._client, CHUNK)
                if not more:
                    raise ConnectionResetError
                data += more
        return data[: end + 4], data[end + 4 :]

    async def _carry_out(self, request: RequestHead, rest: bytes) -> None:
        route = self._rules.routes.find(request.host)
        if request.method != "CONNECT":
            await self._pass_on(request, rest, route)
        elif route is not None:
            await self._redirect(request.host, rest, route)
        else:
            await self._tunnel(request, rest)

    async def _tunnel(self, request: RequestHead, rest: bytes) -> None:
        try:
            remote = self._kept(await self._rules.upstream.tunnel(request.host, request.port))
        except OSError as error:
            await self._refuse(502, f"{request.authority} cannot be reached: {_told(error)}.")
            return
        await self._answer(ESTABLISHED)
        await remote.send(rest)
        await self._join(await self._given(), remote)

    async def _redirect(self, host: str, rest: bytes, route: Route) -> None:
        await self._answer(ESTABLISHED)
        first = rest[:1] or await self._first_byte()
        if not first:
            return
        if first[0] != TLS_HANDSHAKE:
            client = await self._given()
        elif rest:
            return  # a ClientHello that did not wait for the answer to CONNECT
        else:
            try:
                client = await self._given(self._rules.authority.context_for(host))
            except ssl.SSLError as error:
                if any(word in (error.reason or "") for word in DISTRUST):
                    self._rules.distrusted(host)
                return
        try:
            platform = self._kept(await dial(route.host, route.port))
        except OSError:
            await self._tell_that_it_is_away(client, route)
            return
        await platform.send(rest)
        await self._join(client, platform)

    async def _pass_on(self, request: RequestHead, rest: bytes, route: Route | None) -> None:
        """A request in absolute form."""
        upstream = self._rules.upstream
        proxy = None
        client = await self._given()
        try:
            if route is not None:
                remote = await dial(route.host, route.port)
            elif request.scheme == "https":
                remote = await upstream.secure(request.host, request.port)
            elif proxy := upstream.proxy_for("http", request.host, request.port):
                remote = await upstream.reach(proxy)
            else:
                remote = await dial(request.host, request.port)
        except OSError as error:
            if route is not None:
                await self._tell_that_it_is_away(client, route, waiting=False)
            else:
                sentence = f"{request.authority} cannot be reached: {_told(error)}."
                await _last_words(client, _response(502, sentence.encode(), "text/plain"))
            return
        self._kept(remote)
        await remote.send(
            request.passed_on(
                absolute=proxy is not None, credentials=proxy.credentials if proxy else None
            )
        )
        if request.upgrades:
            await remote.send(rest)
            await self._join(client, remote)
            return
        body = asyncio.ensure_future(_send_body(request, rest, client, remote))
        try:
            await copy(remote, client)
            await client.close()
        finally:
            body.cancel()
            await asyncio.gather(body, return_exceptions=True)

    async def _join(self, client: Pipe, remote: Pipe) -> None:
        await join(client, remote)
        await asyncio.gather(client.close(), remote.close())

    async def _tell_that_it_is_away(
        self, client: Pipe, route: Route, *, waiting: bool = True
    ) -> None:
        """Twilio's form of an error, in answer to the request that comes."""
        body = {
            "code": 20503,
            "message": f"Trunkline does not answer at http://{route.host}:{route.port}: "
            f"start it with `trunkline up`.",
            "more_info": "https://www.twilio.com/docs/errors/20503",
            "status": 503,
        }
        if waiting:
            async with asyncio.timeout(HEAD_SECONDS):
                await client.reader.readuntil(b"\r\n\r\n")
        await _last_words(client, _response(503, json.dumps(body).encode(), "application/json"))

    async def _refuse(self, status: int, sentence: str) -> None:
        client = await self._given()
        await _last_words(client, _response(status, sentence.encode(), "text/plain"))

    async def _given(self, context: ssl.SSLContext | None = None) -> Pipe:
        """The client as a pipe: from here on, its socket is no concern of this object."""
        self._is_given = True
        return self._kept(await over(self._client, context))

    async def _answer(self, data: bytes) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            await self._loop.sock_sendall(self._client, data)

    async def _first_byte(self) -> bytes:
        """The first byte of what comes, which stays to be read; empty at the end."""
        readable = asyncio.Event()
        self._loop.add_reader(self._client, readable.set)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                await readable.wait()
        finally:
            self._loop.remove_reader(self._client)
        return self._client.recv(1, socket.MSG_PEEK)

    def _kept(self, pipe: Pipe) -> Pipe:
        self._pipes.append(pipe)
        return pipe


async def _send_body(request: RequestHead, rest: bytes, client: Pipe, remote: Pipe) -> None:
    """Send the body of one request, and nothing of what may come behind it."""
    pieces: list[bytes] = []
    ended = False

    class Body:
        def on_body(self, piece: bytes) -> None:
            if not ended:
                pieces.append(b"%x\r\n%b\r\n" % (len(piece), piece) if request.chunked else piece)

        def on_message_complete(self) -> None:
            nonlocal ended
            ended = True

    parser = httptools.HttpRequestParser(Body())
    lines = [b"POST / HTTP/1.1", *(n + b": " + v for n, v in _framing(request))]
    parser.feed_data(b"\r\n".join(lines) + b"\r\n\r\n")
    data = rest
    while True:
        try:
            if data:
                parser.feed_data(data)
        except httptools.HttpParserError:
            if not ended:
                remote.abort()
                return
        if pieces:
            await remote.send(b"".join(pieces))
            pieces.clear()
        if ended:
            break
        data = await client.reader.read(CHUNK)
        if not data:
            remote.abort()  # a body that was cut off must not look whole
            return
    if request.chunked:
        await remote.send(b"0\r\n\r\n")


def _framing(request: RequestHead) -> list[tuple[bytes, bytes]]:
    names = (b"content-length", b"transfer-encoding")
    return [(name, value) for name, value in request.headers if name.lower() in names]


async def _last_words(pipe: Pipe, data: bytes) -> None:
    """Answer and close, so that a client which still sends can read the answer."""
    await pipe.send(data)
    if pipe.writer.can_write_eof():
        pipe.writer.write_eof()
    with contextlib.suppress(OSError):
        async with asyncio.timeout(REFUSAL_SECONDS):
            while await pipe.reader.read(CHUNK):
                pass
    await pipe.close()


def _response(
    status: int, body: bytes, kind: str, more: str = "", *, closing: bool = True
) -> bytes:
    reasons = {
        400: "Bad Request",
        407: "Proxy Authentication Required",
        502: "Bad Gateway",
        503: "Service Unavailable",
    }
    connection = "Connection: close\r\n" if closing else ""
    return (
        f"HTTP/1.1 {status} {reasons[status]}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n{more}{connection}\r\n"
    ).encode() + body


def _token_wanted(*, closing: bool = False) -> bytes:
    return _response(
        407,
        b"The proxy's address, with its token, is in HTTPS_PROXY.",
        "text/plain",
        'Proxy-Authenticate: Basic realm="trunkline"\r\n',
        closing=closing,
    )


def _told(error: OSError) -> str:
    return error.strerror or str(error) or "it does not answer"
