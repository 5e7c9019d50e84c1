"""Make, change and delete applications."""

from __future__ import annotations

from typing import Any

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.application_lookup import ApplicationLookup
from trunkline.numbers.model import APPLICATIONS_TOPIC, MOST_APPLICATIONS
from trunkline.numbers.number_parameters import (
    CreateApplicationParameters,
    UpdateApplicationParameters,
)
from trunkline.numbers.number_settings import APPLICATION_DEFAULTS, application_changes
from trunkline.numbers.own_numbers import OwnNumbers
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["ChangeApplication"]


class ChangeApplication:
    """The writes to an account's applications."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        sids: SidFactory,
        applications: ApplicationLookup,
        own_numbers: OwnNumbers,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._applications = applications
        self._own_numbers = own_numbers

    async def create(
        self, account: AccountIdentity, asked: CreateApplicationParameters
    ) -> asyncpg.Record:
        """The row of the new application. 21301 when the account has a thousand."""
        now = self._worlds.clock(account.world_id).now()
        row: dict[str, Any] = {
            **APPLICATION_DEFAULTS,
            **application_changes(asked),
            "id": self._sids.new_id(),
            "account_id": account.sid[2:],
            "created_at": now,
            "updated_at": now,
        }
        async with self._database.transaction() as connection:
            await connection.execute(queries.TAKE_TURN, account.sid)
            count = await connection.fetchval(queries.COUNT_APPLICATIONS, account.sid[2:])
            if count >= MOST_APPLICATIONS:
                raise catalogue.APPLICATION_LIMIT()
            made = await queries.run(connection, queries.insert_application(row))
        assert made is not None
        return made

    async def update(
        self,
        account: AccountIdentity,
        application_sid: str,
        asked: UpdateApplicationParameters,
    ) -> asyncpg.Record | None:
        """The row as it is after the commit; None when the account has no such application."""
        changes = application_changes(asked)
        changes["updated_at"] = self._worlds.clock(account.world_id).now()
        statement = queries.update_application(account.sid[2:], application_sid[2:], changes)
        async with self._database.transaction() as connection:
            changed = await queries.run(connection, statement)
            if changed is None:
                return None
            await self._database.announce(connection, APPLICATIONS_TOPIC, application_sid)
        await self._changed(application_sid)
        return changed

    async def delete(self, account: AccountIdentity, application_sid: str) -> bool:
        """Delete an application; numbers that referred to it use their own URLs again.

        False when the account has no such application.
        """
        async with self._database.transaction() as connection:
            ids = application_sid[2:], account.sid[2:]
            if await connection.fetchval(queries.DELETE_APPLICATION, *ids) is None:
                return False
            await connection.execute(queries.CLEAR_APPLICATION, *ids)
            await self._database.announce(connection, APPLICATIONS_TOPIC, application_sid)
        await self._changed(application_sid)
        return True

    async def _changed(self, application_sid: str) -> None:
        """Let this node know before the change is answered; the others hear of it by notice."""
        self._applications.forget(application_sid)
        await self._own_numbers.refresh_application(application_sid)
