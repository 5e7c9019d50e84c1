"""The gateway as its operator controls it: keys that leave a trace, and the vault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from trunkline.clock import Clock
from trunkline.gateway.audit import Audit, Entry
from trunkline.gateway.keys import SEALED as KEYS
from trunkline.gateway.keys import KeyInfo, Keys, NewKey, Tenants
from trunkline.gateway.sign_in import SEALED as SIGNING_KEYS
from trunkline.gateway.vault import (
    SealedColumn,
    Vault,
    VaultError,
    count_sealed,
    rewrap_all,
    rotate,
)
from trunkline.settings import Settings
from trunkline.store import Database

__all__ = ["COLUMNS", "ControlledKeys", "ControlledVault", "VaultState"]

COLUMNS: tuple[SealedColumn, ...] = (
    SealedColumn("gateway_connections", "id", "sealed"),
    SealedColumn("gateway_oauth_states", "hash", "sealed"),
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

    def __init__(
        self, database: Database, vault: Vault, settings: Settings, audit: Audit, clock: Clock
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._audit = audit
        self._clock = clock

    async def status(self) -> VaultState:
        """The versions, and how many secrets are under which. Raises VaultError."""
        await self._vault.reload()
        counted = await count_sealed(self._database, COLUMNS)
        current = self._vault.keys.current
        return VaultState(
            current=current,
            versions=self._vault.keys.versions,
            source=_source(self._settings),
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


def _few(names: Sequence[str]) -> Iterator[str]:
    yield from names[:5]
    if len(names) > 5:
        yield "…"


def _source(settings: Settings) -> str:
    if settings.gateway_master_key is not None:
        return "environment"
    return "command" if settings.gateway_master_key_command is not None else "file"
