"""A Starlette request as what the proxy is asked, and its reply as a Starlette response."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request

from trunkline.gateway.connectors import Target
from trunkline.gateway.errors import BadRequest
from trunkline.gateway.proxy import Ask, PassOn, gone_of

__all__ = ["ask_of", "reply_response"]

reply_response = PassOn  # the provider's answer, passed on as it comes


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
            method=method,
            target=target,
            headers=list(headers),
            body=body,
            length=len(body or b""),
            gone=gone_of(request.receive),
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
        gone=gone_of(request.receive),
    )
