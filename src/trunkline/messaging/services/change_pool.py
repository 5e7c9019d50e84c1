"""Put senders into the pool of a messaging service, and take them out (behaviour 5.1)."""

from __future__ import annotations

from typing import Any

import asyncpg

from trunkline.messaging.services import queries
from trunkline.messaging.services.lookup import ServiceLookup, announce_service
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.worlds import Worlds

__all__ = ["MOST_SENDERS", "ChangePool"]

MOST_SENDERS = 400  # of one service

# Where the pool refers to a sender that the account has elsewhere.
COLUMNS = {"number": "number_id", "short_code": "short_code_id", "channel": "channel_sender_id"}


class ChangePool:
    """The writes to the pools of an account's services. What they change is known here before they
    return."""

    def __init__(
        self, database: Database, worlds: Worlds, sids: SidFactory, services: ServiceLookup
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._services = services

    async def add_owned(
        self, account: AccountIdentity, service_sid: str, kind: str, sid: str, *, resource: str
    ) -> asyncpg.Record:
        """Put a number, short code or channel sender of the account into a pool: the pool's row.

        Errors: 20404 where the account has no such service (`resource` is the path that says so)
        or no such sender; ALREADY_IN_SERVICE, IN_OTHER_SERVICE, SENDER_NOT_CAPABLE, POOL_FULL.
        """
        own_id = sid[2:]
        async with self._database.transaction() as connection:
            await self._lock(connection, account, service_sid, resource)
            own = await connection.fetchrow(queries.KEEP_SENDER[kind], own_id, account.sid[2:])
            if own is None:
                raise catalogue.NOT_FOUND(path=f"{resource}/{sid}")
            await _refuse_taken(connection, service_sid, own_id)
            if not own["sms_capable"]:
                raise catalogue.SENDER_NOT_CAPABLE()
            await _refuse_full(connection, service_sid)
            row = self._row(account, service_sid, kind, own["sender"])
            row[COLUMNS[kind]] = own_id
            if await queries.run(connection, queries.insert_sender(row)) is None:
                # Another service claimed it in the same instant: it was not to be seen before.
                await _refuse_taken(connection, service_sid, own_id)
                raise catalogue.IN_OTHER_SERVICE()
            added = await self._added(connection, account, service_sid, kind, own_id)
        await self._services.refresh(service_sid)
        return added

    async def add_alpha(
        self,
        account: AccountIdentity,
        service_sid: str,
        kind: str,
        sender: str,
        iso_country: str | None,
        *,
        resource: str,
    ) -> asyncpg.Record:
        """Put an alphanumeric sender into a pool: the pool's row. Others may use it as well.

        Errors: 20404 where the account has no such service, ALREADY_IN_SERVICE, POOL_FULL.
        """
        row = self._row(account, service_sid, kind, sender)
        row["iso_country"] = iso_country
        async with self._database.transaction() as connection:
            await self._lock(connection, account, service_sid, resource)
            await _refuse_full(connection, service_sid)
            if await queries.run(connection, queries.insert_sender(row)) is None:
                raise catalogue.ALREADY_IN_SERVICE()
            added = await self._added(connection, account, service_sid, kind, row["id"])
        await self._services.refresh(service_sid)
        return added

    async def remove(self, account: AccountIdentity, service_sid: str, kind: str, sid: str) -> bool:
        """Take a sender out of a pool; the account keeps it. False when it is not there."""
        async with self._database.transaction() as connection:
            gone = await connection.fetchval(
                queries.DELETE_SENDER, service_sid[2:], kind, sid[2:], account.sid[2:]
            )
            if gone is None:
                return False
            await announce_service(self._database, connection, service_sid)
        await self._services.refresh(service_sid)
        return True

    async def _lock(
        self, connection: Connection, account: AccountIdentity, service_sid: str, resource: str
    ) -> None:
        ids = service_sid[2:], account.sid[2:]
        if await connection.fetchrow(queries.LOCK_SERVICE, *ids) is None:
            raise catalogue.NOT_FOUND(path=resource)

    def _row(
        self, account: AccountIdentity, service_sid: str, kind: str, sender: str
    ) -> dict[str, Any]:
        now = self._worlds.clock(account.world_id).now()
        return {
            "id": self._sids.new_id(),
            "service_id": service_sid[2:],
            "kind": kind,
            "sender": sender,
            "created_at": now,
            "updated_at": now,
        }

    async def _added(
        self,
        connection: Connection,
        account: AccountIdentity,
        service_sid: str,
        kind: str,
        own_id: str,
    ) -> asyncpg.Record:
        await announce_service(self._database, connection, service_sid)
        wanted = queries.pool_of_service(account.sid[2:], service_sid[2:], kind, own_id=own_id)
        added = await queries.run(connection, wanted)
        assert added is not None
        return added


async def _refuse_taken(connection: Connection, service_sid: str, own_id: str) -> None:
    service_id = await connection.fetchval(queries.SERVICE_OF_SENDER, own_id)
    if service_id is None:
        return
    if service_id.hex == service_sid[2:]:
        raise catalogue.ALREADY_IN_SERVICE()
    raise catalogue.IN_OTHER_SERVICE()


async def _refuse_full(connection: Connection, service_sid: str) -> None:
    if await connection.fetchval(queries.COUNT_POOL, service_sid[2:]) >= MOST_SENDERS:
        raise catalogue.POOL_FULL()
