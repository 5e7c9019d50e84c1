"""What this package asks of the others: of connectors, connections and accounts. `Sealing`, what it
asks of the vault, is that of connections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from trunkline.gateway.connectors.declare import Connector, Method
from trunkline.gateway.model import Connection

__all__ = ["ConnectorOf", "Credentials", "Describe", "PlatformAccount"]


class ConnectorOf(Protocol):
    """The catalogue of connectors."""

    def get(self, key_or_id: str) -> Connector | None:
        """The connector of that key."""


class Credentials(Protocol):
    """Connections, as far as their credentials go."""

    async def read(self, connection_id: str) -> Connection:
        """The connection as it is now. Raises NotFound."""

    async def establish(
        self,
        connection_id: str,
        method: str,
        secrets: Mapping[str, str],
        settings: Mapping[str, Any],
        metadata: Mapping[str, Any],
        *,
        refresh_at: datetime | None = None,
    ) -> Connection:
        """The connection, active with these credentials. Raises NotFound when it is gone."""

    async def renew(
        self,
        connection_id: str,
        secrets: Mapping[str, str],
        *,
        revision: int,
        refresh_at: datetime | None,
    ) -> Connection | None:
        """The connection with new tokens, active also if it had failed meanwhile: a node that took
        the lease over is refused because these tokens were given already. None when its credentials
        changed since `revision`, or it is gone, and nothing was written."""

    async def fail(self, connection_id: str, reason: str, *, revision: int) -> Connection | None:
        """The active connection as failed; None when it is not active, has other credentials than
        those of `revision`, or is gone, and nothing was written."""

    async def note_attempt_failed(self, connection_id: str, reason: str) -> object:
        """Tell who waits for the connection that this attempt came to nothing."""


class Describe(Protocol):
    """Asks the provider whose credentials these are, by the connector's probe."""

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        secrets: Mapping[str, str],
        settings: Mapping[str, str],
        /,
    ) -> Mapping[str, Any]:
        """Metadata. Raises CredentialsRefused when they do not work, any other GatewayError when
        the provider cannot be asked."""


class PlatformAccount(Protocol):
    """Accounts of this platform."""

    async def __call__(self, account_sid: str) -> tuple[str, str]:
        """The SID and the auth token of an account that is active. Raises GatewayError."""
