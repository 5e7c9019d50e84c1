"""Connections in the Membrane contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.connectors import Connector
from trunkline.gateway.errors import AccessDenied, BadRequest, NotFound
from trunkline.gateway.membrane.shapes import connection_shape
from trunkline.gateway.model import Connection, Status
from trunkline.gateway.oauth import CannotRefresh
from trunkline.gateway.parts import Parts
from trunkline.gateway.web import answer_json, caller_of, query_of, read_json

__all__ = ["ManageConnections"]

MOST = 1000
LONGEST_WAIT = 60.0  # seconds


class Filter(msgspec.Struct, rename="camel"):
    """What a list may be narrowed by."""

    connector_id: str | None = None
    connector_key: str | None = None
    integration_id: str | None = None
    integration_key: str | None = None
    connected: str | None = None
    disconnected: str | None = None
    search: str | None = None
    include_secrets: str | None = None
    limit: int = 100
    cursor: str | None = None


class NewConnection(msgspec.Struct, rename="camel"):
    """What is to be connected, with credentials or to be entered by a person."""

    connector_id: str | None = None
    connector_key: str | None = None
    integration_id: str | None = None
    integration_key: str | None = None
    app_url: str | None = None
    name: str | None = None
    key: str | None = None
    auth_option_key: str | None = None
    credentials: dict[str, str] | None = None
    input: dict[str, Any] | None = None
    connector_parameters: dict[str, Any] | None = None


class Change(msgspec.Struct, rename="camel"):
    """What of a connection changes."""

    name: str | None = None
    key: str | msgspec.UnsetType | None = msgspec.UNSET
    auth_option_key: str | None = None
    credentials: dict[str, str] | None = None


class Wait(msgspec.Struct, rename="camel"):
    """How a connection is fetched."""

    wait: str | None = None
    timeout: float = 30.0
    include_secrets: str | None = None


class ManageConnections:
    """List, create, ensure, fetch, change, archive, test, refresh."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list(self, request: Request) -> Response:
        """A page of the user's connections."""
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Filter)
        _no_secrets(asked.include_secrets)
        wanted = (
            asked.connector_id
            or asked.connector_key
            or asked.integration_id
            or asked.integration_key
        )
        connector = None
        if wanted:
            found = self._parts.catalogue.get(wanted)
            if found is None:
                return answer_json({"items": []})
            connector = found.key
        active = _truth(asked.connected)
        if active is None and asked.disconnected is not None:
            inactive = _truth(asked.disconnected)
            active = None if inactive is None else not inactive
        page = await self._parts.connections.list(
            caller,
            connector=connector,
            status=Status.ACTIVE if active else None,
            search=asked.search,
            limit=max(1, min(asked.limit, MOST)),
            cursor=None if asked.cursor in (None, "", "0") else asked.cursor,
        )
        items = [
            self._shape(connection)
            for connection in page.items
            if active is None or (connection.status is Status.ACTIVE) is active
        ]
        return answer_json({"items": items, **({"cursor": page.cursor} if page.cursor else {})})

    async def create(self, request: Request) -> Response:
        """A connection: active at once where credentials come with it, else a person's matter."""
        caller = await caller_of(request, self._parts.let_in)
        asked = await read_json(request, NewConnection)
        connector = self._connector(asked)
        connection = await self._parts.connections.create(
            caller,
            connector.key,
            method=asked.auth_option_key,
            name=asked.name,
            key=asked.key,
        )
        self._parts.note(caller, "connection.created", connection.id)
        if asked.credentials is not None:
            connection = await self._parts.enter(
                connection, asked.auth_option_key, _texts(asked.credentials, asked)
            )
        return answer_json(await self._with_page(connection), 201)

    async def ensure(self, request: Request) -> Response:
        """The first connection to the app of a URL; a new one if there is none."""
        caller = await caller_of(request, self._parts.let_in)
        asked = await read_json(request, NewConnection)
        connector = self._connector(asked)
        page = await self._parts.connections.list(caller, connector=connector.key, limit=MOST)
        for status in (Status.ACTIVE, Status.PENDING):
            for connection in page.items:
                if connection.status is status:
                    return answer_json(await self._with_page(connection))
        connection = await self._parts.connections.create(caller, connector.key, name=asked.name)
        self._parts.note(caller, "connection.created", connection.id)
        return answer_json(await self._with_page(connection), 201)

    async def fetch(self, request: Request) -> Response:
        """One connection; with `wait=true` not before it is no longer pending, or time is over."""
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Wait)
        _no_secrets(asked.include_secrets)
        connection = await self._parts.connections.get(caller, request.path_params["id"])
        if _truth(asked.wait) and connection.status is Status.PENDING:
            seconds = max(0.0, min(asked.timeout, LONGEST_WAIT))
            connection = await self._parts.connections.wait(caller, connection.id, seconds)
        return answer_json(await self._with_page(connection))

    async def change(self, request: Request) -> Response:
        """Another name, another key, other credentials."""
        caller = await caller_of(request, self._parts.let_in)
        asked = await read_json(request, Change)
        connection = await self._parts.connections.get(caller, request.path_params["id"])
        if asked.name is not None or asked.key is not msgspec.UNSET:
            key = connection.key if asked.key is msgspec.UNSET else asked.key
            connection = await self._parts.connections.patch(
                caller, connection.id, name=asked.name or connection.name, key=key
            )
        if asked.credentials is not None:
            method = asked.auth_option_key or connection.method
            self._parts.note(caller, "connection.changed", connection.id)
            connection = await self._parts.enter(connection, method, asked.credentials)
        return answer_json(await self._with_page(connection))

    async def archive(self, request: Request) -> Response:
        """Forget a connection and its credentials."""
        caller = await caller_of(request, self._parts.let_in)
        gone = await self._parts.connections.delete(caller, request.path_params["id"])
        self._parts.note(caller, "connection.deleted", gone.id)
        return answer_json({})

    async def test(self, request: Request) -> Response:
        """Ask the provider whether the credentials work."""
        caller = await caller_of(request, self._parts.let_in)
        result = await self._parts.check(caller, request.path_params["id"])
        shape: dict[str, Any] = {"success": result.success}
        if not result.success:
            shape["message"] = result.message
        return answer_json(shape)

    async def refresh(self, request: Request) -> Response:
        """Have a new access token, where there is one."""
        caller = await caller_of(request, self._parts.let_in)
        connection = await self._parts.connections.get(caller, request.path_params["id"])
        before = await self._parts.authorise(connection)
        try:
            await self._parts.authorise(connection, refused=before)
        except CannotRefresh:
            raise BadRequest("There is nothing to refresh in these credentials.") from None
        connection = await self._parts.connections.get(caller, connection.id)
        return answer_json(await self._with_page(connection))

    def _connector(self, asked: NewConnection) -> Connector:
        catalogue = self._parts.catalogue
        wanted = (
            asked.connector_id
            or asked.connector_key
            or asked.integration_id
            or asked.integration_key
        )
        if wanted:
            found = catalogue.get(wanted)
            if found is None:
                raise NotFound(f"There is no connector {wanted[:60]!r}.")
            return found
        if asked.app_url:
            found = catalogue.of_url(asked.app_url)
            if found is None:
                raise NotFound(f"No connector is for {asked.app_url[:100]!r}.")
            return found
        raise BadRequest("Name a connector: connectorId, connectorKey or appUrl.")

    async def _with_page(self, connection: Connection) -> dict[str, Any]:
        url = None
        if connection.status in (Status.PENDING, Status.FAILED):
            url = self._parts.page_url(await self._parts.sessions.open(connection))
        return self._shape(connection, url)

    def _shape(self, connection: Connection, url: str | None = None) -> dict[str, Any]:
        connector = self._parts.catalogue.get(connection.connector)
        return connection_shape(connection, connector, url)


def _texts(credentials: Mapping[str, str], asked: NewConnection) -> dict[str, str]:
    """Credentials and parameters as one form."""
    more = {**(asked.connector_parameters or {}), **(asked.input or {})}
    return {**{name: str(value) for name, value in more.items()}, **credentials}


def _truth(text: str | None) -> bool | None:
    if text is None:
        return None
    return text.lower() in ("1", "true", "yes")


def _no_secrets(text: str | None) -> None:
    if _truth(text):
        raise AccessDenied("Credentials are never told.")
