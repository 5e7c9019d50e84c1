"""Ask a connection's provider whether its credentials still work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from trunkline.gateway.connections.connections import Connections
from trunkline.gateway.connections.seams import AskJson, Connectors, Sealing, bound_of
from trunkline.gateway.connectors import Checked, check_credentials
from trunkline.gateway.errors import ConnectionNotActive, GatewayError, NotFound
from trunkline.gateway.model import Caller, Connection, Status
from trunkline.gateway.vault import VaultError

__all__ = ["TestConnection", "TestResult"]

PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """Whether it works; `message` says why not, in one sentence that holds no secret."""

    __test__ = False  # pytest

    success: bool
    message: str = ""


class TestConnection:
    """Tests connections. What is found out for certain is kept: credentials that the provider does
    not know (401) make an active connection a failed one, and the reverse."""

    __test__ = False  # pytest

    def __init__(
        self, connections: Connections, catalogue: Connectors, vault: Sealing, ask: AskJson
    ) -> None:
        self._connections = connections
        self._catalogue = catalogue
        self._vault = vault
        self._ask = ask

    async def __call__(self, caller: Caller, id_or_key: str) -> TestResult:
        """What the provider says. Raises NotFound, and ConnectionNotActive while nobody entered
        credentials."""
        connection = await self._connections.read(
            (await self._connections.get(caller, id_or_key)).id
        )
        if connection.sealed is None:
            raise ConnectionNotActive("Nobody has entered credentials for this connection yet.")
        try:
            async with asyncio.timeout(PATIENCE):
                checked = await self._check(caller, connection, connection.sealed)
        except TimeoutError:
            return TestResult(success=False, message="The provider did not answer.")
        except VaultError:
            return TestResult(success=False, message="The credentials cannot be opened here.")
        except NotFound:
            raise
        except GatewayError as error:
            return TestResult(success=False, message=error.message)
        if checked.success and connection.status is Status.FAILED:
            await self._connections.recover(connection.id, revision=connection.revision)
        elif checked.status == 401:
            await self._connections.fail(
                connection.id, checked.message, revision=connection.revision
            )
        return TestResult(success=checked.success, message=checked.message)

    async def _check(self, caller: Caller, connection: Connection, sealed: bytes) -> Checked:
        connector = self._catalogue.get(connection.connector)
        method = connector.method(connection.method) if connector else None
        if connector is None or method is None:
            raise NotFound("This app cannot be connected any more.")
        await self._vault.learn(sealed)
        secrets = self._vault.open(sealed, bound_of(connection))
        known = {**connection.metadata, **connection.settings, **secrets}

        async def ask(verb: str, path: str) -> tuple[int, Any]:
            answer = await self._ask(caller, connection, verb, path)
            return answer.status, answer.data

        return await check_credentials(connector, method, known, ask)
