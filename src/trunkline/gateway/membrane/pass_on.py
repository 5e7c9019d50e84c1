"""The Membrane proxy: any path of a connection's provider, raw or described in JSON."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.connectors import resolve_target
from trunkline.gateway.errors import BadRequest, NotFound
from trunkline.gateway.parts import Parts
from trunkline.gateway.proxying import ask_of, reply_response
from trunkline.gateway.web import caller_of, read_json

__all__ = ["PassOn"]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_BEFORE = re.compile(rb"/connections/([^/]+)/(?:proxy|api)/?")
_NAMES = re.compile(r"\{([A-Za-z0-9_]+)\}")


class Described(msgspec.Struct, rename="camel"):
    """A request to the provider, as the SDK's `ConnectionProxyRequest`; with `key` and `payload`
    as its older `connectionRequest` has it, which posts."""

    path: str | None = None
    method: str = "GET"
    path_parameters: dict[str, str] | None = None
    data: Any = msgspec.UNSET
    query: dict[str, Any] | None = None
    headers: dict[str, str] | None = None
    key: str | None = None
    payload: Any = msgspec.UNSET

    def __post_init__(self) -> None:
        if self.path is None and self.key is not None:
            self.path, self.method, self.data = "/" + self.key.lstrip("/"), "POST", self.payload


class PassOn:
    """Forward requests by the connection of the path."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def raw(self, request: Request) -> Response:
        """`ANY /connections/{id}/proxy/{path}?query`: passed on as it came."""
        parts = self._parts
        caller = await caller_of(request, parts.authenticate)
        raw: bytes = request.scope["raw_path"]
        before = _BEFORE.match(raw)
        # Whoever escapes a slash of ours has two readings of one path: neither is passed on.
        if before is None or unquote(before[1].decode("latin-1")) != request.path_params["id"]:
            raise NotFound("There is nothing under this path.")
        connection = await parts.connections.get(caller, request.path_params["id"])
        connector = parts.catalogue.of(connection)
        path = raw[before.end() :].decode("latin-1")
        if not re.match(r"https?:/", path, re.IGNORECASE):
            path = "/" + path
        elif not re.match(r"https?://", path, re.IGNORECASE):
            path = path.replace(":/", "://", 1)  # what joins paths makes one slash of two
        query: bytes = request.scope["query_string"]
        whole = path + ("?" + query.decode("latin-1") if query else "")
        target = resolve_target(connector, connection.settings, whole)
        return reply_response(await parts.forward(caller, connection, ask_of(request, target)))

    async def described(self, request: Request) -> Response:
        """`POST /connections/{id}/request`: method, path, query, headers and data in JSON."""
        parts = self._parts
        caller = await caller_of(request, parts.authenticate)
        asked = await read_json(request, Described)
        connection = await parts.connections.get(caller, request.path_params["id"])
        connector = parts.catalogue.of(connection)
        method = asked.method.upper()
        if method not in METHODS:
            raise BadRequest(f"There is no method {method[:20]!r}.")
        target = resolve_target(connector, connection.settings, _whole(asked))
        headers = list((asked.headers or {}).items())
        body = b""
        if asked.data is not msgspec.UNSET and asked.data is not None:
            if isinstance(asked.data, str):
                body = asked.data.encode()
            else:
                body = msgspec.json.encode(asked.data)
                if not any(name.lower() == "content-type" for name, _ in headers):
                    headers.append(("Content-Type", "application/json"))
        ask = ask_of(request, target, method=method, headers=headers, body=body or None)
        return reply_response(await parts.forward(caller, connection, ask))


def _whole(asked: Described) -> str:
    """The path with its parameters put in, percent-encoded, and the query behind it."""
    if asked.path is None:
        raise BadRequest("Say which path of the provider is meant.")
    given = asked.path_parameters or {}
    missing = [name for name in _NAMES.findall(asked.path) if name not in given]
    if missing and given:
        raise BadRequest(f"The path names {missing[0]!r}, and no path parameter gives it.")
    path = _NAMES.sub(
        lambda match: quote(given[match[1]], safe="") if match[1] in given else match[0],
        asked.path,
    )
    if not asked.query:
        return path
    pairs = [
        (name, _text(each))
        for name, value in asked.query.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]
    return path + ("&" if "?" in path else "?") + urlencode(pairs) if pairs else path


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise BadRequest("The query holds texts, numbers, true and false, and lists of them.")
    return str(value)
