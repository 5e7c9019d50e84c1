"""aiohttp's connections, held to the network rules, and lent again only while nothing came on them.

A name is looked up for each new connection, and the rules are applied to what it resolves to and
once more to the very address of each socket, so a name whose answer changes in between gains
nothing. Connections that were opened without rules are another connector's: none is lent across.
"""

from __future__ import annotations

import select
import socket
import ssl
from typing import Any, Final
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from trunkline.webhooks.http import NOBODY, NetworkRules
from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import AddressRefused

__all__ = ["KEEP_ALIVE", "GuardedConnector"]

# Below the five seconds after which Node's and uvicorn's servers close an idle connection.
KEEP_ALIVE: Final = 4.0
MOST_CONNECTIONS: Final = 4000  # at the same time, more than one tenant may use


class _Resolver(AbstractResolver):
    def __init__(self, rules: NetworkRules | None, lookups: Lookups) -> None:
        self._rules = rules
        self._lookups = lookups

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name that may be connected to; OSError where there are none."""
        addresses = await self._lookups.addresses(host)
        rules = self._rules
        permitted = [a for a in addresses if rules is None or rules.permit(host, a, NOBODY)]
        if not permitted:
            raise AddressRefused(addresses[0])
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
        """The lookups are their owner's to close."""


class GuardedConnector(aiohttp.TCPConnector):
    """`rules`: None for addresses that the operator named. `tls` replaces the system's trust."""

    def __init__(
        self, rules: NetworkRules | None, lookups: Lookups, tls: ssl.SSLContext | None = None
    ) -> None:
        def make(info: Any) -> socket.socket:
            family, kind, proto, _, address = info
            if rules is not None and not rules.permit(str(address[0]), str(address[0]), NOBODY):
                raise AddressRefused(str(address[0]))
            return socket.socket(family, kind, proto)

        super().__init__(
            resolver=_Resolver(rules, lookups),
            use_dns_cache=False,  # `Lookups` remembers
            keepalive_timeout=KEEP_ALIVE,
            limit=MOST_CONNECTIONS,
            socket_factory=make,
            ssl=True if tls is None else tls,
        )
        self._lent: WeakSet[ResponseHandler] = WeakSet()  # what was lent before

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """One of the pool or a new one. aiohttp would also lend one on which the server has said
        something since its last answer, and take that for the next answer; and one that the server
        closed, of which the event loop has not heard yet."""
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            assert protocol is not None
            if protocol not in self._lent:
                self._lent.add(protocol)
                return connection
            if not (protocol.should_close or _has_news(protocol.transport)):
                return connection
            connection.close()


def _has_news(transport: Any) -> bool:
    """Whether there is something to read: on a connection where nothing was asked it is the end,
    or nothing good."""
    if transport is None or transport.is_closing():
        return True
    made = transport.get_extra_info("socket")
    if made is None or made.fileno() < 0:
        return False
    poll = select.poll()
    poll.register(made.fileno(), select.POLLIN)
    return bool(poll.poll(0))
