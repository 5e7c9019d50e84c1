"""Have a person connect something: requests, their pages, and what may be entered."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from trunkline.gateway.connections import ConnectRequest
from trunkline.gateway.connectors import Connector
from trunkline.gateway.errors import BadRequest, NotFound
from trunkline.gateway.membrane.shapes import request_shape
from trunkline.gateway.model import Caller
from trunkline.gateway.parts import Parts
from trunkline.gateway.web import answer_json, caller_of, decode_json, read_body, read_json
from trunkline.rest.errors import ApiError
from trunkline.rest.forms import parse_form

__all__ = ["Connect"]

MOST_FIELDS = 50  # of the browser's form


class Wanted(msgspec.Struct, rename="camel"):
    """What is to be connected, or connected again."""

    connector_id: str | None = None
    connector_key: str | None = None
    integration_id: str | None = None
    integration_key: str | None = None
    connection_id: str | None = None
    connection_key: str | None = None
    name: str | None = None
    allow_multiple_connections: bool | None = None
    connector_parameters: dict[str, Any] | None = None
    redirect_uri: str | None = None
    prompt: str | None = None
    intent: str | None = None
    auth_option_key: str | None = None
    token: str | None = None  # of the browser's form
    request_id: str | None = None
    connection_request_id: str | None = None


class Connect:
    """See the module."""

    def __init__(self, parts: Parts, base: str = "/membrane") -> None:
        self._parts = parts
        self._base = base

    async def ask(self, request: Request) -> Response:
        """Make a request for a connection."""
        caller = await caller_of(request, self._parts.let_in)
        made = await self._make(caller, await read_json(request, Wanted))
        return answer_json(self._shape(made), 201)

    async def fetch(self, request: Request) -> Response:
        """How far a request is."""
        caller = await caller_of(request, self._parts.let_in)
        found = await self._parts.requests.get(caller, request.path_params["id"])
        return answer_json(self._shape(found))

    async def reconnect(self, request: Request) -> Response:
        """Make a request for the credentials of a connection that is there."""
        caller = await caller_of(request, self._parts.let_in)
        wanted = await read_json(request, Wanted)
        wanted.connection_id = request.path_params["id"]
        return answer_json(self._shape(await self._make(caller, wanted)), 201)

    async def screen(self, request: Request) -> Response:
        """The page of a request; its id is what lets a browser in, once."""
        wanted = request.query_params.get("connectionRequestId", "")
        token = await self._parts.requests.open_session(wanted)
        return RedirectResponse(
            self._parts.page_url(token),
            303,
            headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        )

    async def from_browser(self, request: Request) -> Response:
        """The form with which the SDK begins in a browser: a token, and what is wanted. As JSON
        with a bearer token, what newer clients send."""
        if request.headers.get("content-type", "").startswith("application/json"):
            return await self.ask(request)
        try:
            form = parse_form(await read_body(request), most=MOST_FIELDS)
        except ApiError:
            raise BadRequest("The form cannot be read.") from None
        wanted = decode_json(form.get("payload", [""])[0].encode(), Wanted)
        caller = await self._parts.let_in(wanted.token or "")
        made = await self._make(caller, wanted)
        token = await self._parts.requests.open_session(made.id)
        return RedirectResponse(
            self._parts.page_url(token), 303, headers={"Cache-Control": "no-store"}
        )

    async def options(self, request: Request) -> Response:
        """The ways to be authorised, and what is entered for each."""
        caller = await caller_of(request, self._parts.let_in)
        wanted = await read_json(request, Wanted)
        if wanted.connection_id and not _names_app(wanted):  # as the SDK asks when it reconnects
            connection = await self._parts.connections.get(caller, wanted.connection_id)
            connector = self._parts.catalogue.of(connection)
        else:
            connector = self._connector(wanted)
        return answer_json(
            [
                {
                    "key": method.key,
                    "type": "oauth2"
                    if method.oauth and method.oauth.authorize_url
                    else "client-credentials",
                    "title": method.label,
                    "inputSchema": {
                        "type": "object",
                        "properties": {
                            field.key: {
                                "type": "string",
                                "title": field.label,
                                **({"description": field.hint} if field.hint else {}),
                                **({"format": "password"} if field.secret else {}),
                            }
                            for field in method.fields
                        },
                        "required": [field.key for field in method.fields if field.required],
                    },
                }
                for method in connector.methods
                if method.kind != "PLATFORM" or self._parts.development
            ]
        )

    async def _make(self, caller: Caller, wanted: Wanted) -> ConnectRequest:
        again = wanted.connection_id
        if again is None and not _names_app(wanted):
            again = wanted.connection_key
        if again:
            connection = await self._parts.connections.get(caller, again)
            made = await self._parts.requests.create(
                caller,
                connection.connector,
                connection_id=connection.id,
                redirect_uri=wanted.redirect_uri,
            )
            self._parts.note(caller, "connection.requested", made.connection_id)
            return made
        made = await self._parts.requests.create(
            caller,
            self._connector(wanted).key,
            method=wanted.auth_option_key,
            name=wanted.name,
            key=wanted.connection_key,
            allow_multiple=wanted.allow_multiple_connections is not False,
            redirect_uri=wanted.redirect_uri,
        )
        self._parts.note(caller, "connection.requested", made.connection_id)
        return made

    def _connector(self, wanted: Wanted) -> Connector:
        catalogue = self._parts.catalogue
        if named := _names_app(wanted):
            found = catalogue.get(named)
            if found is None:
                raise NotFound(f"There is no connector {named[:60]!r}.")
            return found
        if wanted.intent:
            best = catalogue.search(wanted.intent, 1)
            if best:
                return best[0]
            raise NotFound("No connector fits this intent.")
        raise BadRequest("Name a connector: connectorId or connectorKey.")

    def _shape(self, made: ConnectRequest) -> dict[str, Any]:
        url = f"{self._parts.base_url()}{self._base}/screens/connect?connectionRequestId={made.id}"
        return request_shape(made, self._parts.catalogue.get(made.connector), url)


def _names_app(wanted: Wanted) -> str | None:
    return (
        wanted.connector_id
        or wanted.connector_key
        or wanted.integration_id
        or wanted.integration_key
    )
