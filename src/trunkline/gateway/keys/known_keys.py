"""Keys that were looked up, remembered for a few seconds, or until they change.

A notice of a change is heard within milliseconds, but it may be lost with the connection that
brings it, so nothing is believed for longer than `FRESH`. What is not found is not remembered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
from joserfc.jwk import OctKey

from trunkline.gateway.keys import queries
from trunkline.gateway.keys.manage_keys import TOPIC, bound_secret
from trunkline.gateway.keys.model import Tenant
from trunkline.gateway.model import Caller
from trunkline.gateway.vault import Vault
from trunkline.store.database import Database

__all__ = ["MOST", "KnownKey", "KnownKeys"]

FRESH = 5.0  # seconds
MOST = 20_000  # keys in memory

Name = bytes | str  # the hash of a key, or a workspace key


@dataclass(slots=True, eq=False)
class KnownKey:
    """A key as it was read. `valid` ends when it changes."""

    id: str
    tenant: Tenant
    caller: Caller  # of whoever has the key itself
    workspace_key: str
    expires_at: datetime | None
    revoked: bool
    read_at: float  # monotonic seconds
    hash: bytes = field(repr=False)
    sealed: bytes | None = field(repr=False)
    valid: bool = True
    secret: OctKey | None = field(default=None, repr=False)  # opened when it is first needed


class KnownKeys:
    """Keys by the hash of their text, and by their workspace key."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        self._database = database
        self._vault = vault
        self._monotonic = monotonic
        self._most = most
        self._by_name: dict[Name, KnownKey] = {}
        self._by_id: dict[str, KnownKey] = {}
        self._reading: dict[Name, asyncio.Task[KnownKey | None]] = {}
        self._changes = 0
        database.on_change(TOPIC, self.forget)
        database.on_reconnect(self.forget_all)

    def is_fresh(self, known: KnownKey) -> bool:
        """Whether it can be believed without another look."""
        return known.valid and self._monotonic() - known.read_at < FRESH

    async def by_hash(self, digest: bytes) -> KnownKey | None:
        """The key of this hash. Raises StoreUnavailable."""
        return await self._get(digest, queries.IDENTIFY_BY_HASH)

    async def by_workspace(self, workspace_key: str) -> KnownKey | None:
        """The key of this workspace key. Raises StoreUnavailable."""
        return await self._get(workspace_key, queries.IDENTIFY_BY_WORKSPACE)

    async def secret(self, known: KnownKey) -> OctKey | None:
        """What signs tokens of the workspace; None when the key was revoked. Raises VaultError."""
        if known.secret is None and known.sealed is not None:
            await self._vault.learn(known.sealed)
            opened = self._vault.open(known.sealed, bound_secret(known.tenant.id, known.id))
            known.secret = OctKey.import_key(opened["secret"])
        return known.secret

    def forget(self, key_id: str) -> None:
        """Read this key anew at its next use."""
        self._changes += 1
        known = self._by_id.pop(key_id, None)
        if known is not None:
            known.valid = False
            self._by_name.pop(known.hash, None)
            self._by_name.pop(known.workspace_key, None)

    def forget_all(self) -> None:
        """Read everything anew: notices of changes may have been missed."""
        self._changes += 1
        for known in self._by_id.values():
            known.valid = False
        self._by_id.clear()
        self._by_name.clear()

    async def _get(self, name: Name, query: str) -> KnownKey | None:
        known = self._by_name.get(name)
        if known is not None and self.is_fresh(known):
            return known
        # One question for all who ask at the same time; one of them going away stops nobody.
        reading = self._reading.get(name)
        if reading is None:
            reading = self._reading[name] = asyncio.create_task(self._read(name, query))
            reading.add_done_callback(lambda done: self._done(name, done))
        return await asyncio.shield(reading)

    def _done(self, name: Name, reading: asyncio.Task[KnownKey | None]) -> None:
        del self._reading[name]
        if not reading.cancelled():
            reading.exception()  # whoever waits is told; perhaps nobody waits any more

    async def _read(self, name: Name, query: str) -> KnownKey | None:
        while True:
            changes, read_at = self._changes, self._monotonic()
            row = await self._database.fetchrow(query, name)
            if changes == self._changes:
                break
            # What was read may be older than the change.
        if row is None:
            return None
        known = _known(row, read_at)
        before = self._by_id.get(known.id)
        if before is not None:
            before.valid = False
            known.secret = before.secret if before.sealed == known.sealed else None
        elif len(self._by_id) >= self._most:
            self.forget_all()
        self._by_id[known.id] = known
        self._by_name[known.hash] = self._by_name[known.workspace_key] = known
        return known


def _known(row: asyncpg.Record, read_at: float) -> KnownKey:
    key_id = str(row["id"])
    tenant = Tenant(
        id=str(row["tenant_id"]),
        key=row["tenant_key"],
        world_id=row["world_id"].hex,
        account_sid=f"AC{row['account_id'].hex}",
    )
    return KnownKey(
        id=key_id,
        tenant=tenant,
        caller=Caller(
            tenant_id=tenant.id,
            tenant_key=tenant.key,
            user_id=str(row["user_id"]),
            user_key=row["user_key"],
            world_id=tenant.world_id,
            account_sid=tenant.account_sid,
            key_id=key_id,
            email=row["email"],
        ),
        hash=row["hash"],
        workspace_key=row["workspace_key"],
        sealed=row["workspace_secret"],
        expires_at=row["expires_at"],
        revoked=row["revoked_at"] is not None,
        read_at=read_at,
    )
