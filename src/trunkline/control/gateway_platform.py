"""What the control API needs of the platform's gateway.

Nothing of the gateway's own code is imported here: it is loaded when somebody uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from trunkline.gateway.audit import Anchor, AuditFilter, FoundEntry, Verified

__all__ = [
    "ControlledGateway",
    "GatewayAudit",
    "GatewayKeys",
    "GatewayVault",
    "KeyInfo",
    "NewKey",
    "VaultState",
]


class KeyInfo(Protocol):
    """A key, without what it takes to use it."""

    @property
    def id(self) -> str: ...
    @property
    def tenant(self) -> str: ...  # the tenant's key
    @property
    def user(self) -> str: ...  # the user's key
    @property
    def name(self) -> str: ...
    @property
    def hint(self) -> str: ...  # the first characters of the API key
    @property
    def workspace_key(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def last_used_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


class NewKey(Protocol):
    """A key that was just made: what is told this once."""

    @property
    def info(self) -> KeyInfo: ...
    @property
    def api_key(self) -> str: ...
    @property
    def workspace_key(self) -> str: ...
    @property
    def workspace_secret(self) -> str: ...
    @property
    def token(self) -> str: ...


class GatewayKeys(Protocol):
    """Makes, lists and revokes keys."""

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
        """A key of the tenant, which is made in that world if there is none of the name. Raises
        GatewayError: `AlreadyExists` for a tenant of another world."""

    async def list(self, tenant: str | None = None) -> Sequence[KeyInfo]:
        """The keys of all tenants, or of one, oldest first; revoked ones, too."""

    async def revoke(self, key_id: str) -> bool:
        """Whether there was such a key; it is refused everywhere from now on."""


class VaultState(Protocol):
    """How the vault is."""

    @property
    def current(self) -> int: ...  # the version that new secrets are sealed under
    @property
    def versions(self) -> Sequence[int]: ...  # that this node has, ascending
    @property
    def source(self) -> str: ...  # `file`, `environment` or `command`
    @property
    def sealed(self) -> int: ...  # secrets in the database
    @property
    def old(self) -> int: ...  # of these, those under another version than the current one


class GatewayVault(Protocol):
    """The vault's master keys."""

    async def status(self) -> VaultState:
        """Raises VaultError."""

    async def rotate(self) -> VaultState:
        """Seal everything under a new master key, which is made where the keys are in a file of
        the platform's own. Raises VaultError."""

    async def retire(self, version: int) -> str:
        """Forget an old master key; what is left to do, in a sentence. Raises VaultError while
        anything is sealed under it."""


class GatewayAudit(Protocol):
    """The audit log."""

    async def find(self, wanted: AuditFilter) -> Sequence[FoundEntry]:
        """Entries, the newest first."""

    async def verify(
        self, first: int = 1, last: int | None = None, *, anchor: Anchor | None = None
    ) -> Verified:
        """Whether entries are as they were written."""

    async def flush(self) -> None:
        """Returns once everything that was recorded before is in the table."""


class ControlledGateway(Protocol):
    """The gateway, loaded."""

    @property
    def keys(self) -> GatewayKeys: ...
    @property
    def vault(self) -> GatewayVault: ...
    @property
    def audit(self) -> GatewayAudit: ...
    async def sign_in_code(self, *, tenant: str, user: str, world_id: str, account_sid: str) -> str:
        """A code with which a person signs in as that user, once, within five minutes. Raises
        GatewayError."""
