"""The connections to apps, held to the network rules."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

from trunkline.webhooks.http.client_errors import ConnectTimeout, NotConnected
from trunkline.webhooks.http.connection import Connection
from trunkline.webhooks.http.dialing import connect, in_turns
from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import AddressRefused, NetworkRules, literal_address
from trunkline.webhooks.http.passage import Passage
from trunkline.webhooks.http.wire import read_origin

__all__ = ["Pool"]

# Below the five seconds after which Node's and uvicorn's servers close an idle connection: the
# fewer requests meet a connection that is being closed, the better.
KEEP_ALIVE = 4.0


class Pool:
    """Opens connections to permitted addresses only, and lends only such connections again.

    Names are looked up for each new connection, by `Lookups`, which remembers for some seconds:
    the rules are applied to the very addresses that are then connected to, so a name whose answer
    changes in between gains nothing. `tls` replaces the system's trusted certificates.
    """

    def __init__(self, rules: NetworkRules, lookups: Lookups, tls: ssl.SSLContext | None) -> None:
        self._rules = rules
        self._lookups = lookups
        self._tls = tls
        self._making_tls = asyncio.Lock()
        self._idle: dict[str, list[Connection]] = {}  # by origin, the last used at the end
        self._open: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False
        self._emptied: asyncio.Future[None] | None = None

    async def connection(self, origin: str, passage: Passage, seconds: float) -> Connection:
        """One to an origin (`split_url`), as `passage` permits it; within so many seconds if a
        new one is needed. Raises NotConnected, ConnectTimeout."""
        if self._closed:
            raise RuntimeError("closed")
        connection = self._from_idle(origin, passage)
        passage.reused = connection is not None
        if connection is not None:
            connection.again()
        else:
            if self._tls is None and read_origin(origin).secure:
                await self._make_tls()
            try:
                async with asyncio.timeout(seconds):
                    connection = await self._connect(origin, passage)
            except TimeoutError as error:
                raise ConnectTimeout from error
            if self._closed:
                connection.abort()
                raise RuntimeError("closed")
        passage.peer = connection
        return connection

    def give_back(self, connection: Connection) -> None:
        """An exchange is over: keep its connection for another one, if that is possible."""
        if self._closed or not connection.usable:
            connection.close()
            return
        connection.rest()
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.setdefault(connection.origin, []).append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(KEEP_ALIVE, self._close_old)

    async def close(self) -> None:
        """Close every connection, for good."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        self._idle.clear()
        if self._open:
            if self._emptied is None:
                self._emptied = asyncio.get_running_loop().create_future()
            for connection in list(self._open):
                connection.abort()
            await self._emptied

    def _from_idle(self, origin: str, passage: Passage) -> Connection | None:
        """One that is idle. It may have been opened when other rules held: for an account with an
        allow-list, or before a name got another address."""
        idle = self._idle.get(origin)
        if not idle:
            return None
        oldest = asyncio.get_running_loop().time() - KEEP_ALIVE
        host = read_origin(origin).host
        while idle:
            connection = idle.pop()
            if (
                connection.idle_since >= oldest
                and connection.usable
                and not passage.fresh
                and (passage.open or self._rules.permit(host, connection.address, passage.allowed))
            ):
                return connection
            usable = connection.usable
            connection.close()
            if passage.fresh and usable:  # the new one takes its place
                return None
        return None

    def _close_old(self) -> None:
        now = asyncio.get_running_loop().time()
        oldest = now
        for origin, idle in list(self._idle.items()):
            kept = []
            for connection in idle:
                if connection.idle_since <= now - KEEP_ALIVE or not connection.usable:
                    connection.close()
                else:
                    kept.append(connection)
                    oldest = min(oldest, connection.idle_since)
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        self._sweep = None
        if self._idle:
            loop = asyncio.get_running_loop()
            self._sweep = loop.call_later(oldest + KEEP_ALIVE - now, self._close_old)

    async def _connect(self, origin: str, passage: Passage) -> Connection:
        secure, host, port = read_origin(origin)
        left = await self._addresses(host, passage)
        loop = asyncio.get_running_loop()
        while True:
            try:
                made, address = await connect(left, port)
            except OSError as error:
                raise NotConnected(error) from error
            try:
                _, connection = await loop.create_connection(
                    lambda: Connection(loop, origin, self._changed),
                    sock=made,
                    ssl=self._tls if secure else None,
                    server_hostname=host.rstrip(".") if secure else None,
                )
            except OSError as error:
                # TLS may succeed at another address, where nothing else would.
                left = [other for other in left if secure and other != address]
                if not left:
                    raise NotConnected(error) from error
            else:
                return connection

    async def _addresses(self, host: str, passage: Passage) -> Sequence[str]:
        """Those that may be connected to."""
        if literal_address(host) is not None:
            if passage.open or self._rules.permit(host, host, passage.allowed):
                return (host,)
            raise NotConnected(AddressRefused(host))
        passage.looking_up = True
        try:
            addresses = await self._lookups.addresses(host)
        except OSError as error:
            raise NotConnected(error, nameless=True) from error
        passage.looking_up = False
        permitted = [
            address
            for address in addresses
            if passage.open or self._rules.permit(host, address, passage.allowed)
        ]
        if not permitted:
            raise NotConnected(AddressRefused(addresses[0]))
        return in_turns(permitted)

    async def _make_tls(self) -> None:
        """Read the system's certificates, which takes some tens of milliseconds, in a thread."""
        async with self._making_tls:
            if self._tls is None:
                self._tls = await asyncio.to_thread(_system_trust)

    def _changed(self, connection: Connection, is_open: bool) -> None:
        if is_open:
            self._open.add(connection)
        else:
            self._open.discard(connection)
            if self._emptied is not None and not self._open and not self._emptied.done():
                self._emptied.set_result(None)


def _system_trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context
