"""Every messaging service of this platform with its pool, in memory: each message asks for its own.

The map is complete, so that what is not in it does not exist and costs the database nothing. It is
read once and follows the changes that every node announces. A number that was released has left
its pool by a foreign key, and is announced as a number alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import asyncpg

from trunkline.messaging.services import queries
from trunkline.messaging.services.model import (
    POOL_PREFIXES,
    SERVICES_TOPIC,
    PoolSender,
    Service,
)
from trunkline.numbers.model import NUMBERS_TOPIC
from trunkline.store import Database
from trunkline.store.complete_map import CompleteMap
from trunkline.store.database import Connection

__all__ = ["ServiceLookup", "announce_service"]

SenderKey = tuple[str, str]  # world id and sender
# Senders that other people write to: what comes in at one belongs to the service of its pool. An
# alphanumeric sender cannot be written to, and may be in any number of pools.
TWO_WAY = ("number", "short_code", "channel")


class ServiceLookup(CompleteMap[str]):
    """The services of all worlds, by id. `find` and `of_number` never wait."""

    most_at_once = 100  # a pool has up to 400 senders

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._services: dict[str, Service] = {}
        self._of_sender: dict[SenderKey, str] = {}  # ids of services
        database.on_change(SERVICES_TOPIC, self._follow)
        database.on_change(NUMBERS_TOPIC, self._on_sender)

    def find(self, sid: str) -> Service | None:
        """The service of a SID, whoever it belongs to, or None."""
        return self._services.get(sid[2:].lower()) if sid[:2] == "MG" else None

    def of_number(self, world_id: str, sender: str) -> Service | None:
        """The service whose pool has a number, short code or channel address of a world."""
        service_id = self._of_sender.get((world_id, sender))
        return None if service_id is None else self._services[service_id]

    async def refresh(self, sid: str) -> None:
        """Read again a service that this node has just made, changed or deleted."""
        await self._refresh(sid[2:])

    def _on_sender(self, key: str) -> None:
        world_id, _, sender = key.partition("/")
        # One that is in no pool may be in one that is being read just now.
        if (world_id, sender) in self._of_sender or self._is_reading:
            self._follow_owner((world_id, sender))

    async def _fetch_all(self) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(queries.LOAD_SERVICES)

    async def _fetch(self, keys: list[str]) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(queries.FIND_SERVICES, keys)

    def _keys_of(self, owner: SenderKey) -> Iterable[str]:
        service_id = self._of_sender.get(owner)
        return () if service_id is None else (service_id,)

    def _clear(self) -> None:
        self._services = {}
        self._of_sender = {}

    def _add(self, row: asyncpg.Record) -> None:
        service_id = row["id"].hex
        found = service(row)
        self._services[service_id] = found
        for sender in found.senders:
            if sender.kind in TWO_WAY:
                self._of_sender[found.world_id, sender.sender] = service_id

    def _remove(self, key: str) -> None:
        gone = self._services.pop(key, None)
        if gone is None:
            return
        for sender in gone.senders:
            place = gone.world_id, sender.sender
            # It may have gone over to another service, which was read first.
            if self._of_sender.get(place) == key:
                del self._of_sender[place]


async def announce_service(database: Database, connection: Connection, sid: str) -> None:
    """Tell every node, with the commit, that a service or its pool changed."""
    await database.announce(connection, SERVICES_TOPIC, sid[2:])


def service(row: asyncpg.Record) -> Service:
    """The value of a row with its pool."""
    return Service(
        sid=f"MG{row['id'].hex}",
        account_sid=sys.intern(f"AC{row['account_id'].hex}"),
        world_id=sys.intern(row["world_id"].hex),
        inbound_request_url=row["inbound_request_url"],
        inbound_method=sys.intern(row["inbound_method"]),
        fallback_url=row["fallback_url"],
        fallback_method=sys.intern(row["fallback_method"]),
        status_callback=row["status_callback"],
        sticky_sender=row["sticky_sender"],
        mms_converter=row["mms_converter"],
        smart_encoding=row["smart_encoding"],
        area_code_geomatch=row["area_code_geomatch"],
        validity_period=row["validity_period"],
        use_inbound_webhook_on_number=row["use_inbound_webhook_on_number"],
        senders=pool(row),
    )


def pool(row: asyncpg.Record) -> tuple[PoolSender, ...]:
    """The senders of a service's row, oldest first."""
    if row["kinds"] is None:
        return ()
    columns = zip(row["kinds"], row["ids"], row["senders"], row["countries"], strict=True)
    return tuple(
        PoolSender(
            kind=sys.intern(kind),  # type: ignore[arg-type]
            sid=f"{POOL_PREFIXES[kind]}{sender_id.hex}",
            sender=sender,
            iso_country=country,
        )
        for kind, sender_id, sender, country in columns
    )
