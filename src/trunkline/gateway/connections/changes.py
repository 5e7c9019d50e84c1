"""Who hears of a change to a user's connections and requests, on every node.

A change is announced with its commit, by the user whose it is: caches forget that user, and those
who wait look again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from trunkline.gateway.errors import RateLimited
from trunkline.store import Database
from trunkline.store.database import Connection as Link

__all__ = ["Changes", "Owner", "owner_of", "until_set"]

TOPIC = "gateway_connections"
Owner = tuple[str, str]  # tenant and user: 32 hex digits each
LOOK_AGAIN = 5.0  # seconds: a notice may be lost
MOST_WAITING = 100  # of one user at a time: each looks again at every change of that user's


def owner_of(tenant_id: str, user_id: str) -> Owner:
    """The user as caches and notices name it, whichever way the ids are written."""
    return tenant_id.replace("-", "").lower(), user_id.replace("-", "").lower()


async def until_set(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, for `seconds` at most; not longer than a lost notice may be waited for."""
    with suppress(TimeoutError):
        async with asyncio.timeout(min(seconds, LOOK_AGAIN)):
            await event.wait()


class Changes:
    """One node's ear for changes, and its mouth."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[Owner, set[asyncio.Event]] = {}
        self._forgetting: list[Callable[[Owner | None], None]] = []
        database.on_change(TOPIC, self._announced)
        database.on_reconnect(self._missed)

    def on_change(self, forget: Callable[[Owner | None], None]) -> None:
        """Call `forget` with the user of each change; with None when changes may be missed."""
        self._forgetting.append(forget)

    async def announce(self, link: Link, owner: Owner) -> None:
        """Tell every node, once the transaction of `link` commits."""
        await self._database.announce(link, TOPIC, ":".join(owner))

    def tell(self, owner: Owner) -> None:
        """Tell this node at once, after the commit: who changed something sees it."""
        for forget in self._forgetting:
            forget(owner)
        for event in self._waiting.get(owner, ()):
            event.set()

    @contextmanager
    def watch(self, owner: Owner) -> Iterator[asyncio.Event]:
        """An event that is set by each change of this user's. Raises RateLimited when too many
        wait for them already."""
        if len(self._waiting.get(owner, ())) >= MOST_WAITING:
            raise RateLimited("Too many requests wait for this user.", retry_after=LOOK_AGAIN)
        event = asyncio.Event()
        self._waiting.setdefault(owner, set()).add(event)
        try:
            yield event
        finally:
            left = self._waiting[owner]
            left.discard(event)
            if not left:
                del self._waiting[owner]

    def _announced(self, key: str) -> None:
        tenant, _, user = key.partition(":")
        self.tell((tenant, user))

    def _missed(self) -> None:
        for forget in self._forgetting:
            forget(None)
        for events in self._waiting.values():
            for event in events:
                event.set()
