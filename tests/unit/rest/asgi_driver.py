"""Calls an ASGI application as an HTTP server would, without sockets."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1:8080"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Response:
    """What the application answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def basic(username: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


class Driver:
    """One client. `auth` is the Authorization header of requests that give none."""

    def __init__(self, app: Any, auth: str | None = None) -> None:
        self.app = app
        self.auth = auth

    async def get(self, target: str, **options: Any) -> Response:
        return await self.request("GET", target, **options)

    async def delete(self, target: str, **options: Any) -> Response:
        return await self.request("DELETE", target, **options)

    async def post(self, target: str, form: Any = None, **options: Any) -> Response:
        if form is not None:
            options["body"] = urlencode(form, doseq=True).encode()
        return await self.request("POST", target, **options)

    async def request(
        self,
        method: str,
        target: str,
        *,
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str | None] | None = None,
        disconnect: bool = False,
    ) -> Response:
        """Send a request; a body in parts has no declared length. A header of None is left out.

        With `disconnect` the client goes away instead of sending the rest of the body.
        """
        exchange = Exchange(method, target, body, self._headers(body, headers or {}), disconnect)
        await self.app(exchange.scope, exchange.receive, exchange.send)
        return exchange.response()

    def start(self, method: str, target: str, **options: Any) -> asyncio.Task[Response]:
        """The same, as a task: cancel it to be a server that gives up on its client."""
        return asyncio.create_task(self.request(method, target, **options))

    def _headers(
        self, body: bytes | Iterable[bytes], headers: Mapping[str, str | None]
    ) -> dict[str, str]:
        told: dict[str, str | None] = {"host": HOST, "authorization": self.auth}
        if isinstance(body, bytes):
            told["content-length"] = str(len(body)) if body else None
        if body:
            told["content-type"] = FORM
        told.update({name.lower(): value for name, value in headers.items()})
        return {name: value for name, value in told.items() if value is not None}


class Exchange:
    """One request and its response, from the server's side."""

    def __init__(
        self,
        method: str,
        target: str,
        body: bytes | Iterable[bytes],
        headers: Mapping[str, str],
        disconnect: bool,
    ) -> None:
        path, _, query = target.partition("?")
        self.scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()],
            "server": ("127.0.0.1", 8080),
        }
        parts = [body] if isinstance(body, bytes) else body
        self.parts = iter(parts)
        self.counted = isinstance(body, bytes)
        self.disconnect = disconnect
        self.read = 0
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        part = next(self.parts, None)
        if part is None:
            if self.disconnect:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": b"", "more_body": False}
        self.read += len(part)
        more = self.disconnect or not self.counted
        return {"type": "http.request", "body": part, "more_body": more}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def response(self) -> Response:
        if not self.sent:
            return Response(0, {}, b"")
        start, *rest = self.sent
        headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        return Response(start["status"], headers, b"".join(m.get("body", b"") for m in rest))
