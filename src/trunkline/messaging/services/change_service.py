"""Make, change and delete messaging services."""

from __future__ import annotations

from typing import Any

import asyncpg

from trunkline.messaging.services import queries
from trunkline.messaging.services.lookup import ServiceLookup, announce_service
from trunkline.messaging.services.parameters import (
    MOST_VALIDITY,
    CreateServiceParameters,
    UpdateServiceParameters,
)
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["DEFAULTS", "ChangeService"]

# What a service has where nothing else was asked for (behaviour 5.1). No default: the name.
DEFAULTS: dict[str, Any] = {
    "inbound_request_url": None,
    "inbound_method": "POST",
    "fallback_url": None,
    "fallback_method": "POST",
    "status_callback": None,
    "sticky_sender": True,
    "mms_converter": True,
    "smart_encoding": True,
    "scan_message_content": "inherit",
    "fallback_to_long_code": True,
    "area_code_geomatch": True,
    "validity_period": MOST_VALIDITY,
    "synchronous_validation": False,
    "usecase": "undeclared",
    "use_inbound_webhook_on_number": False,
}


class ChangeService:
    """The writes to an account's services. What they change is known here before they return."""

    def __init__(
        self, database: Database, worlds: Worlds, sids: SidFactory, services: ServiceLookup
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._services = services

    async def create(
        self, account: AccountIdentity, asked: CreateServiceParameters
    ) -> asyncpg.Record:
        """The row of the new service."""
        now = self._worlds.clock(account.world_id).now()
        sid = self._sids.new("MG")
        row = {
            **DEFAULTS,
            **service_changes(asked),
            "id": sid[2:],
            "account_id": account.sid[2:],
            "world_id": account.world_id,
            "created_at": now,
            "updated_at": now,
        }
        async with self._database.transaction() as connection:
            made = await queries.run(connection, queries.insert_service(row))
            await announce_service(self._database, connection, sid)
        assert made is not None
        await self._services.refresh(sid)
        return made

    async def update(
        self, account: AccountIdentity, sid: str, asked: UpdateServiceParameters
    ) -> asyncpg.Record | None:
        """The row as it is after the commit; None when the account has no such service."""
        changes = service_changes(asked)
        changes["updated_at"] = self._worlds.clock(account.world_id).now()
        statement = queries.update_service(account.sid[2:], sid[2:], changes)
        async with self._database.transaction() as connection:
            changed = await queries.run(connection, statement)
            if changed is None:
                return None
            await announce_service(self._database, connection, sid)
        await self._services.refresh(sid)
        return changed

    async def delete(self, account: AccountIdentity, sid: str) -> bool:
        """Delete a service with its pool; its senders are free for another.

        Messages that wait for a sender of it fail with 21701. False when the account has no such
        service.
        """
        async with self._database.transaction() as connection:
            ids = sid[2:], account.sid[2:]
            if await connection.fetchval(queries.DELETE_SERVICE, *ids) is None:
                return False
            await announce_service(self._database, connection, sid)
        await self._services.refresh(sid)
        return True


def service_changes(asked: UpdateServiceParameters) -> dict[str, Any]:
    """The columns of a service that the request sets."""
    changes = {}
    for column in ("friendly_name", *DEFAULTS):
        value = getattr(asked, column)
        if value is not None:
            changes[column] = None if value == "" else value
    return changes
