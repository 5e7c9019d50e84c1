"""Every messaging service of this platform with its pool, in memory: each message asks for its own.

The map is complete, so that what is not in it does not exist and costs the database nothing. It is
read once and follows the changes that every node announces. A number that was released has left
its pool by a foreign key, and is announced as a number alone.
"""

from __future__ import annotations

import asyncio
import sys

import asyncpg

from trunkline.messaging.services import queries
from trunkline.messaging.services.model import (
    POOL_PREFIXES,
    SERVICES_TOPIC,
    PoolSender,
    Service,
)
from trunkline.numbers.model import NUMBERS_TOPIC
from trunkline.store import Database, StoreUnavailable
from trunkline.store.database import Connection

__all__ = ["ServiceLookup", "announce_service"]

Key = tuple[str, str]  # world id and sender
MOST_AT_ONCE = 100  # services read by one query; a pool has up to 400 senders
# Senders that other people write to: what comes in at one belongs to the service of its pool. An
# alphanumeric sender cannot be written to, and may be in any number of pools.
TWO_WAY = ("number", "short_code", "channel")


class ServiceLookup:
    """The services of all worlds. Empty until `load`; `find` and `of_number` never wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._services: dict[str, Service] = {}  # by id
        self._of_sender: dict[Key, str] = {}  # ids of services
        self._changed: set[str] = set()
        self._changed_senders: set[Key] = set()
        self._incomplete = True
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_change(SERVICES_TOPIC, self._on_change)
        database.on_change(NUMBERS_TOPIC, self._on_sender)
        database.on_reconnect(self._on_reconnect)

    async def load(self) -> None:
        """Read every service. Afterwards all that was committed before the call is known."""
        self._incomplete = True
        await self._read()

    def find(self, sid: str) -> Service | None:
        """The service of a SID, whoever it belongs to, or None."""
        return self._services.get(sid[2:].lower()) if sid[:2] == "MG" else None

    def of_number(self, world_id: str, sender: str) -> Service | None:
        """The service whose pool has a number, short code or channel address of a world."""
        service_id = self._of_sender.get((world_id, sender))
        return None if service_id is None else self._services[service_id]

    async def refresh(self, sid: str) -> None:
        """Read again a service that this node has just made, changed or deleted, before the
        change is answered.

        The next request may already use it, while the announced change is still on its way. Out
        of reach of the database it stays on the list, and is read with the next change.
        """
        self._changed.add(sid[2:])
        await self._read_if_possible()

    def _on_change(self, service_id: str) -> None:
        self._changed.add(service_id)
        self._start()

    def _on_sender(self, key: str) -> None:
        world_id, _, sender = key.partition("/")
        # One that is in no pool may be in one that is being read just now.
        if (world_id, sender) in self._of_sender or self._reading.locked():
            self._changed_senders.add((world_id, sender))
            self._start()

    def _on_reconnect(self) -> None:
        self._incomplete = True
        self._start()

    def _start(self) -> None:
        task = asyncio.get_running_loop().create_task(self._read())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # what could not be read stays on the list for the next time

    async def _read_if_possible(self) -> None:
        try:
            await self._read()
        except StoreUnavailable:
            return

    async def _read(self) -> None:
        # One at a time, so that what is read later is never overwritten by what was read before.
        async with self._reading:
            if self._incomplete:
                await self._read_all()
            while self._changed or self._changed_senders:
                # Not before all that was being read is known: it may have brought the sender.
                while self._changed_senders:
                    service_id = self._of_sender.get(self._changed_senders.pop())
                    if service_id is not None:
                        self._changed.add(service_id)
                await self._read_changed()

    async def _read_all(self) -> None:
        # What is announced from here on is read again, even if it was waiting already.
        self._changed.clear()
        self._changed_senders.clear()
        self._incomplete = False
        try:
            rows = await self._database.fetch(queries.LOAD_SERVICES)
        except BaseException:
            self._incomplete = True
            raise
        self._services = {}
        self._of_sender = {}
        for row in rows:
            self._add(row)

    async def _read_changed(self) -> None:
        ids = [self._changed.pop() for _ in range(min(len(self._changed), MOST_AT_ONCE))]
        if not ids:
            return
        try:
            rows = await self._database.fetch(queries.FIND_SERVICES, ids)
        except BaseException:
            self._changed.update(ids)
            raise
        for service_id in ids:
            self._remove(service_id)
        for row in rows:
            self._add(row)

    def _add(self, row: asyncpg.Record) -> None:
        service_id = row["id"].hex
        found = service(row)
        self._services[service_id] = found
        for sender in found.senders:
            if sender.kind in TWO_WAY:
                self._of_sender[found.world_id, sender.sender] = service_id

    def _remove(self, service_id: str) -> None:
        gone = self._services.pop(service_id, None)
        if gone is None:
            return
        for sender in gone.senders:
            key = gone.world_id, sender.sender
            # It may have gone over to another service, which was read first.
            if self._of_sender.get(key) == service_id:
                del self._of_sender[key]


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
