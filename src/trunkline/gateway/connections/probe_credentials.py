"""Ask a provider whether credentials work that are not stored yet, and whose they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trunkline.gateway.connections.connections import Connections
from trunkline.gateway.connections.seams import AskJson, Connectors
from trunkline.gateway.connectors import Checked, check_credentials
from trunkline.gateway.connectors.declare import Method
from trunkline.gateway.errors import (
    CredentialsRefused,
    GatewayError,
    InputInvalid,
    NotFound,
    OutcomeUnknown,
    Unavailable,
)
from trunkline.gateway.model import Connection

__all__ = ["ProbeCredentials", "refusal_of"]

PATIENCE = 30.0  # seconds: a person waits in front of the page


class ProbeCredentials:
    """Probes a method's credentials at the connection's provider, before they are its own."""

    def __init__(self, connections: Connections, catalogue: Connectors, ask: AskJson) -> None:
        self._connections = connections
        self._catalogue = catalogue
        self._ask = ask

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        secrets: Mapping[str, str],
        settings: Mapping[str, str],
        /,
    ) -> Mapping[str, Any]:
        """What is known of the account: metadata. Raises CredentialsRefused when they do not work;
        Unavailable, UpstreamTimeout … when the provider cannot be asked."""
        connector = self._catalogue.get(connection.connector)
        if connector is None:
            raise NotFound("This app cannot be connected any more.")
        caller = await self._connections.caller_of(connection)
        asked = replace(connection, method=method.key, settings=settings)
        injected = method.apply(secrets)

        async def ask(verb: str, path: str) -> tuple[int, Any]:
            answer = await self._ask(caller, asked, verb, path, injected=injected)
            return answer.status, answer.data

        try:
            async with asyncio.timeout(PATIENCE):
                checked = await check_credentials(connector, method, {**settings, **secrets}, ask)
        except TimeoutError:
            raise Unavailable(f"{connector.name} did not answer: try again later.") from None
        except OutcomeUnknown:  # nothing was to be changed
            raise Unavailable(f"{connector.name} broke off: try again later.") from None
        if not checked.success:
            raise refusal_of(checked)
        return dict(checked.metadata)


def refusal_of(checked: Checked) -> GatewayError:
    """Why a check did not succeed: the credentials, what was entered, or the provider's state."""
    if checked.status is None:
        return InputInvalid(checked.message)
    if checked.status < 300 or checked.status in (401, 403, 404):
        return CredentialsRefused(checked.message)
    return Unavailable(checked.message)
