"""What every answer of a face has, whoever made it: an id, and what browsers want to see.

Membrane's SDK runs in browsers too. It sends a token of its own and no cookies, so any site may ask
(`Access-Control-Allow-Origin: *`) and none with a person's cookies: credentials are never allowed,
pages for people never opened, and a browser is not told that the public net may reach a private one
(no `Access-Control-Allow-Private-Network`). What a provider says of origins holds for its own host,
and is left out. Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Answering"]

Headers = Iterable[tuple[bytes, bytes]]

ALLOWED_METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
# The SDK's own, for a browser that asks for none.
USUAL_HEADERS: Final = b"authorization, content-type, membrane-api-version"
SECONDS: Final = b"600"  # that a browser may remember it
_names = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z, \t-]{1,2000}").fullmatch


class Answering:
    """A face, with `X-Request-Id` where an answer has none. `own` says of a path whether the face
    answers it itself: one slash too many at its end does no harm then, while a provider's path
    stays as it is. `pages` is None where no site may ask, else says which paths are for people."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        new_id: Callable[[], str],
        own: Callable[[str], bool],
        pages: Callable[[str], bool] | None = None,
    ) -> None:
        self._app = app
        self._new_id = new_id
        self._own = own
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/") and self._own(path):
            path = path[:-1]
            scope = {**scope, "path": path}
        asked = _first(scope["headers"], b"origin") is not None
        shared = asked and self._pages is not None and not self._pages(path)
        if shared and scope["method"] == "OPTIONS":
            wanted = _first(scope["headers"], b"access-control-request-method")
            if wanted is not None:
                await _allow(scope["headers"], send)
                return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if _first(headers, b"x-request-id") is None:
                    headers.append((b"x-request-id", self._new_id().encode()))
                if shared:
                    headers = _share(headers)
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, answer)


def _share(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [
        *(pair for pair in headers if not pair[0].lower().startswith(b"access-control-")),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", b"*"),
        (b"vary", b"Origin"),
    ]


async def _allow(given: Headers, send: Send) -> None:
    """The answer to a browser that asks first: it sends no token with that."""
    wanted = _first(given, b"access-control-request-headers") or b""
    headers = [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", ALLOWED_METHODS),
        (b"access-control-allow-headers", wanted if _names(wanted) else USUAL_HEADERS),
        (b"access-control-max-age", SECONDS),
        (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _first(headers: Headers, name: bytes) -> bytes | None:
    return next((value for given, value in headers if given.lower() == name), None)
