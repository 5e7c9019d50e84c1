"""The way out to providers: one request, once, to a permitted address, streamed both ways.

aiohttp does the work. What it would do besides is turned off: redirects, cookies, decompression,
proxies of the environment, headers of its own, and sending an unsafe request a second time.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
from aiohttp import ClientRequest, ClientResponse
from aiohttp.client_middlewares import ClientHandlerType
from yarl import URL

from trunkline.gateway.proxy.ask import SAFE, Limits
from trunkline.gateway.proxy.guarded_connector import GuardedConnector
from trunkline.webhooks.http import NOBODY, NetworkRules
from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import AddressRefused, literal_address

__all__ = ["AnswerLost", "HttpClient", "NotReached", "Refused", "UpstreamAnswer"]

MOST_FIELD = 16_384  # bytes of a header of an answer
MOST_FIELDS = 200
BUFFER = 65_536  # bytes of an answer that wait to be taken before no more are received
NEVER_BY_ITSELF = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")

_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientConnectorDNSError,
    aiohttp.ClientSSLError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class NotReached(Exception):
    """Nothing of the request has left. The text is half a sentence, without any secret."""


class Refused(NotReached):
    """The network rules do not let a connection go there."""


class AnswerLost(Exception):
    """Something of the request may have left, and no whole answer came. The text is half a
    sentence; `timeout`: nothing came for too long."""

    def __init__(self, reason: str, *, timeout: bool = False) -> None:
        super().__init__(reason)
        self.timeout = timeout


class UpstreamAnswer:
    """An answer, whose head has come. `headers` are as they came. To be closed."""

    __slots__ = ("_response", "_taken", "headers", "status")

    def __init__(self, response: ClientResponse) -> None:
        self.status = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = response.raw_headers
        self._response = response
        self._taken = 0  # bytes

    @property
    def whole(self) -> bool:
        """Whether everything came and was taken."""
        content = self._response.content
        return content.at_eof() and content.exception() is None

    @property
    def ready(self) -> bool:
        """Whether `more` need not wait."""
        content = self._response.content
        return content.is_eof() or content.total_bytes > self._taken

    def header(self, name: bytes) -> bytes | None:
        """The first value of a header; its name in lower case."""
        return next((value for known, value in self.headers if known.lower() == name), None)

    async def more(self) -> bytes:
        """The next piece of the body as it was sent, without the framing of chunks; nothing after
        its end. Raises AnswerLost where it breaks off."""
        try:
            part = await self._response.content.readany()
            self._taken += len(part)
            return part
        except TimeoutError:
            raise AnswerLost("the answer stopped", timeout=True) from None
        except (aiohttp.ClientError, OSError, EOFError):
            raise AnswerLost("the answer was cut off") from None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await self.more():
            yield part

    def close(self) -> None:
        """No more is wanted: the connection is kept if all has come, else closed."""
        if self.whole:
            self._response.release()
        else:
            self._response.close()


class HttpClient:
    """Makes requests. `tls` replaces the system's trusted certificates."""

    def __init__(
        self,
        rules: NetworkRules,
        limits: Limits | None = None,
        *,
        lookups: Lookups | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._limits = limits or Limits()
        self._lookups = lookups or Lookups()
        self._tls = tls
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # by whether the rules hold

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Sequence[tuple[str, str]],
        body: bytes | AsyncIterator[bytes] | None = None,
        open: bool = False,
    ) -> UpstreamAnswer:
        """Make one request, and wait for the head of its answer.

        `url` goes out as it is; `headers` as they are, and none besides but Host and the body's
        length, unless it is given. `open`: an address that the operator named, for which the
        network rules do not hold. A safe request is sent a second time where a connection that was
        kept turns out to be closed; no other ever is. Raises NotReached, AnswerLost, and ValueError
        for what is no request.
        """
        target = URL(url, encoded=True)
        if not open:
            self._check_literal(target.raw_host or "")
        limits = self._limits
        patience = limits.head if body is None or isinstance(body, bytes) else limits.upload
        try:
            async with asyncio.timeout(patience):
                response = await self._session(ruled=not open).request(
                    method,
                    target,
                    headers=_in_one_case(headers),
                    data=body,
                    allow_redirects=False,
                    middlewares=() if method in SAFE else (_only_once,),
                )
        except AnswerLost:
            raise
        except _NOT_SENT as error:
            raise _not_reached(error) from None
        except TimeoutError:
            raise AnswerLost("no answer came in time", timeout=True) from None
        except aiohttp.ClientResponseError:
            raise AnswerLost("what came is no HTTP, or too much of it") from None
        except (aiohttp.ClientError, OSError):
            raise AnswerLost("the connection was closed without an answer") from None
        if not 200 <= response.status <= 599:
            response.close()
            raise AnswerLost("the answer has a status that is none of HTTP's")
        return UpstreamAnswer(response)

    async def close(self) -> None:
        """Close every connection, for good."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        await self._lookups.close()

    def _check_literal(self, host: str) -> None:
        """An address in a URL is not looked up."""
        address = literal_address(host)
        if address is not None and not self._rules.permit(host, address, NOBODY):
            raise Refused("its address is private, which is not allowed here")

    def _session(self, *, ruled: bool) -> aiohttp.ClientSession:
        session = self._sessions.get(ruled)
        if session is None:
            limits = self._limits
            session = self._sessions[ruled] = aiohttp.ClientSession(
                connector=GuardedConnector(
                    self._rules if ruled else None, self._lookups, self._tls
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=NEVER_BY_ITSELF,
                trust_env=False,
                read_bufsize=BUFFER,
                max_line_size=MOST_FIELD,
                max_field_size=MOST_FIELD,
                max_headers=MOST_FIELDS,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    connect=limits.connect,
                    sock_connect=limits.connect,
                    sock_read=limits.idle,
                ),
            )
        return session


def _in_one_case(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of two headers whose names differ in case alone aiohttp would drop the first."""
    names: dict[str, str] = {}
    return [(names.setdefault(name.lower(), name), value) for name, value in headers]


async def _only_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """aiohttp sends PUT and DELETE again when a connection is lost, and would whatever else it
    thinks idempotent: what it does not recognise it leaves alone."""
    try:
        return await handler(request)
    except _NOT_SENT:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise AnswerLost("the connection was closed without an answer") from None


def _not_reached(error: Any) -> NotReached:
    cause = getattr(error, "os_error", None) or error.__cause__
    if isinstance(cause, AddressRefused) or isinstance(error, AddressRefused):
        return Refused("its address is private, which is not allowed here")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotReached("no connection in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NotReached("its name has no address")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return NotReached("no trusted TLS connection")
    if isinstance(error, aiohttp.InvalidURL):
        return NotReached("the address is none")
    return NotReached("no connection")
