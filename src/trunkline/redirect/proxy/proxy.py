"""The proxy: a port on the loopback, and a task for each client."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable

from trunkline.redirect.proxy.authority import Authority
from trunkline.redirect.proxy.connection import Connection, Rules
from trunkline.redirect.proxy.routes import Routes
from trunkline.redirect.proxy.upstream import Upstream

__all__ = ["Proxy"]

HOST = "127.0.0.1"
BACKLOG = 256
FULL_SECONDS = 0.1  # until another try, when this process may open no more files


class Proxy:
    """From `start` to `stop`, in the event loop of `start`."""

    def __init__(
        self,
        routes: Routes,
        authority: Authority,
        upstream: Upstream,
        *,
        distrusted: Callable[[str], object] = str,
    ) -> None:
        """`distrusted` hears of each host whose certificate a program did not believe."""
        self.token = secrets.token_urlsafe(24)
        self._rules = Rules(
            routes=routes,
            authority=authority,
            upstream=upstream,
            token=self.token,
            distrusted=distrusted,
        )
        self._listening: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._listening is not None
        port: int = self._listening.getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen on a free port. Raises OSError."""
        self._listening = socket.create_server((HOST, 0), backlog=BACKLOG)
        self._listening.setblocking(False)
        self._accepting = asyncio.create_task(self._accept())

    async def stop(self) -> None:
        """Close the port and every connection."""
        tasks = [*([self._accepting] if self._accepting else []), *self._serving]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listening is not None:
            self._listening.close()

    async def _accept(self) -> None:
        assert self._listening is not None
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(self._listening)
            except OSError:
                await asyncio.sleep(FULL_SECONDS)
                continue
            with contextlib.suppress(OSError):
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(Connection(client, self._rules).serve())
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
