"""Grants: one sign-in each, with its refresh tokens, until it ends or is revoked.

A refresh token is used once and gives the next (RFC 9700, 4.14.2). One that comes a second time
was copied, nobody can say by whom: the whole grant is revoked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from trunkline.clock import Clock
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.errors import InvalidGrant, InvalidTarget
from trunkline.gateway.sign_in.model import (
    ACCESS_LIFETIME,
    GRANT_LIFETIME,
    REFRESH_LIFETIME,
    REFRESH_TOKEN,
    Client,
    Entropy,
    Grant,
    Notice,
    Person,
    hashed,
    new_secret,
)
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection

__all__ = ["TOPIC", "Grants"]

TOPIC: Final = "gateway_grants"  # announced with the id of a grant that was revoked
REFRESH_PREFIX: Final = "tlr_"


class Grants:
    """See the module. `told` hears of each that is made, and of each that is revoked."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sids: SidFactory,
        entropy: Entropy,
        told: Callable[[Notice], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._sids = sids
        self._entropy = entropy
        self.told = told
        self._on_revoked: list[Callable[[str], None]] = []

    def on_revoked(self, callback: Callable[[str], None]) -> None:
        """Call `callback(grant_id)` after one was revoked on this node; others are announced."""
        self._on_revoked.append(callback)

    async def begin(
        self,
        connection: Connection,
        person: Person,
        *,
        scope: str,
        client_id: str | None = None,
        resource: str | None = None,
        parent_id: str | None = None,
        lifetime: timedelta = GRANT_LIFETIME,
        not_after: datetime | None = None,
    ) -> Grant:
        """A new grant, in the caller's transaction."""
        now = self._clock.now()
        grant = Grant(
            id=str(UUID(self._sids.new_id())),
            parent_id=parent_id,
            client_id=client_id,
            person=person,
            scope=scope,
            resource=resource,
            expires_at=min(now + lifetime, not_after or now + lifetime),
        )
        await connection.execute(
            queries.INSERT_GRANT,
            grant.id,
            parent_id,
            client_id,
            person.tenant_id,
            person.user_id,
            person.key_id,
            person.is_admin,
            scope,
            resource,
            now,
            grant.expires_at,
        )
        return grant

    async def sign_in(
        self,
        connection: Connection,
        person: Person,
        client: Client,
        *,
        scope: str,
        resource: str | None,
    ) -> tuple[Grant, str | None]:
        """The grant of a client for which a person allowed it, and its first refresh token, if
        the client registered for them; in the caller's transaction. Raises InvalidGrant when the
        key by which the person allowed it has ended since."""
        renews = REFRESH_TOKEN in client.grant_types
        grant = await self.begin(
            connection,
            person,
            client_id=client.id,
            scope=scope,
            resource=resource,
            lifetime=GRANT_LIFETIME if renews else ACCESS_LIFETIME,
        )
        if await connection.fetchrow(queries.LIVE_GRANT, grant.id, self._clock.now()) is None:
            raise InvalidGrant
        return grant, await self.give_refresh(connection, grant) if renews else None

    async def give_refresh(self, connection: Connection, grant: Grant) -> str:
        """A refresh token for the grant, in the caller's transaction."""
        now = self._clock.now()
        token = new_secret(REFRESH_PREFIX, self._entropy)
        until = min(now + REFRESH_LIFETIME, grant.expires_at)
        await connection.execute(queries.INSERT_REFRESH, hashed(token), grant.id, now, until)
        return token

    async def rotate(
        self, token: str, *, client_id: str | None, resource: str | None
    ) -> tuple[Grant, str]:
        """The grant of a refresh token, which is used up, and the next token. Raises
        InvalidGrant, InvalidTarget."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.LOCK_REFRESH, hashed(token), now)
            if row is None:
                raise InvalidGrant
            grant = queries.grant_of(row)
            if client_id is not None and client_id != grant.client_id:
                raise InvalidGrant
            if row["token_used_at"] is None:
                if not row["is_live"] or row["token_expires_at"] <= now:
                    raise InvalidGrant
                if grant.resource is not None and resource not in (None, grant.resource):
                    raise InvalidTarget
                await connection.execute(queries.USE_REFRESH, hashed(token), now)
                return grant, await self.give_refresh(connection, grant)
        await self.revoke(grant.id, "sign_in.reuse")
        raise InvalidGrant

    async def find(self, grant_id: str) -> Grant | None:
        """The grant, if it lives."""
        row = await self._database.fetchrow(queries.LIVE_GRANT, grant_id, self._clock.now())
        return queries.grant_of(row) if row is not None else None

    async def of_refresh(self, token: str) -> str | None:
        """The id of the grant of a refresh token, used or not."""
        found = await self._database.fetchval(queries.GRANT_OF_REFRESH, hashed(token))
        return str(found) if found is not None else None

    async def revoke(self, grant_id: str, because: str = "sign_in.revoked") -> bool:
        """End a grant and what was made of it, on every node; False when it had ended."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.FETCH_GRANT, grant_id)
            revoked = await connection.fetch(queries.REVOKE_GRANT, grant_id, now, because)
            # One that was being made while we waited for its parent is seen by the next look.
            while rows := await connection.fetch(queries.REVOKE_BELOW, grant_id, now, because):
                revoked += rows
            for one in revoked:
                await self._database.announce(connection, TOPIC, str(one["id"]))
        for one in revoked:
            for callback in self._on_revoked:
                callback(str(one["id"]))
        if row is None or not revoked:
            return False
        self.told(Notice(kind=because, grant=queries.grant_of(row)))
        return True
