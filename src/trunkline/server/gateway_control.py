"""The gateway as its operator controls it: keys that leave a trace, and the vault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from trunkline.clock import Clock
from trunkline.gateway.audit import Audit, Entry
from trunkline.gateway.connections import SEALED as CONNECTIONS
from trunkline.gateway.keys import SEALED as KEYS
from trunkline.gateway.keys import KeyInfo, Keys, NewKey, Tenants
from trunkline.gateway.oauth import SEALED as OAUTH_STATES
from trunkline.gateway.sign_in import SEALED as SIGNING_KEYS
from trunkline.gateway.vault import (
    SealedColumn,
    Vault,
    VaultError,
    count_sealed,
    retire,
    rewrap_all,
    rotate,
)
from trunkline.store import Database

__all__ = ["COLUMNS", "ControlledKeys", "ControlledVault", "VaultState"]

COLUMNS: tuple[SealedColumn, ...] = (
    CONNECTIONS,
    OAUTH_STATES,
    KEYS,
    SIGNING_KEYS,
)
"""Everything that the vault seals."""


class ControlledKeys:
    """The keys; who makes or revokes one is in the audit log."""

    def __init__(self, keys: Keys, tenants: Tenants, audit: Audit, clock: Clock) -> None:
        self._keys = keys
        self._tenants = tenants
        self._audit = audit
        self._clock = clock

    async def create(
        self,
        *,
        tenant: str,
        world_id: str,
        account_sid: str,
        name: str,
        user: str = "default",
        expires_in: timedelta | None = None,
    ) -> NewKey:
        """See `Keys.create`."""
        made = await self._keys.create(
            tenant=tenant,
            world_id=world_id,
            account_sid=account_sid,
            name=name,
            user=user,
            expires_in=expires_in,
        )
        owner = await self._tenants.named(made.info.tenant)
        self._audit.record(
            Entry(
                at=self._clock.now(),
                kind="key.created",
                tenant_id=owner.id if owner else None,
                key_id=made.id,
            )
        )
        return made

    async def list(self, tenant: str | None = None) -> Sequence[KeyInfo]:
        """See `Keys.list`."""
        return await self._keys.list(tenant)

    async def revoke(self, key_id: str) -> bool:
        """See `Keys.revoke`."""
        revoked = await self._keys.revoke(key_id)
        if revoked:
            self._audit.record(Entry(at=self._clock.now(), kind="key.revoked", key_id=key_id))
        return revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultState:
    """How the vault is; see `control.gateway_platform.VaultState`."""

    current: int
    versions: Sequence[int]
    source: str
    sealed: int
    old: int


class ControlledVault:
    """The vault, with all that it seals."""

    def __init__(self, database: Database, vault: Vault, audit: Audit, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clock = clock

    async def status(self) -> VaultState:
        """The versions, and how many secrets are under which. Raises VaultError."""
        await self._vault.reload()
        counted = await count_sealed(self._database, COLUMNS)
        keys = self._vault.keys
        current = keys.current
        return VaultState(
            current=current,
            versions=keys.versions,
            source="" if keys.source is None else keys.source.kind,
            sealed=sum(counted.values()),
            old=sum(count for version, count in counted.items() if version != current),
        )

    async def rotate(self) -> VaultState:
        """A new master key, and everything sealed under it. Raises VaultError."""
        done = await rotate(self._database, self._vault, COLUMNS, clock=self._clock)
        if done.left and not done.unreadable:
            await rewrap_all(self._database, self._vault, COLUMNS)
        self._audit.record(Entry(at=self._clock.now(), kind="vault.rotated"))
        if done.unreadable:
            raise VaultError(
                f"{len(done.unreadable)} secrets do not open and stayed as they are: "
                f"{', '.join(_few(done.unreadable))}."
            )
        return await self.status()

    async def retire(self, version: int) -> str:
        """Forget a master key that nothing is sealed under; a sentence for the operator. Raises
        VaultError."""
        told = await retire(self._database, self._vault, COLUMNS, version)
        self._audit.record(Entry(at=self._clock.now(), kind="vault.retired"))
        return told


def _few(names: Sequence[str]) -> Iterator[str]:
    yield from names[:5]
    if len(names) > 5:
        yield "…"
