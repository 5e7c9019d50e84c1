"""Make, list and revoke keys of the gateway."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from trunkline.clock import Clock
from trunkline.gateway.errors import BadRequest
from trunkline.gateway.keys import queries
from trunkline.gateway.keys.key_text import hash_of, hint_of, new_key_text
from trunkline.gateway.keys.model import KeyInfo, NewKey, checked_text
from trunkline.gateway.keys.tenants import Tenants
from trunkline.gateway.model import DEFAULT_USER
from trunkline.gateway.vault import Bound, SealedColumn, Vault
from trunkline.sids import SidFactory, is_sid
from trunkline.store import Database

__all__ = ["SEALED", "TOPIC", "Keys", "bound_secret"]

TOPIC = "gateway_keys"  # of `Database.announce`; the key is the id of the key
SEALED = SealedColumn("gateway_keys", "id", "workspace_secret")
LONGEST = timedelta(days=36525)
SECRET_BYTES = 32


class Forgets(Protocol):
    """Whoever remembers keys."""

    def forget(self, key_id: str) -> None:
        """Read this key anew at its next use."""


class Keys:
    """The keys of all tenants. `authenticate` is told at once when one is revoked here."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        tenants: Tenants,
        authenticate: Forgets,
        *,
        sids: SidFactory,
        clock: Clock,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._database = database
        self._vault = vault
        self._tenants = tenants
        self._authenticate = authenticate
        self._sids = sids
        self._clock = clock
        self._entropy = entropy

    async def create(
        self,
        *,
        tenant: str,
        world_id: str,
        account_sid: str,
        name: str,
        user: str = DEFAULT_USER,
        expires_in: timedelta | None = None,
    ) -> NewKey:
        """A new key, committed; its tenant and user are made when there are none.

        Raises BadRequest for what cannot be a name, an account or a time, and AlreadyExists when
        the tenant acts for another account.
        """
        text = new_key_text(self._entropy)
        made = await self._insert(text, tenant, world_id, account_sid, name, user, expires_in)
        if made is None:
            raise RuntimeError("two keys are the same: the source of randomness is broken")
        return made

    async def adopt(
        self,
        api_key: str,
        *,
        tenant: str,
        world_id: str,
        account_sid: str,
        name: str,
        user: str = DEFAULT_USER,
    ) -> KeyInfo:
        """The key whose text is `api_key`, made if there is none: one that was derived from
        something else, as in development. A revoked one stays revoked. Raises as `create` does."""
        digest = hash_of(api_key)
        if digest is None:
            raise BadRequest("This is not written as a key is.")
        row = await self._database.fetchrow(queries.KEY_BY_HASH, digest)
        if row is None:
            made = await self._insert(api_key, tenant, world_id, account_sid, name, user, None)
            if made is not None:
                return made.info
            row = await self._database.fetchrow(queries.KEY_BY_HASH, digest)
        assert row is not None  # keys are never deleted
        return queries.key_of(row)

    async def list(self, tenant: str | None = None) -> list[KeyInfo]:
        """The keys of a tenant, or all; oldest first, the revoked ones too."""
        if tenant is not None:
            checked_text(tenant, "The tenant")
        rows = await self._database.fetch(queries.LIST_KEYS, tenant)
        return [queries.key_of(row) for row in rows]

    async def revoke(self, key_id: str) -> bool:
        """End a key, committed: neither it nor what is signed with its workspace secret is let in
        any more. False when there is none, or it was revoked before."""
        try:
            identity = UUID(key_id)
        except ValueError:
            return False
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.REVOKE_KEY, identity, self._clock.now())
            if row is None:
                return False
            await self._database.announce(connection, TOPIC, str(identity))
        self._authenticate.forget(str(identity))
        return True

    async def _insert(
        self,
        text: str,
        tenant: str,
        world_id: str,
        account_sid: str,
        name: str,
        user: str,
        expires_in: timedelta | None,
    ) -> NewKey | None:
        """The key, committed; None when there is one of this text."""
        checked_text(name, "The name of a key")
        digest = hash_of(text)
        if not is_sid(account_sid, "AC"):
            raise BadRequest("A key acts for an account, which is named by its SID.")
        now = self._clock.now()
        expires_at = _end(now, expires_in)
        key_id, workspace_key = str(UUID(self._sids.new_id())), str(UUID(self._sids.new_id()))
        secret = self._entropy(SECRET_BYTES).hex()
        async with self._database.transaction() as connection:
            owner = await self._tenants.ensure_in(connection, tenant, world_id, account_sid)
            person = await self._tenants.user_in(connection, owner.id, user)
            sealed = self._vault.seal({"secret": secret}, bound_secret(owner.id, key_id))
            made = await connection.fetchval(
                queries.INSERT_KEY,
                *(key_id, owner.id, person.id, name, digest, hint_of(text)),
                *(workspace_key, sealed, now, expires_at),
            )
        if made is None:
            return None
        info = KeyInfo(
            id=key_id,
            tenant=tenant,
            user=user,
            name=name,
            hint=hint_of(text),
            workspace_key=workspace_key,
            created_at=now,
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
        )
        return NewKey(info=info, api_key=text, workspace_secret=secret)


def bound_secret(tenant_id: str, key_id: str) -> Bound:
    """What the workspace secret of a key is sealed for."""
    return Bound(tenant_id, key_id, "workspace_secret")


def _end(now: datetime, expires_in: timedelta | None) -> datetime | None:
    if expires_in is None:
        return None
    if not timedelta() < expires_in <= LONGEST:
        raise BadRequest("A key expires in the future, and within a hundred years.")
    return now + expires_in
