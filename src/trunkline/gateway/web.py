"""What the HTTP faces of the gateway share: bounded bodies, JSON in and out, the caller."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from trunkline.gateway.errors import BadRequest, GatewayError, NotAuthenticated, TooLarge
from trunkline.gateway.model import Caller

__all__ = [
    "MOST_JSON",
    "Authenticating",
    "Handler",
    "answer_json",
    "bearer_of",
    "caller_of",
    "decode_json",
    "handles",
    "query_of",
    "read_body",
    "read_json",
]

MOST_JSON = 1 << 20  # bytes of a request that the gateway reads itself
DRAINED = 16 << 20  # bytes that are read and thrown away, so that a client hears why
BODY_SECONDS = 60.0  # that such a request may take to come
Authenticating = Callable[[str], Awaitable[Caller]]
Handler = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")

_encoder = msgspec.json.Encoder()
# JSON may hold them escaped; neither text columns nor providers take them.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


async def read_body(request: Request, most: int = MOST_JSON) -> bytes:
    """The whole body. Raises TooLarge, BadRequest when it takes too long to come, and
    ClientDisconnect when the client is gone.

    A client that is still sending does not read the answer: what is too large is read to its end,
    up to a bound.
    """
    try:
        announced = int(request.headers.get("content-length", "0"))
    except ValueError:
        raise BadRequest("Content-Length is not a number.") from None
    if announced > DRAINED:
        raise TooLarge(f"The body is larger than {most} bytes.")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > DRAINED:
                    break
                if size <= most:
                    parts.append(part)
    except TimeoutError:
        raise BadRequest(f"The body did not come within {BODY_SECONDS:g} s.") from None
    if size > most:
        raise TooLarge(f"The body is larger than {most} bytes.")
    return b"".join(parts)


async def read_json(request: Request, asked: type[T]) -> T:
    """The JSON body as `asked`; an empty body counts as `{}`. Raises BadRequest, TooLarge."""
    return decode_json(await read_body(request), asked)


def decode_json(body: bytes, asked: type[T]) -> T:
    """JSON as `asked`; nothing counts as `{}`. Raises BadRequest."""
    try:
        value = msgspec.json.decode(body or b"{}", type=asked)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The body does not fit: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    _refuse_unstorable(msgspec.to_builtins(value))
    return value


def query_of(request: Request, asked: type[T]) -> T:
    """The query as `asked`; parameters that it does not know are passed over, the first of equal
    ones counts. Raises BadRequest."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, value)
    try:
        converted: T = msgspec.convert(given, type=asked, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The query does not fit: {error}.") from None
    _refuse_unstorable(given)
    return converted


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise BadRequest("A text holds a character that cannot be stored: U+0000.")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _refuse_unstorable(each)


def answer_json(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON that nobody keeps."""
    return Response(
        _encoder.encode(value),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def bearer_of(request: Request) -> str:
    """The token of `Authorization: Bearer TOKEN`. Raises NotAuthenticated."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise NotAuthenticated
    return token.strip()


async def caller_of(request: Request, authenticate: Authenticating) -> Caller:
    """Who asks. Raises NotAuthenticated."""
    caller = await authenticate(bearer_of(request))
    request.state.caller = caller
    return caller


def handles(
    handler: Handler,
    render: Callable[[GatewayError], Response],
    unexpected: Callable[[Exception, Request], GatewayError],
    refused: Callable[[Caller, Request, GatewayError], None],
) -> Handler:
    """A handler whose refusals are rendered in the form of its face. `refused` hears of those of a
    known caller that nobody took note of."""

    def told(request: Request, error: GatewayError) -> Response:
        caller = getattr(request.state, "caller", None)
        if caller is not None and not error.noted:
            refused(caller, request, error)
        return render(error)

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except GatewayError as error:
            return told(request, error)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody is there to be answered
        except Exception as error:
            return told(request, unexpected(error, request))

    return handled
