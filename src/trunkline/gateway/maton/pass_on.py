"""The Maton proxy: `gateway.maton.ai/{app}/{path}` leads to the app's provider."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.connectors import resolve_target
from trunkline.gateway.errors import NotFound
from trunkline.gateway.parts import Parts
from trunkline.gateway.proxying import ask_of, reply_response
from trunkline.gateway.web import caller_of

__all__ = ["PassOn"]


class PassOn:
    """Forward a request by the connection that the caller names, else by the default one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        parts = self._parts
        caller = await caller_of(request, parts.authenticate)
        raw: bytes = request.scope["raw_path"]
        app, _, path = raw[1:].partition(b"/")
        found = parts.catalogue.of_app(unquote(app.decode("latin-1")))
        if found is None:
            raise NotFound("There is no such app.")
        connector, base_url = found
        connection = await parts.connections.choose(
            caller, connector.key, request.headers.get("maton-connection") or None
        )
        query: bytes = request.scope["query_string"]
        target = resolve_target(
            connector,
            connection.settings,
            "/" + path.decode("latin-1") + ("?" + query.decode("latin-1") if query else ""),
            base_url,
        )
        return reply_response(await parts.forward(caller, connection, ask_of(request, target)))
