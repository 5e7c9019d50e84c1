"""The way out to apps: one pool of connections, opened at the first request.

Light until then: the HTTP library is imported with the first session, in a thread.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import NetworkRules
from trunkline.webhooks.http.passage import PASSAGE, Passage

if TYPE_CHECKING:
    import ssl

    import aiohttp

__all__ = ["Egress"]

LIBRARY = "trunkline.webhooks.http.sending"  # imports all that is heavy


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
