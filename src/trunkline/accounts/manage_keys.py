"""Make, look up, rename and delete API keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from trunkline.accounts import queries
from trunkline.accounts.authenticate import TOPIC, AccountAuthenticator
from trunkline.accounts.fetch_own_page import fetch_own_page
from trunkline.accounts.model import ApiKey, new_secret
from trunkline.accounts.tables import api_keys
from trunkline.rest.pages import PageRequest
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["ManageKeys", "NewKey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made, and its secret, which is told this once."""

    key: ApiKey
    secret: str = field(repr=False)


class ManageKeys:
    """The API keys of accounts. The API makes standard keys only; main keys come with a world."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        sids: SidFactory,
        authenticator: AccountAuthenticator,
        entropy: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._box = box
        self._sids = sids
        self._authenticator = authenticator
        self._entropy = entropy

    async def create(self, account_sid: str, friendly_name: str, now: datetime) -> NewKey:
        """A new standard key of this account, committed."""
        key = ApiKey(
            sid=self._sids.new("SK"),
            account_sid=account_sid,
            kind="standard",
            friendly_name=friendly_name,
            created_at=now,
            updated_at=now,
        )
        secret = new_secret(self._entropy)
        sealed = self._box.seal(secret)
        async with self._database.transaction() as connection:
            await connection.execute(
                queries.INSERT_KEY,
                *(key.sid[2:], account_sid[2:], key.kind, key.friendly_name, sealed, now),
            )
            await self._database.announce(connection, TOPIC, account_sid)
        return NewKey(key=key, secret=secret)

    async def fetch(self, account_sid: str, sid: str) -> ApiKey | None:
        """The key of this account, or None."""
        row = await self._database.fetchrow(queries.FETCH_KEY, sid[2:], account_sid[2:])
        return None if row is None else queries.key_of(row)

    async def find(self, asker: str, sid: str) -> ApiKey | None:
        """The key of the account `asker` (a SID) or of one of its subaccounts, or None."""
        row = await self._database.fetchrow(queries.FIND_KEY, sid[2:], asker[2:])
        return None if row is None else queries.key_of(row)

    async def page(self, account_sid: str, request: PageRequest) -> list[ApiKey]:
        """A page of the keys of this account, newest first. 21481 for another account's token."""
        rows = await fetch_own_page(
            self._database,
            request,
            queries.list_keys(account_sid[2:]),
            api_keys.c.id,
            account_sid=account_sid,
            owner_of=queries.OWNER_OF_KEY,
        )
        return [queries.key_of(row) for row in rows]

    async def rename(
        self, account_sid: str, sid: str, friendly_name: str, now: datetime
    ) -> ApiKey | None:
        """The key with its new name, committed; None when the account has no such key."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                queries.UPDATE_KEY, sid[2:], account_sid[2:], friendly_name, now
            )
            if row is None:
                return None
            await self._database.announce(connection, TOPIC, account_sid)
        return queries.key_of(row)

    async def delete(self, account_sid: str, sid: str) -> bool:
        """Delete a key, so that it opens nothing any more; whether there was one."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.DELETE_KEY, sid[2:], account_sid[2:])
            if row is None:
                return False
            await self._database.announce(connection, TOPIC, account_sid)
        self._authenticator.forget(account_sid)
        return True
