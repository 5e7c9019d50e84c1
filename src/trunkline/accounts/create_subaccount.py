"""Make a subaccount."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from trunkline.accounts import queries
from trunkline.accounts.authenticate import TOPIC
from trunkline.accounts.model import Account, default_subaccount_name, new_token
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["CreateSubaccount"]

MOST_SUBACCOUNTS = 1000  # Twilio's default for a paying customer; closed ones do not count


class CreateSubaccount:
    """Makes subaccounts, each with a token of its own, in the world of their parent."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        sids: SidFactory,
        entropy: Callable[[int], bytes],
        *,
        most: int = MOST_SUBACCOUNTS,
    ) -> None:
        self._database = database
        self._box = box
        self._sids = sids
        self._entropy = entropy
        self._most = most

    async def __call__(
        self, owner: AccountIdentity, friendly_name: str | None, now: datetime
    ) -> Account:
        """The new subaccount of `owner`, committed.

        Errors: 21101 when `owner` is a subaccount itself, 21480 when it has too many, 20005 when
        it was suspended meanwhile.
        """
        if owner.owner_sid != owner.sid:
            raise catalogue.NESTED_SUBACCOUNT()
        async with self._database.transaction() as connection:
            parent = await connection.fetchrow(queries.LOCK_PARENT, owner.sid[2:])
            if parent is None or parent["status"] != "active":
                raise catalogue.ACCOUNT_NOT_ACTIVE()
            count = await connection.fetchval(queries.COUNT_SUBACCOUNTS, owner.sid[2:])
            if count >= self._most:
                raise catalogue.SUBACCOUNT_LIMIT()
            account = Account(
                sid=self._sids.new("AC"),
                owner_sid=owner.sid,
                world_id=owner.world_id,
                kind="live",
                type=parent["type"],
                status="active",
                friendly_name=friendly_name or default_subaccount_name(now),
                auth_token=new_token(self._entropy),
                balance=Decimal(0),
                created_at=now,
                updated_at=now,
            )
            await connection.execute(
                queries.INSERT_ACCOUNT,
                account.sid[2:],
                account.owner_sid[2:],
                account.world_id,
                account.kind,
                account.type,
                account.friendly_name,
                self._box.seal(account.auth_token),
                account.balance,
                now,
            )
            await self._database.announce(connection, TOPIC, account.sid)
        return account
