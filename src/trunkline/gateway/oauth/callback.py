"""Where providers send people back to: `/gateway/oauth/callback`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trunkline.gateway.oauth.finish_oauth import CameBack, End, Finished, FinishOAuth
from trunkline.gateway.oauth.states import cookie_name
from trunkline.store import StoreUnavailable

__all__ = ["CALLBACK", "ShowResult", "routes"]

CALLBACK = "/gateway/oauth/callback"
ShowResult = Callable[[Request, Finished], Awaitable[Response]]

READ = ("state", "code", "error", "iss")
TEXT = re.compile(r"[\x20-\x7e]{1,8000}")
UNREADABLE = Finished(end=End.FAILED, message="What the provider sent back cannot be read.")
AWAY = Finished(
    end=End.FAILED, message="The gateway cannot work now. Load this page once more in a moment."
)


def routes(finish: FinishOAuth, show: ShowResult) -> list[Route]:
    """The route. `show` makes the result page of what became of a flow."""

    async def callback(request: Request) -> Response:
        if request.method != "GET":  # HEAD, of a program that looks at links, must not use it up
            return Response(status_code=405, headers={"Allow": "GET"})
        came = _came_back(request)
        if came is None:
            response = await show(request, UNREADABLE)
        else:
            try:
                finished = await finish(came, request.cookies)
            except StoreUnavailable:
                finished = AWAY
            response = await show(request, finished)
            name = cookie_name(came.state)
            if name in request.cookies and finished is not AWAY:
                response.delete_cookie(name, path=request.url.path)
        # The address of this page has the code in it.
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return [Route(CALLBACK, callback, methods=["GET"])]


def _came_back(request: Request) -> CameBack | None:
    """The parameters; None when one comes twice (RFC 6749 section 3.1) or cannot be one."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in READ:
            continue
        if name in found or not TEXT.fullmatch(value):
            return None
        found[name] = value
    return CameBack(**found)
