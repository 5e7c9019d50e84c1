"""The connections of aiohttp, held to the network rules."""

from __future__ import annotations

import functools
import socket
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError

from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import AddressRefused, NetworkRules
from trunkline.webhooks.http.passage import PASSAGE, Passage

if TYPE_CHECKING:
    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest, ConnectionKey
    from aiohttp.connector import AddrInfoType, Connection
    from aiohttp.tracing import Trace

__all__ = ["open_session"]

# Below the five seconds after which Node's and uvicorn's servers close an idle connection: the
# fewer requests meet a connection that is being closed, the better.
KEEP_ALIVE = 4.0
MOST_INTERIM = 8  # answers of 1xx before the real one
HEAD_END = b"\r\n\r\n"


def open_session(
    rules: NetworkRules, lookups: Lookups, tls: ssl.SSLContext | None
) -> aiohttp.ClientSession:
    """A session without cookies, decompression and limits of its own."""
    return aiohttp.ClientSession(
        connector=CheckedConnector(rules, lookups, tls),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


class Listening(ResponseHandler):
    """A connection that knows whether the server has said anything."""

    heard = False
    deaf = False  # what comes in is not read
    answered = False  # a head of 200 or above is complete
    interim = 0
    address = ""

    def begin(self, *, deaf: bool) -> None:
        """A request begins."""
        self.heard = False
        self.deaf = deaf
        self.answered = False
        self.interim = 0

    def data_received(self, data: bytes) -> None:
        """Bytes came in. A head is parsed by itself: what follows a complete answer and is no HTTP
        (a body after a 204, say) would take the answer back that it came with."""
        self.heard = True
        if self.deaf:
            # As if nothing had come in time: whoever made the request closes the connection.
            self.set_exception(aiohttp.SocketTimeoutError("what came is not read"))
            return
        while not self.answered and 0 <= (end := data.find(HEAD_END)) < len(data) - len(HEAD_END):
            end += len(HEAD_END)
            super().data_received(data[:end])
            data = data[end:]
            if self.exception() is not None:
                return
        super().data_received(data)

    def set_exception(self, exc: Any, exc_cause: Any = None) -> None:
        """What came is no HTTP. Whoever reads a body that has begun is told too, or would wait
        until no time is left: the library tells nobody but whoever waits for a head."""
        super().set_exception(exc, exc_cause or exc)
        body = self._payload
        if isinstance(exc, HttpProcessingError) and body is not None and not body.is_eof():
            body.set_exception(aiohttp.ClientPayloadError(exc.message))

    def feed_data(self, data: Any, size: int = 0) -> None:
        """An answer is complete up to its body. A server may not go on with 1xx for ever."""
        if data[0].code < 200 and data[0].code != 101:
            self.interim += 1
            if self.interim > MOST_INTERIM:
                if self.transport is not None:
                    self.transport.close()
                self.set_exception(HttpProcessingError(message="interim answers without end"))
                return
        else:
            self.answered = True
        super().feed_data(data, size)


class CheckedResolver(AbstractResolver):
    """Gives only addresses that may be connected to, and notes them in the passage."""

    def __init__(self, rules: NetworkRules, lookups: Lookups) -> None:
        self._rules = rules
        self._lookups = lookups

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError for a name without addresses, AddressRefused if none may be used."""
        passage = PASSAGE.get()
        passage.looking_up = True
        addresses = await self._lookups.addresses(host)
        passage.looking_up = False
        permitted = [
            address
            for address in addresses
            if passage.open or self._rules.permit(host, address, passage.allowed)
        ]
        if not permitted:
            raise AddressRefused(addresses[0])
        passage.checked.update(permitted)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in permitted
        ]

    async def close(self) -> None:
        """`Egress` closes the lookups."""


class CheckedConnector(aiohttp.TCPConnector):
    """Opens connections to permitted addresses only, and reuses only such connections.

    Names are looked up for each new connection, by `Lookups`, which remembers for some seconds:
    the rules are applied to the very addresses that are then connected to, so a name whose answer
    changes in between gains nothing.
    """

    def __init__(self, rules: NetworkRules, lookups: Lookups, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            limit=0,
            use_dns_cache=False,
            resolver=CheckedResolver(rules, lookups),
            keepalive_timeout=KEEP_ALIVE,
            socket_factory=self._socket,
            ssl=True if tls is None else tls,
        )
        self._rules = rules
        self._factory = functools.partial(self._protocol)

    def _protocol(self) -> ResponseHandler:
        return Listening(self._loop)

    def _socket(self, info: AddrInfoType) -> socket.socket:
        """The last look before a connection: what is not an address that a name was checked to
        have is an address in a URL, which is never resolved."""
        address = info[4][0]
        passage = PASSAGE.get()
        if not (
            passage.open
            or address in passage.checked
            or self._rules.permit(address, address, passage.allowed)
        ):
            raise AddressRefused(address)
        return socket.socket(info[0], info[1], info[2])

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        """A connection from the pool. It may have been opened when other rules held: for an
        account with an allow-list, or before a name got another address."""
        passage = PASSAGE.get()
        while (connection := await super()._get(key, traces)) is not None:
            protocol = connection.protocol
            assert isinstance(protocol, Listening)
            if (
                passage.fresh
                or protocol.should_close  # it spoke without being asked
                or not (
                    passage.open or self._rules.permit(key.host, protocol.address, passage.allowed)
                )
            ):
                connection.close()
                if passage.fresh:
                    return None
                continue
            passage.reused = True
            _enter(passage, protocol)
            return connection
        return None

    async def _create_connection(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> ResponseHandler:
        passage = PASSAGE.get()
        protocol = await super()._create_connection(req, traces, timeout)
        assert isinstance(protocol, Listening)
        if protocol.transport is not None:
            name = protocol.transport.get_extra_info("peername")
            protocol.address = name[0] if name else ""
        passage.reused = False
        _enter(passage, protocol)
        return protocol


def _enter(passage: Passage, protocol: Listening) -> None:
    protocol.begin(deaf=passage.deaf)
    passage.peer = protocol
