"""Open what is sealed in a connection."""

from __future__ import annotations

import structlog

from trunkline.gateway.connections.seams import Sealing, bound_of
from trunkline.gateway.errors import ConnectionNotActive, Unavailable
from trunkline.gateway.model import Connection
from trunkline.gateway.vault import MasterKeyUnknown, VaultError

__all__ = ["OpenSecrets"]

log = structlog.get_logger(__name__)


class OpenSecrets:
    """The vault, as connections use it."""

    def __init__(self, vault: Sealing) -> None:
        self._vault = vault

    async def __call__(self, connection: Connection) -> dict[str, str]:
        """A connection's secrets. Raises ConnectionNotActive when there are none, or they are not
        this connection's, and Unavailable when this node lacks the master key."""
        sealed = connection.sealed
        if sealed is None:
            raise ConnectionNotActive
        try:
            try:
                return self._vault.open(sealed, bound_of(connection))
            except MasterKeyUnknown:
                await self._vault.learn(sealed)
                return self._vault.open(sealed, bound_of(connection))
        except MasterKeyUnknown:
            log.error("oauth.master_key_unknown", connection=connection.id)
            raise Unavailable(
                "The gateway cannot open this connection's credentials now."
            ) from None
        except VaultError:
            log.error("oauth.credentials_do_not_open", connection=connection.id)
            raise ConnectionNotActive(
                "The stored credentials of this connection do not open: connect it again."
            ) from None
