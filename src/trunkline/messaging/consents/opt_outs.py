"""Whose messages may not go to whom.

A message is blocked by its pair – its sender and its recipient – and by the service that it is
sent by or that has its sender in its pool. Either is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from trunkline.messaging.consents import queries
from trunkline.messaging.consents.model import service_scope
from trunkline.messaging.services.model import Service
from trunkline.store import Database

__all__ = [
    "ANSWERS_KEYWORD",
    "NO_SERVICES",
    "Checked",
    "OptOuts",
    "Services",
    "find_blocked",
    "scopes_of",
]

# The option of a message that answers a keyword: who stops is told so, although they stopped.
ANSWERS_KEYWORD = "answers_keyword"


class Services(Protocol):
    """What is asked of messaging services: `ServiceLookup`."""

    def find(self, sid: str) -> Service | None:
        """The service of a SID, or None."""

    def of_number(self, world_id: str, sender: str) -> Service | None:
        """The service whose pool has a sender that can be written to, or None."""


class _NoServices:
    """A platform on which there are none."""

    def find(self, sid: str) -> Service | None:
        """None."""
        return None

    def of_number(self, world_id: str, sender: str) -> Service | None:
        """None."""
        return None


NO_SERVICES: Services = _NoServices()


class Checked(Protocol):
    """A message that is about to be accepted or sent."""

    @property
    def account_id(self) -> str: ...
    @property
    def world_id(self) -> str: ...
    @property
    def sender(self) -> str | None: ...
    @property
    def recipient(self) -> str: ...
    @property
    def service_id(self) -> str | None: ...
    @property
    def options(self) -> Mapping[str, Any] | None: ...


class Source(Protocol):
    """A database, or a connection in a transaction."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """All rows."""


def scopes_of(
    services: Services, world_id: str, sender: str | None, service_id: str | None
) -> list[str]:
    """The scopes whose blocks count for a message: its sender, the service that it is sent by,
    and the service that has its sender in its pool."""
    scopes = [sender] if sender else []
    if service_id is not None:
        scopes.append(service_scope(service_id))
    service = services.of_number(world_id, sender) if sender else None
    if service is not None and service.sid not in scopes:
        scopes.append(service.sid)
    return scopes


async def find_blocked(source: Source, services: Services, batch: Sequence[Checked]) -> set[int]:
    """The places in `batch` of the messages that are blocked. One query, by primary key."""
    places: list[int] = []
    scopes: list[str] = []
    for n, item in enumerate(batch):
        if item.options is not None and ANSWERS_KEYWORD in item.options:
            continue
        for scope in scopes_of(services, item.world_id, item.sender, item.service_id):
            places.append(n)
            scopes.append(scope)
    if not places:
        return set()
    rows = await source.fetch(
        queries.BLOCKED,
        [batch[n].account_id for n in places],
        scopes,
        [batch[n].recipient for n in places],
    )
    return {places[row["n"] - 1] for row in rows}


class OptOuts:
    """Look up opt-outs. They are written through a group commit (`ChangeConsents`)."""

    def __init__(self, database: Database, services: Services = NO_SERVICES) -> None:
        self._database = database
        self._services = services

    async def blocked(self, batch: Sequence[Any]) -> set[str]:
        """The SIDs of those dispatches whose recipient has opted out since they were accepted."""
        found = await find_blocked(self._database, self._services, batch)
        return {batch[n].sid for n in found}

    async def is_blocked(
        self,
        account_id: str,
        sender: str,
        recipient: str,
        *,
        world_id: str = "",
        service_id: str | None = None,
    ) -> bool:
        """Whether `recipient` has opted out of `sender`, or of the service."""
        scopes = scopes_of(self._services, world_id, sender, service_id)
        return bool(await self.blocks(account_id, recipient, scopes))

    async def blocks(
        self, account_id: str, recipient: str, scopes: Collection[str]
    ) -> frozenset[str]:
        """Which of the scopes the recipient has opted out of."""
        rows = await self._database.fetch(queries.BLOCKS_OF, account_id, recipient, list(scopes))
        return frozenset(row["scope"] for row in rows)
