"""The body of a POST or PUT: read within bounds of size and time, and parsed as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.forms import parse_form
from trunkline.rest.json_body import parse_json

__all__ = ["ClientGone", "Receive", "read_form", "read_json"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

FORM = b"application/x-www-form-urlencoded"
JSON = b"application/json"
CHARSETS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
CLOSE = {"Connection": "close"}
# What a client still sends after a refusal is read and dropped by the HTTP server, so that
# clients which send everything first see the answer. Beyond this many times the limit, or when
# no length was declared, the connection is closed instead.
PATIENCE = 64


class ClientGone(Exception):
    """The client went away before its request was complete: nobody is there to answer."""


async def read_form(
    receive: Receive, headers: Mapping[bytes, bytes], *, most: int, seconds: float
) -> dict[str, list[str]]:
    """The fields of the request's body; none for an empty body, of whatever content type.

    Errors: 413/20413 for more than `most` bytes, before they are read where the length is
    declared; 415/20415 for a body that is no form in UTF-8; 408/20408 when it has not arrived
    in `seconds`; those of `parse_form`.
    """
    return parse_form(await _body(receive, headers, FORM, most, seconds))


async def read_json(
    receive: Receive, headers: Mapping[bytes, bytes], *, most: int, seconds: float
) -> dict[str, Any]:
    """The object that the request's body is; an empty one for an empty body.

    Errors: as `read_form`, for a body that is no JSON; those of `parse_json`.
    """
    return parse_json(await _body(receive, headers, JSON, most, seconds))


async def _body(
    receive: Receive, headers: Mapping[bytes, bytes], expected: bytes, most: int, seconds: float
) -> bytes:
    declared = headers.get(b"content-length", b"")
    length = int(declared[:16]) if declared.isdigit() else None
    if length is not None and length > most:
        raise catalogue.TOO_LARGE(headers=CLOSE if length > most * PATIENCE else None)
    if length == 0:
        return b""
    content_type = headers.get(b"content-type", b"")
    is_expected = content_type == expected or _is_type(content_type, expected)
    if length and not is_expected:
        raise catalogue.UNSUPPORTED_MEDIA_TYPE()
    try:
        async with asyncio.timeout(seconds):
            body = await _read(receive, most)
    except TimeoutError:
        raise catalogue.REQUEST_TIMEOUT(headers=CLOSE) from None
    if body and not is_expected:
        raise catalogue.UNSUPPORTED_MEDIA_TYPE()
    return body


async def _read(receive: Receive, most: int) -> bytes:
    chunks = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise catalogue.TOO_LARGE(headers=CLOSE)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _is_type(content_type: bytes, expected: bytes) -> bool:
    kind, _, parameters = content_type.partition(b";")
    if kind.strip().lower() != expected:
        return False
    for parameter in parameters.split(b";"):
        name, _, value = parameter.partition(b"=")
        if name.strip().lower() == b"charset":
            return value.strip().strip(b'"').lower() in CHARSETS
    return True
