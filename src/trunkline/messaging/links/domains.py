"""Every domain of links, in memory: messaging asks for the domain of a service on each message,
and the HTTP server for that of a host on each request. They are few; the map is complete."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import asyncpg

from trunkline.messaging.links import queries
from trunkline.messaging.links.model import DOMAINS_TOPIC, LinkDomain
from trunkline.store import Database, StoreUnavailable

__all__ = ["LinkDomains", "is_own"]


class LinkDomains:
    """The domains of all worlds. Empty until `load`; nothing but `load` and `refresh` waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_id: Mapping[str, LinkDomain] = {}
        self._by_host: Mapping[bytes, LinkDomain] = {}
        self._by_service: Mapping[str, LinkDomain] = {}
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_change(DOMAINS_TOPIC, lambda _: self._start())
        database.on_reconnect(self._start)

    async def load(self) -> None:
        """Read all of them: what was committed before the call is known afterwards."""
        # One at a time, so that what is read later is never overwritten by what was read before.
        async with self._reading:
            rows = await self._database.fetch(queries.LOAD_DOMAINS)
            associations = await self._database.fetch(queries.LOAD_SERVICES)
            self._by_id = {row["id"].hex: _domain(row) for row in rows}
            # Two worlds may have the same: what is no link of either is for who had it first.
            self._by_host = {
                domain.domain_name.encode(): domain for domain in reversed(self._by_id.values())
            }
            self._by_service = {
                f"MG{row['service_id'].hex}": self._by_id[row["domain_id"].hex]
                for row in associations
                if row["domain_id"].hex in self._by_id
            }

    async def refresh(self) -> None:
        """Read again what this node has just changed, before the change is answered."""
        try:
            await self.load()
        except StoreUnavailable:
            return  # it was announced, and is read when the connection is back

    def find(self, domain_id: str) -> LinkDomain | None:
        """The domain of an id (32 hex digits)."""
        return self._by_id.get(domain_id)

    @property
    def any(self) -> bool:
        """Whether there are domains at all."""
        return bool(self._by_host)

    def of_host(self, host: bytes | None) -> LinkDomain | None:
        """The domain that a request's Host names."""
        if host is None:
            return None
        return self._by_host.get(host.lower())

    def of_service(self, service_sid: str) -> LinkDomain | None:
        """The domain of a messaging service."""
        return self._by_service.get(service_sid)

    def _start(self) -> None:
        task = asyncio.get_running_loop().create_task(self.refresh())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def is_own(name: str, base_url: str) -> bool:
    """Whether a domain is where the platform itself is: what is asked there is the API's."""
    return name == urlsplit(base_url).netloc.lower()


def _domain(row: asyncpg.Record) -> LinkDomain:
    return LinkDomain(
        id=row["id"].hex,
        account_id=row["account_id"].hex,
        world_id=row["world_id"].hex,
        domain_name=row["domain_name"],
        fallback_url=row["fallback_url"],
        callback_url=row["callback_url"],
        disable_https=row["disable_https"],
    )
