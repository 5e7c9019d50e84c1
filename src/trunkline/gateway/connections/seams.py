"""What connections need of other parts of the gateway, as Protocols: those parts stand above this
package, or beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from trunkline.gateway.connectors.declare import Connector, Injected, Method
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.vault import Bound, SealedColumn

__all__ = [
    "SEALED",
    "Answered",
    "AskJson",
    "ClientCredentials",
    "Connectors",
    "Sealing",
    "bound_of",
]

SEALED = SealedColumn("gateway_connections", "id", "sealed")


def bound_of(connection: Connection) -> Bound:
    """What a connection's credentials are sealed for: nothing else opens them."""
    return Bound(connection.tenant_id, connection.id, f"connection:{connection.connector}")


class Sealing(Protocol):
    """What is needed of the vault."""

    def seal(self, value: Mapping[str, str], bound: Bound) -> bytes:
        """The sealed form of `value`."""

    def open(self, sealed: bytes, bound: Bound) -> dict[str, str]:
        """What was sealed. Raises VaultError."""

    async def learn(self, sealed: bytes) -> None:
        """Ask for the master keys again when this value needs one that is not known."""


class Connectors(Protocol):
    """What is needed of the catalogue."""

    def get(self, key: str) -> Connector | None:
        """The connector of a key or an id."""

    def all(self) -> Iterable[Connector]:
        """Every connector."""


class Answered(Protocol):
    """A provider's answer, read as JSON."""

    @property
    def status(self) -> int:
        """Its HTTP status."""

    @property
    def data(self) -> Any:
        """Its body: JSON, or something else where it is none."""


class AskJson(Protocol):
    """Ask a connection's provider by the proxy (`proxy.ask_json`). Its settings count as they are
    in the value that is handed over, also where they are not stored."""

    async def __call__(
        self,
        caller: Caller,
        connection: Connection,
        method: str,
        path: str,
        /,
        *,
        injected: Injected | None = None,
    ) -> Answered:
        """The answer, whatever its status. `injected` takes the place of the connection's
        credentials. Raises GatewayError."""


class ClientCredentials(Protocol):
    """Connect by OAuth 2 without a person (RFC 6749, section 4.4): `oauth` has it."""

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        secrets: Mapping[str, str],
        settings: Mapping[str, str],
        /,
    ) -> Connection:
        """Have a token, and establish the connection. Raises GatewayError."""
