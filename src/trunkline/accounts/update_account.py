"""Rename an account; suspend, reactivate or close a subaccount."""

from __future__ import annotations

from datetime import datetime

from trunkline.accounts import queries
from trunkline.accounts.authenticate import TOPIC, AccountAuthenticator
from trunkline.accounts.model import ACCOUNT_STATUSES, Account
from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.secret_box import SecretBox
from trunkline.store import Database

__all__ = ["UpdateAccount", "status_refusal"]


def status_refusal(account: Account, parent_status: str, status: str) -> ApiError | None:
    """Why `account` may not be given `status`; None when it may.

    21477 for a parent, 21479 for a closed account, 21476 under a suspended parent.
    """
    if account.is_parent:
        return catalogue.PARENT_ACCOUNT_STATUS()
    if account.status == "closed":
        return catalogue.SUBACCOUNT_CLOSED()
    if parent_status != "active":
        return catalogue.PARENT_ACCOUNT_SUSPENDED()
    if status != account.status and not ACCOUNT_STATUSES.allows(account.status, status):
        return catalogue.INVALID_ACCOUNT_STATUS()
    return None


class UpdateAccount:
    """Changes accounts. Closing one stops its credentials; what it owns stays for now."""

    def __init__(
        self, database: Database, box: SecretBox, authenticator: AccountAuthenticator
    ) -> None:
        self._database = database
        self._box = box
        self._authenticator = authenticator

    async def __call__(
        self,
        sid: str,
        *,
        asker: str,
        friendly_name: str | None,
        status: str | None,
        now: datetime,
    ) -> Account | None:
        """The account as it is after the commit; None when `asker` (a SID) cannot see it.

        Errors: those of `status_refusal`.
        """
        async with self._database.transaction() as connection:
            # The parent first: whoever makes or changes its subaccounts locks in this order.
            parent = await connection.fetchrow(queries.LOCK_OWNER, sid[2:])
            row = await connection.fetchrow(queries.LOCK_ACCOUNT, sid[2:], asker[2:])
            if parent is None or row is None:
                return None
            account = queries.account_of(row, self._box)
            if status is not None:
                refusal = status_refusal(account, parent["status"], status)
                if refusal is not None:
                    raise refusal
            name = account.friendly_name if friendly_name is None else friendly_name
            status = status or account.status
            if (name, status) == (account.friendly_name, account.status):
                return account
            changed = await connection.fetchrow(queries.UPDATE_ACCOUNT, sid[2:], name, status, now)
            await self._database.announce(connection, TOPIC, sid)
        self._authenticator.forget(sid)
        return queries.account_of(changed, self._box)
