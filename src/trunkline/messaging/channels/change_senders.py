"""Register, change and remove the senders of channels.

In development a sender is online at once. In production nothing connects to the channels'
providers yet, so a sender stays `CREATING`, and nothing can be sent from it.
"""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from trunkline.messaging.channels import queries
from trunkline.messaging.channels.parameters import CreateSenderParameters, UpdateSenderParameters
from trunkline.messaging.recipients import is_e164
from trunkline.numbers import OwnNumbers, normalise
from trunkline.numbers.own_numbers import announce_number
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.parameters import parameters_of
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["ChangeSenders", "sender_address"]

_agent = re.compile(r"[A-Za-z0-9_.-]{1,100}").fullmatch
PARTS = ("configuration", "webhook", "profile")
NOT_KEPT = "verification_code"  # a secret that has served its purpose


class ChangeSenders:
    """The writes to an account's channel senders. Messaging knows of them before the answer."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        sids: SidFactory,
        own_numbers: OwnNumbers,
        *,
        online: bool,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._own_numbers = own_numbers
        self._status = "ONLINE" if online else "CREATING"

    async def create(
        self, account: AccountIdentity, asked: CreateSenderParameters
    ) -> asyncpg.Record:
        """The row of the new sender.

        20422 for an address that cannot be one; 20409 where somebody in the world has it.
        """
        address = sender_address(asked.sender_id)
        parts = [_merged(None, getattr(asked, name)) for name in PARTS]
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                queries.INSERT_SENDER,
                self._sids.new_id(),
                account.world_id,
                account.sid[2:],
                address,
                asked.friendly_name or None,
                self._status,
                *parts,
                self._worlds.clock(account.world_id).now(),
            )
            if row is None:
                raise catalogue.CONFLICT(reason=f"The sender {address} exists already")
            await announce_number(self._database, connection, account.world_id, address)
        await self._own_numbers.refresh(account.world_id, address)
        return row

    async def update(
        self, account: AccountIdentity, sender_sid: str, asked: UpdateSenderParameters
    ) -> asyncpg.Record | None:
        """The row as it is after the commit; None when the account has no such sender."""
        async with self._database.transaction() as connection:
            old = await connection.fetchrow(queries.LOCK_SENDER, sender_sid[2:], account.sid[2:])
            if old is None:
                return None
            name = old["friendly_name"] if asked.friendly_name is None else asked.friendly_name
            row = await connection.fetchrow(
                queries.UPDATE_SENDER,
                sender_sid[2:],
                name or None,
                *(_merged(old[part], getattr(asked, part)) for part in PARTS),
                self._worlds.clock(account.world_id).now(),
            )
            address = row["address"]
            await announce_number(self._database, connection, account.world_id, address)
        await self._own_numbers.refresh(account.world_id, address)
        return row

    async def delete(self, account: AccountIdentity, sender_sid: str) -> bool:
        """Remove a sender; its messages stay. False when the account has none such."""
        async with self._database.transaction() as connection:
            ids = sender_sid[2:], account.sid[2:]
            address = await connection.fetchval(queries.DELETE_SENDER, *ids)
            if address is None:
                return False
            await announce_number(self._database, connection, account.world_id, address)
        await self._own_numbers.refresh(account.world_id, address)
        return True


def sender_address(raw: str) -> str:
    """The address of a sender as it is stored: `whatsapp:+14155550100`, `rcs:acme_agent`."""
    channel, _, rest = raw.strip().partition(":")
    channel = channel.lower()
    if channel == "whatsapp":
        number = normalise(rest)
        if number is not None and is_e164(number):
            return f"{channel}:{number}"
    elif channel == "rcs" and _agent(rest.strip()):
        return f"{channel}:{rest.strip()}"
    reason = "not whatsapp: and a number in E.164, or rcs: and the name of an agent"
    raise catalogue.INVALID_PARAMETER(name="sender_id", reason=reason)


def _merged(old: Any, asked: Any) -> dict[str, Any] | None:
    """What holds of a part: what was asked for, over what held. Nothing at all is None."""
    if asked is None:
        return None if old is None else dict(old)
    made: dict[str, Any] = dict(old or {})
    for spec in parameters_of(type(asked)).values():
        value = getattr(asked, spec.attribute)
        if value is not None and spec.name != NOT_KEPT:
            made[spec.name] = None if value == "" else value
    return made
