"""The Membrane face: what `@membranehq/sdk`, and our own command line, speak."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from trunkline.gateway.answering import Answering
from trunkline.gateway.errors import GatewayError, NotFound
from trunkline.gateway.membrane.account import Account
from trunkline.gateway.membrane.connect import Connect
from trunkline.gateway.membrane.manage_connections import ManageConnections
from trunkline.gateway.membrane.pass_on import PassOn
from trunkline.gateway.membrane.render_error import render_error
from trunkline.gateway.membrane.run_actions import RunActions
from trunkline.gateway.parts import Parts
from trunkline.gateway.web import Handler, handles

__all__ = ["membrane_app"]

EVERY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# What a person looks at: no other site may read it.
PAGES = ("/oauth/authorize", "/oauth/device", "/screens/")
_PROXIED = re.compile(r"/connections/[^/]+/(?:proxy|api)(?:/|$)")


def membrane_app(
    parts: Parts,
    signing_in: Sequence[BaseRoute],
    unexpected: Callable[[Exception, Request], GatewayError],
) -> Answering:
    """The face; `signing_in` are the routes of the authorization server."""

    def route(path: str, handler: Handler, *methods: str) -> Route:
        handled = handles(handler, render_error, unexpected, parts.refused)
        return Route(path, handled, methods=list(methods))

    account, connect = Account(parts), Connect(parts)
    connections, actions, proxy = ManageConnections(parts), RunActions(parts), PassOn(parts)
    one = "/connections/{id}"
    app = Starlette(
        routes=[
            *signing_in,
            route(one + "/proxy/{path:path}", proxy.raw, *EVERY),
            route(one + "/proxy", proxy.raw, *EVERY),
            route(one + "/api/{path:path}", proxy.raw, *EVERY),
            route(one + "/request", proxy.described, "POST"),
            route(one + "/execute-request", proxy.described, "POST"),
            route("/self", account.self_, "GET", "PATCH"),
            route("/account", account.account, "GET"),
            route("/org-workspaces", account.workspaces, "GET"),
            route("/org-workspaces/{id}/access-token", account.access_token, "POST"),
            route("/search", account.search, "GET"),
            route("/connectors", account.connectors, "GET"),
            route("/connectors/{id}", account.connector, "GET"),
            route("/connectors/{id}/logo", account.logo, "GET"),
            route("/integrations", account.connectors, "GET"),
            route("/integrations/{id}", account.connector, "GET"),
            route("/integrations/{integration}/actions", actions.list, "GET"),
            route("/integrations/{integration}/actions/{key}", actions.fetch, "GET"),
            route("/connection-requests", connect.ask, "POST"),
            route("/connection-requests/{id}", connect.fetch, "GET"),
            route("/connection-options", connect.options, "POST"),
            route("/connect", connect.from_browser, "POST"),
            route("/screens/connect", connect.screen, "GET", "POST"),
            route("/screens/connections", connect.screen, "GET", "POST"),
            route("/connections", connections.list, "GET"),
            route("/connections", connections.create, "POST"),
            route("/connections/ensure", connections.ensure, "POST"),
            route(one, connections.fetch, "GET"),
            route(one, connections.change, "PATCH", "PUT"),
            route(one, connections.archive, "DELETE"),
            route(one + "/test", connections.test, "POST"),
            route(one + "/refresh-credentials", connections.refresh, "POST"),
            route(one + "/reconnect", connect.reconnect, "POST"),
            route(one + "/actions", actions.list, "GET"),
            route(one + "/actions/{key}", actions.fetch, "GET"),
            route(one + "/actions/{key}/run", actions.run_bare, "POST"),
            route("/actions", actions.list, "GET"),
            route("/action", actions.fetch, "GET"),
            route("/action/run", actions.run, "POST"),
            route("/actions/{key}", actions.fetch, "GET"),
            route("/actions/{key}/run", actions.run, "POST"),
            route("/act", actions.act, "POST"),
            route("/action-run-logs/{id}", actions.log, "GET"),
        ],
        exception_handlers={404: _nothing, 405: _nothing},
    )
    app.router.redirect_slashes = False
    return Answering(app, new_id=parts.new_id, own=_is_own, pages=_is_page)


def _is_own(path: str) -> bool:
    return _PROXIED.match(path) is None


def _is_page(path: str) -> bool:
    return path.startswith(PAGES)


async def _nothing(_request: Request, _error: Exception) -> Response:
    return render_error(NotFound("There is nothing under this path."))
