"""Connect with credentials that somebody entered: checked, tried at the provider, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trunkline.gateway.connections.check_entered import Entered, check_entered
from trunkline.gateway.connections.connections import Connections
from trunkline.gateway.connections.methods import (
    find_method,
    is_asked_of_a_person,
    is_platform,
    offered_methods,
)
from trunkline.gateway.connections.probe_credentials import ProbeCredentials
from trunkline.gateway.connections.seams import ClientCredentials, Connectors
from trunkline.gateway.connections.sessions import Sessions
from trunkline.gateway.connectors.declare import Method
from trunkline.gateway.errors import BadRequest, NotFound
from trunkline.gateway.model import Connection

__all__ = ["EnterCredentials"]


class EnterCredentials:
    """What the hosted page's form does, and what a program does that has the credentials itself."""

    def __init__(
        self,
        connections: Connections,
        sessions: Sessions,
        catalogue: Connectors,
        *,
        probe: ProbeCredentials,
        by_client: ClientCredentials,
        development: bool = False,
    ) -> None:
        self._connections = connections
        self._sessions = sessions
        self._catalogue = catalogue
        self._probe = probe
        self._by_client = by_client
        self._development = development

    async def __call__(
        self,
        connection: Connection,
        method_key: str | None,
        given: Mapping[str, str],
        *,
        session: str | None = None,
    ) -> Connection:
        """The connection, active with what was entered. `session`: the token of the page, which
        counts the try and is spent by success.

        Raises EntryInvalid for fields that are not right, CredentialsRefused when the provider says
        no, Unavailable … when it cannot be asked, BadRequest for a method that is not offered or
        that a person has to permit elsewhere, SessionGone, SessionBusy, NotFound. Whatever is
        raised, the connection is as it was.
        """
        method = self.method(connection, method_key)
        if is_asked_of_a_person(method):
            raise BadRequest(f"A person has to sign in for {method.label}: open the page for it.")
        entered = check_entered(method, given)
        if session is None:
            return await self._connect(connection, method, entered, None)
        async with self._sessions.trying(session):
            return await self._connect(connection, method, entered, session)

    async def _connect(
        self, connection: Connection, method: Method, entered: Entered, session: str | None
    ) -> Connection:
        if method.oauth is not None:
            return await self._by_client(connection, method, entered.secrets, entered.settings)
        if is_platform(method):
            caller = await self._connections.caller_of(connection)
            metadata: Mapping[str, Any] = {"account_sid": caller.account_sid}
        else:
            metadata = await self._probe(connection, method, entered.secrets, entered.settings)
        return await self._connections.establish(
            connection.id,
            method.key,
            entered.secrets,
            entered.settings,
            metadata,
            session=session,
        )

    def method(self, connection: Connection, wanted: str | None) -> Method:
        """The method of a key or a kind; else the connection's own, else the first one that is
        offered. Raises BadRequest, NotFound."""
        connector = self._catalogue.get(connection.connector)
        if connector is None:
            raise NotFound("This app cannot be connected any more.")
        for each in (wanted, connection.method):
            if each is not None:
                return find_method(connector, each, development=self._development)
        return offered_methods(connector, development=self._development)[0]
