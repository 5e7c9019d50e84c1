"""What a request asks for: its JSON body or its query, checked against the declaration."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from trunkline.control.errors import ControlError

__all__ = ["ClientGone", "Receive", "from_json", "from_query", "parse_query", "read_body"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
T = TypeVar("T", bound=msgspec.Struct)

SECONDS = 30.0
MOST_FIELDS = 100
CLOSE = {"Connection": "close"}


class ClientGone(Exception):
    """The client went away before its request was complete: nobody is there to answer."""


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], *, most: int) -> bytes:
    """The body, which is JSON or empty. Refuses 413 (before reading where the length is
    declared), 415, and 408 when it does not arrive."""
    too_large = ControlError(
        413, "body_too_large", f"A body may have {most} bytes at most.", headers=CLOSE
    )
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and (len(declared) > 15 or int(declared) > most):
        raise too_large
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if size > most:
                    raise too_large
                more = message.get("more_body", False)
    except TimeoutError:
        raise ControlError(
            408, "request_timeout", "The body did not arrive in time.", headers=CLOSE
        ) from None
    if size and not _is_json(headers.get(b"content-type", b"")):
        raise ControlError(
            415, "unsupported_media_type", "The body must be JSON: Content-Type: application/json."
        )
    return b"".join(chunks)


def _is_json(content_type: bytes) -> bool:
    kind = content_type.partition(b";")[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and b"+json" in kind)


def from_json(data: bytes, wanted: type[T]) -> T:
    """The body as the declared type. Refuses 400 (no JSON) and 422 (not what is wanted)."""
    try:
        asked = msgspec.json.decode(data or b"{}", type=wanted)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = "too deep" if isinstance(error, RecursionError) else "malformed"
        raise ControlError(400, "malformed_json", f"The body is no JSON: {reason}.") from None
    _refuse_nul(msgspec.to_builtins(asked, builtin_types=(bytes,)))
    return asked


def parse_query(raw: bytes) -> dict[str, str]:
    """The fields of a query string. Refuses 400, and 422 for a field that is given twice."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise ControlError(400, "malformed_query", "The query cannot be read.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ControlError(422, "invalid_parameter", "A query parameter is given twice.")
    _refuse_nul(fields)
    return fields


def from_query(fields: Mapping[str, str], wanted: type[T]) -> T:
    """The fields as the declared type. Refuses 422."""
    try:
        return msgspec.convert(fields, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from None


def invalid(error: msgspec.ValidationError) -> ControlError:
    """The refusal that tells in words what does not fit, and where."""
    text, _, place = str(error).partition(" - at ")
    text = text.replace("Object contains unknown", "Unknown").replace("Object missing", "Missing")
    where = place.strip("`").removeprefix("$").removeprefix(".")
    return ControlError(422, "invalid_parameter", f"{where}: {text}." if where else f"{text}.")


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ControlError(422, "invalid_parameter", "Text may not contain NUL characters.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_nul(key)
            _refuse_nul(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_nul(item)
