"""Connections in the Maton contract: `ctrl.maton.ai/connections`."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.errors import BadRequest, NotFound
from trunkline.gateway.maton.shapes import EVERY_METHOD, STATUSES, connection_shape
from trunkline.gateway.model import Caller, Connection, Status
from trunkline.gateway.parts import Parts
from trunkline.gateway.sign_in import shown_email
from trunkline.gateway.web import answer_json, caller_of, query_of, read_json

__all__ = ["ManageConnections"]

MOST = 1000


class Filter(msgspec.Struct):
    """What a list may be narrowed by."""

    app: str | None = None
    status: str | None = None
    method: str | None = None
    limit: int = 100


class NewConnection(msgspec.Struct):
    """What is to be connected."""

    app: str
    method: str | None = None
    name: str | None = None
    redirect_uri: str | None = None


class ManageConnections:
    """List, create, fetch, delete."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list(self, request: Request) -> Response:
        """The user's connections, oldest first, as the default one is the first active."""
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Filter)
        if asked.limit < 0:
            raise BadRequest("limit is negative.")
        status = _status(asked.status)
        if asked.method and asked.method.upper() not in EVERY_METHOD:
            raise BadRequest(f"There is no method {asked.method[:40]!r}.")
        most = min(asked.limit or MOST, MOST)
        connector = None
        if asked.app:
            found = self._parts.catalogue.of_app(asked.app)
            if found is None:
                return answer_json({"connections": []})
            connector = found[0].key
        page = await self._parts.connections.list(
            caller, connector=connector, status=status, limit=MOST if asked.method else most
        )
        shapes = [self._shape(connection) for connection in page.items]
        if asked.method:
            shapes = [shape for shape in shapes if shape["method"] == asked.method.upper()]
        return answer_json({"connections": shapes[:most]})

    async def create(self, request: Request) -> Response:
        """A connection that waits for a person; its `url` is the page where they enter it."""
        caller = await caller_of(request, self._parts.let_in)
        asked = await read_json(request, NewConnection)
        found = self._parts.catalogue.of_app(asked.app)
        if found is None:
            raise BadRequest(f"There is no app {asked.app[:40]!r}.")
        method = None
        if asked.method is not None:
            method = next((m.key for m in found[0].methods if _fits(m.kind, m.key, asked)), None)
            if method is None:
                raise BadRequest(f"{found[0].name} has no method {asked.method[:40]!r}.")
        connection = await self._parts.connections.create(
            caller,
            found[0].key,
            method=method,
            name=asked.name,
            redirect_uri=asked.redirect_uri,
        )
        self._parts.note(caller, "connection.created", connection.id)
        return answer_json(await self._answer(connection))

    async def fetch(self, request: Request) -> Response:
        """One connection; while it is not active, with a page that has not been used."""
        caller = await caller_of(request, self._parts.let_in)
        connection = await self._parts.connections.get(caller, request.path_params["id"])
        return answer_json(await self._answer(connection))

    async def delete(self, request: Request) -> Response:
        """Forget a connection and its credentials."""
        caller = await caller_of(request, self._parts.let_in)
        gone = await self._parts.connections.delete(caller, request.path_params["id"])
        self._parts.note(caller, "connection.deleted", gone.id)
        return answer_json({})

    async def who(self, request: Request) -> Response:
        """Who the key or the token belongs to."""
        caller: Caller = await caller_of(request, self._parts.let_in)
        return answer_json(
            {
                "email": shown_email(caller),
                "id": caller.user_id,
                "tenant": caller.tenant_key,
                "user": caller.user_key,
            }
        )

    async def nothing(self, request: Request) -> Response:
        """What this gateway does not have."""
        await caller_of(request, self._parts.let_in)
        raise NotFound("This gateway has no triggers and no functions.")

    async def _answer(self, connection: Connection) -> dict[str, object]:
        url = None
        if connection.status is not Status.ACTIVE:
            url = self._parts.page_url(await self._parts.sessions.open(connection))
        shape = self._shape(connection, url)
        return {"connection": shape, "id": connection.id, "connection_id": connection.id}

    def _shape(self, connection: Connection, url: str | None = None) -> dict[str, object]:
        plain = f"{self._parts.base_url()}/gateway/connect"
        return connection_shape(connection, self._parts.catalogue, url or plain)


def _status(text: str | None) -> Status | None:
    if not text:
        return None
    for status, name in STATUSES.items():
        if name == text.upper():
            return status
    raise BadRequest(f"There is no status {text[:40]!r}.")


def _fits(kind: str, key: str, asked: NewConnection) -> bool:
    wanted = (asked.method or "").upper()
    return key.upper() == wanted or (kind == wanted)
