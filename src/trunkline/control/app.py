"""The ASGI application of the control API: route, authenticate, parse, carry out, answer."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import msgspec

from trunkline.control import PREFIX
from trunkline.control.body import (
    ClientGone,
    Receive,
    from_json,
    from_query,
    parse_query,
    read_body,
)
from trunkline.control.csv_stream import CsvStream
from trunkline.control.errors import ControlError
from trunkline.control.event_stream import EventStream
from trunkline.control.operation import BoundOperation, Call, Nothing, bound_operations
from trunkline.control.platform import ControlledPlatform
from trunkline.control.wave_file import WaveFile
from trunkline.rest.base_url import BaseUrls
from trunkline.rest.caller import caller_of
from trunkline.rest.failures import log_error
from trunkline.store import Overloaded, StoreUnavailable

__all__ = ["ControlApp"]

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = "application/json"
DEFAULT_WORLD = "default"
encoder = msgspec.json.Encoder()


class ControlApp:
    """Serves the operations of `resources` under /trunkline/v1."""

    def __init__(self, platform: ControlledPlatform, resources: Iterable[object]) -> None:
        self._platform = platform
        self._routes: dict[tuple[str, ...], dict[str, BoundOperation]] = {}
        for bound in bound_operations(*resources):
            template = tuple(bound.operation.path.strip("/").split("/"))
            self._routes.setdefault(template, {})[bound.operation.method] = bound
        settings = platform.settings
        self._base_urls = BaseUrls(settings.public_url, settings.trust_forwarded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever it holds, the answer is JSON in the API's own form."""
        if scope["type"] != "http":
            raise ValueError(f"The control API speaks HTTP, not {scope['type']}.")
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            bound, path = self._find(scope, headers)
            answer = await self._carry_out(bound, path, scope, headers, receive)
            if isinstance(answer, (CsvStream, EventStream, WaveFile)):
                await answer.send(receive, send)
                return
            declared = bound.operation
            body = b"" if answer is None else encoder.encode(answer)
            await _send(send, declared.status, body, {})
        except ClientGone:
            return
        except ControlError as error:
            await self._refuse(send, error)
        except (StoreUnavailable, Overloaded) as error:
            await self._refuse(send, ControlError(503, "unavailable", str(error)))
        except Exception as error:
            log_error(error, f"{scope['method']} {PREFIX}", None)
            fault = "This is a fault of Trunkline's: its log tells where."
            await self._refuse(send, ControlError(500, "internal_error", fault))

    def _find(
        self, scope: Scope, headers: Mapping[bytes, bytes]
    ) -> tuple[BoundOperation, dict[str, str]]:
        """The operation of a request and its path's parameters, once the token is right."""
        by_method, path = self._match(scope["path"])
        if not any(bound.operation.is_open for bound in by_method.values()):
            self._authenticate(headers)
        if not by_method:
            raise ControlError(404, "not_found", "There is nothing under this path.")
        method = scope["method"]
        if method == "HEAD" and "GET" in by_method:
            # A stream has no end that a client which wants no body would wait for.
            method = "GET" if by_method["GET"].operation.content_type == JSON else method
        if method not in by_method:
            allowed = ", ".join(sorted(by_method))
            raise ControlError(
                405,
                "method_not_allowed",
                f"This path takes {allowed}.",
                headers={"Allow": allowed},
            )
        return by_method[method], path

    def _match(self, path: str) -> tuple[Mapping[str, BoundOperation], dict[str, str]]:
        if path.startswith(PREFIX + "/"):
            segments = path[len(PREFIX) + 1 :].split("/")
            for template, by_method in self._routes.items():
                parameters = _parameters(template, segments)
                if parameters is not None:
                    return by_method, parameters
        return {}, {}

    def _authenticate(self, headers: Mapping[bytes, bytes]) -> None:
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        wanted = self._platform.control_token.encode()
        right = hmac.compare_digest(given.strip(), wanted)
        if not wanted or kind.lower() != b"bearer" or not right:
            raise ControlError(
                401,
                "unauthorized",
                "Send the control token, which `trunkline credentials` tells: "
                "Authorization: Bearer TOKEN.",
                headers={"WWW-Authenticate": "Bearer"},
            )

    async def _carry_out(
        self,
        bound: BoundOperation,
        path: dict[str, str],
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
    ) -> Any:
        declared = bound.operation
        fields = parse_query(scope["query_string"])
        world = None
        name = fields.pop("world", DEFAULT_WORLD)  # what acts on no world does not mind one
        if declared.in_world:
            world = self._platform.worlds.named(name)
            if world is None:
                raise ControlError(404, "unknown_world", f"There is no world '{name[:64]}'.")
        if declared.takes_body:
            from_query(fields, Nothing)  # a slip in `?world=` must not act on another world
            most = max(self._platform.settings.max_body_bytes, declared.most_body or 0)
            asked = from_json(await read_body(receive, headers, most=most), declared.asks)
        else:
            asked = from_query(fields, declared.asks)
        base_url = self._base_urls.of(scope, headers, "api", "")
        caller = caller_of(scope, headers, trust_forwarded=self._platform.settings.trust_forwarded)
        return await bound.handler(Call(path, base_url, world, caller), asked)

    async def _refuse(self, send: Send, error: ControlError) -> None:
        body = encoder.encode({"error": {"code": error.code, "message": error.message}})
        await _send(send, error.status, body, error.headers)


def _parameters(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    found: dict[str, str] = {}
    for wanted, segment in zip(template, segments, strict=True):
        if wanted.startswith("{"):
            found[wanted[1:-1]] = segment
        elif wanted != segment:
            return None
    return found


async def _send(send: Send, status: int, body: bytes, more: Mapping[str, str]) -> None:
    headers = {"Content-Length": str(len(body)), "Cache-Control": "no-store", **more}
    if body:
        headers["Content-Type"] = JSON
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
