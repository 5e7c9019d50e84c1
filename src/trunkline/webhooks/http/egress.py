"""The way out to apps: one pool of connections, opened at the first request.

Light until then: the HTTP library is imported with the first session, in a thread.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import NOBODY, AllowList, NetworkRules

if TYPE_CHECKING:
    import ssl

    import aiohttp

__all__ = ["PASSAGE", "Egress", "Passage", "Peer"]

LIBRARY = "trunkline.webhooks.http.sending"  # imports all that is heavy


class Peer(Protocol):
    """The other end of a connection, as far as a request needs to know."""

    heard: bool  # whether a byte came in since the request began


@dataclass(slots=True)
class Passage:
    """What one request may do on its way out, and what was seen on the way."""

    allowed: AllowList = NOBODY
    open: bool = False  # any address: the operator's own, by `--map`
    fresh: bool = False  # on a new connection, whatever is in the pool

    looking_up: bool = False  # a name is being resolved
    checked: set[str] = field(default_factory=set)  # addresses that a name may be connected to by
    reused: bool = False  # the connection is from the pool
    peer: Peer | None = None  # None: there was no connection yet

    @property
    def heard(self) -> bool:
        """Whether a byte of an answer came."""
        return self.peer is not None and self.peer.heard


PASSAGE: ContextVar[Passage] = ContextVar("passage")


class Egress:
    """The connections to apps, and the rules that hold for them.

    `tls` replaces the system's trusted certificates.
    """

    def __init__(
        self,
        rules: NetworkRules,
        *,
        lookups: Lookups | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._lookups = lookups or Lookups()
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def session(self) -> aiohttp.ClientSession:
        """The session that makes requests; each within a `passage`."""
        if self._session is None:
            async with self._opening:
                await asyncio.to_thread(importlib.import_module, LIBRARY)
                if self._closed:
                    raise RuntimeError("closed")
                if self._session is None:
                    from trunkline.webhooks.http.connector import open_session

                    self._session = open_session(self._rules, self._lookups, self._tls)
        return self._session

    @contextmanager
    def passage(self, passage: Passage) -> Iterator[Passage]:
        """Let the requests of this task go out as `passage` says. Without one, none goes out."""
        token = PASSAGE.set(passage)
        try:
            yield passage
        finally:
            PASSAGE.reset(token)

    async def close(self) -> None:
        """Close every connection, for good."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
        await self._lookups.close()
