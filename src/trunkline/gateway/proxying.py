"""A Starlette request as what the proxy is asked, and its reply as a Starlette response."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from trunkline.gateway.connectors import Target
from trunkline.gateway.errors import BadRequest
from trunkline.gateway.proxy import Ask, Reply

__all__ = ["ask_of", "reply_response"]


def ask_of(
    request: Request,
    target: Target,
    *,
    method: str | None = None,
    headers: Iterable[tuple[str, str]] | None = None,
    body: bytes | None = None,
) -> Ask:
    """What is asked of the proxy: the request as it came, or with another method and body."""
    if headers is None:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.scope["headers"]
        ]
    if method is not None:
        return Ask(
            method=method, target=target, headers=list(headers), body=body, length=len(body or b"")
        )
    announced = request.headers.get("content-length")
    if announced is not None and not announced.isdecimal():
        raise BadRequest("Content-Length is not a number.")
    has_body = bool(announced and announced != "0") or "transfer-encoding" in request.headers
    return Ask(
        method=request.method,
        target=target,
        headers=list(headers),
        body=request.stream() if has_body else None,
        length=int(announced) if announced is not None else None,
    )


class reply_response(Response):
    """The provider's answer, passed on as it comes."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. A provider that breaks off leaves the answer unfinished, as it should be."""
        reply = self._reply
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": reply.status,
                    "headers": reply.headers,
                }
            )
            if scope["method"] != "HEAD":
                async for part in reply.body:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await reply.aclose()
