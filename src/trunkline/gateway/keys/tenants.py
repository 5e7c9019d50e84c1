"""Tenants and their users: looked up, and made when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from trunkline.clock import Clock
from trunkline.gateway.errors import AlreadyExists, BadRequest
from trunkline.gateway.keys import queries
from trunkline.gateway.keys.model import Tenant, User, checked_text
from trunkline.gateway.model import Caller
from trunkline.sids import SidFactory
from trunkline.store.database import Connection, Database

__all__ = ["Tenants"]


class Tenants:
    """Each method is committed when it returns; those with a connection join its transaction."""

    def __init__(self, database: Database, sids: SidFactory, clock: Clock) -> None:
        self._database = database
        self._sids = sids
        self._clock = clock

    async def ensure(self, key: str, world_id: str, account_id: str) -> Tenant:
        """The tenant of this key, made if there is none.

        `account_id` is the account's id, or its SID. Raises BadRequest for a key that cannot be
        one, and AlreadyExists when the tenant acts for another account.
        """
        async with self._database.transaction() as connection:
            return await self.ensure_in(connection, key, world_id, account_id)

    async def ensure_in(
        self, connection: Connection, key: str, world_id: str, account_id: str
    ) -> Tenant:
        """`ensure`, in a transaction of the caller's."""
        checked_text(key, "The tenant")
        world, account = _uuid(world_id), _uuid(account_id.removeprefix("AC"))
        row = await connection.fetchrow(
            queries.INSERT_TENANT, self._sids.new_id(), key, world, account, self._clock.now()
        )
        if row is None:
            row = await connection.fetchrow(queries.TENANT_BY_KEY, key)
        if (row["world_id"], row["account_id"]) != (world, account):
            raise AlreadyExists("There is a tenant of this name, which acts for another account.")
        return queries.tenant_of(row)

    async def named(self, key: str) -> Tenant | None:
        """The tenant of this key, or None."""
        if "\0" in key or not _is_text(key):
            return None
        row = await self._database.fetchrow(queries.TENANT_BY_KEY, key)
        return None if row is None else queries.tenant_of(row)

    async def fetch(self, tenant_id: str) -> Tenant | None:
        """The tenant of this id, or None."""
        try:
            identity = UUID(tenant_id)
        except ValueError:
            return None
        row = await self._database.fetchrow(queries.TENANT_BY_ID, identity)
        return None if row is None else queries.tenant_of(row)

    async def user(
        self,
        tenant_id: str,
        user_key: str,
        *,
        name: str | None = None,
        email: str | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> User:
        """The user of this key, made if there is none; what is given besides and differs from what
        is kept takes its place. Raises BadRequest for a key that cannot be one."""
        checked_text(user_key, "The user")
        row = await self._database.fetchrow(queries.FETCH_USER, tenant_id, user_key)
        if row is None:
            async with self._database.transaction() as connection:
                return await self.user_in(
                    connection, tenant_id, user_key, name=name, email=email, fields=fields
                )
        kept = queries.user_of(row)
        given = {"name": name, "email": email, "fields": fields}
        if all(value is None or value == getattr(kept, what) for what, value in given.items()):
            return kept
        row = await self._database.fetchrow(
            queries.UPDATE_USER, tenant_id, user_key, name, email, fields
        )
        return kept if row is None else queries.user_of(row)

    async def user_in(
        self,
        connection: Connection,
        tenant_id: str,
        user_key: str,
        *,
        name: str | None = None,
        email: str | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> User:
        """The user, made if there is none, in a transaction of the caller's."""
        checked_text(user_key, "The user")
        row = await connection.fetchrow(
            queries.INSERT_USER,
            *(self._sids.new_id(), tenant_id, user_key, name, email),
            *(dict(fields or {}), self._clock.now()),
        )
        if row is None:
            row = await connection.fetchrow(queries.FETCH_USER, tenant_id, user_key)
        return queries.user_of(row)

    def caller(
        self, tenant: Tenant, user: User, *, key_id: str | None = None, is_admin: bool = False
    ) -> Caller:
        """Who asks, when it is this user of this tenant."""
        return Caller(
            tenant_id=tenant.id,
            tenant_key=tenant.key,
            user_id=user.id,
            user_key=user.key,
            world_id=tenant.world_id,
            account_sid=tenant.account_sid,
            key_id=key_id,
            is_admin=is_admin,
            email=user.email,
        )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("A world or an account is named by something that is no id.") from None


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
