"""The Maton face: what `maton-ai`, its command line and scripts for `maton.ai` speak."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from trunkline.gateway.answering import Answering
from trunkline.gateway.errors import GatewayError, NotFound
from trunkline.gateway.maton.manage_connections import ManageConnections
from trunkline.gateway.maton.pass_on import PassOn
from trunkline.gateway.maton.render_error import render_error
from trunkline.gateway.parts import Parts
from trunkline.gateway.web import Handler, handles

__all__ = ["maton_app"]

EVERY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def maton_app(
    parts: Parts,
    signing_in: Sequence[BaseRoute],
    unexpected: Callable[[Exception, Request], GatewayError],
) -> Answering:
    """The face; `signing_in` are the routes of the authorization server."""

    def route(path: str, handler: Handler, *methods: str) -> Route:
        handled = handles(handler, render_error, unexpected, parts.refused)
        return Route(path, handled, methods=list(methods))

    connections = ManageConnections(parts)
    app = Starlette(
        routes=[
            *signing_in,
            route("/connections", connections.list, "GET"),
            route("/connections", connections.create, "POST"),
            route("/connections/{id}", connections.fetch, "GET"),
            route("/connections/{id}", connections.delete, "DELETE"),
            route("/user", connections.who, "GET"),
            route("/triggers{rest:path}", connections.nothing, *EVERY),
            route("/functions{rest:path}", connections.nothing, *EVERY),
            route("/{app}/{path:path}", PassOn(parts).__call__, *EVERY),
        ],
        exception_handlers={404: _nothing, 405: _nothing},
    )
    app.router.redirect_slashes = False
    return Answering(app, new_id=parts.new_id, own=_is_own)


def _is_own(path: str) -> bool:
    return path.split("/", 2)[1] in ("connections", "user", "oauth", ".well-known")


async def _nothing(_request: Request, _error: Exception) -> Response:
    return render_error(NotFound("There is nothing under this path."))
