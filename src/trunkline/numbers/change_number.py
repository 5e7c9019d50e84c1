"""Change a number's settings, give it to a related account, or release it."""

from __future__ import annotations

from typing import Any

import asyncpg

from trunkline.accounts.model import effective_status
from trunkline.numbers import queries
from trunkline.numbers.north_america import national_format
from trunkline.numbers.number_parameters import UpdateNumberParameters
from trunkline.numbers.number_settings import check_applications, check_settings, number_changes
from trunkline.numbers.own_numbers import OwnNumbers, announce_number
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity, Principal
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.worlds import Worlds

__all__ = ["ChangeNumber"]


class ChangeNumber:
    """Updates and releases numbers that an account owns."""

    def __init__(self, database: Database, worlds: Worlds, own_numbers: OwnNumbers) -> None:
        self._database = database
        self._worlds = worlds
        self._own_numbers = own_numbers

    async def update(
        self,
        principal: Principal,
        account: AccountIdentity,
        number_sid: str,
        asked: UpdateNumberParameters,
    ) -> asyncpg.Record | None:
        """The row as it is after the commit; None when the account has no such number.

        Errors: those of the settings; 21471 to 21474 for an account it cannot be given to.
        """
        owner = asked.account_sid or account.sid
        ids = number_sid[2:], account.sid[2:]
        async with self._database.transaction() as connection:
            if await connection.fetchrow(queries.FETCH_NUMBER, *ids) is None:
                return None
            changes = number_changes(asked)
            if owner != account.sid:
                await _check_transfer(connection, principal, account, owner)
                # Applications stay behind, with the account that has them.
                left = {"sms_application_id": None, "voice_application_id": None}
                changes = {**left, **changes, "account_id": owner[2:]}
            # Applications are locked before numbers, as where one is deleted.
            await check_applications(connection, changes, owner[2:])
            row = await connection.fetchrow(queries.LOCK_NUMBER, *ids)
            if row is None:
                return None
            check_settings(changes, row, sms_capable=row["sms_capable"])
            if asked.friendly_name is not None:
                default = national_format(row["phone_number"])
                changes["friendly_name"] = asked.friendly_name or default
            changes["updated_at"] = self._worlds.clock(account.world_id).now()
            changed = await queries.run(connection, queries.update_number(number_sid[2:], changes))
            assert changed is not None
            await announce_number(
                self._database, connection, account.world_id, changed["phone_number"]
            )
        await self._own_numbers.refresh(account.world_id, changed["phone_number"])
        return changed

    async def release(self, account: AccountIdentity, number_sid: str) -> bool:
        """Give the number back: anybody in the world may buy it. False when there is none."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.DELETE_NUMBER, number_sid[2:], account.sid[2:])
            if row is None:
                return False
            await announce_number(self._database, connection, account.world_id, row["phone_number"])
        await self._own_numbers.refresh(account.world_id, row["phone_number"])
        return True


async def _check_transfer(
    connection: Connection, principal: Principal, account: AccountIdentity, target: str
) -> None:
    if principal.account.sid != account.owner_sid:
        raise catalogue.TRANSFER_NOT_BY_PARENT()
    row: Any = await connection.fetchrow(queries.LOCK_TARGET, target[2:])
    if row is None or row["kind"] != "live":
        raise catalogue.TRANSFER_ACCOUNT_MISSING(value=target)
    if f"AC{row['owner_id'].hex}" != account.owner_sid:
        raise catalogue.TRANSFER_ACCOUNT_UNRELATED(value=target)
    if effective_status(row["status"], row["owner_status"]) != "active":
        raise catalogue.TRANSFER_ACCOUNT_NOT_ACTIVE(value=target)
