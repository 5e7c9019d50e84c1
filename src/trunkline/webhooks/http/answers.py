"""What is kept of an answer of an app, and what becomes of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiohttp

from trunkline.webhooks.http.bodies import BadBody, read_bounded
from trunkline.webhooks.shown_url import without_query

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
    from multidict import CIMultiDictProxy

__all__ = ["clean", "drain", "keep_headers", "read_body", "without_hidden_retries"]

LEADS = frozenset({"location", "content-location", "refresh", "link"})
MOST_HEADERS = 40
MOST_HEADER_BYTES = 8192  # of names and values together
SMALL = 4096  # bytes of a body worth reading for the sake of its connection
PATIENCE = 0.5  # seconds that the rest of an ignored body is waited for


def clean(text: str | None) -> str | None:
    """A header that can be stored: without NUL, and bytes that are not UTF-8 as U+FFFD."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    data = text.encode("utf-8", "surrogateescape")
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def keep_headers(headers: CIMultiDictProxy[str], *, queries: bool) -> list[tuple[str, str]]:
    """The first headers of an answer, bounded, each whole. Unless `queries`, without the query of
    where it leads: servers repeat the parameters of a GET in it."""
    kept: list[tuple[str, str]] = []
    left = MOST_HEADER_BYTES
    for name, value in headers.items():
        name, value = clean(name) or "", clean(value) or ""
        if not queries and name.lower() in LEADS:
            value = without_query(value)
        left -= len(name) + (len(value) if value.isascii() else len(value.encode()))
        if left < 0 or len(kept) == MOST_HEADERS:
            break
        kept.append((name, value))
    return kept


async def read_body(response: ClientResponse, limit: int) -> bytes:
    """The decoded body, at most limit + 1 bytes of it. BadBody; what aiohttp raises."""
    encodings = ", ".join(response.headers.getall("Content-Encoding", ()))
    return await read_bounded(response.content.iter_any(), encodings, limit)


async def drain(response: ClientResponse) -> None:
    """Pass over a body, to its end if that costs little: then the connection is kept."""
    if response.closed:  # the body came with the headers, or there was none
        return
    length = response.headers.get("Content-Length", "0")
    if not length.isdigit() or len(length) > 6 or int(length) > SMALL:
        return
    left = SMALL
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in response.content.iter_any():
                left -= len(chunk)
                if left < 0:
                    break
    except (aiohttp.ClientError, OSError, TimeoutError):
        pass


async def error_page(response: ClientResponse) -> bytes:
    """What an app said that did not take a callback: the beginning, as far as it comes at once."""
    try:
        async with asyncio.timeout(PATIENCE):
            return (await read_body(response, SMALL))[:SMALL]
    except (aiohttp.ClientError, BadBody, OSError, TimeoutError):
        return b""


class _Interrupted(aiohttp.ClientConnectionError):
    """Stands for an error after which aiohttp would ask again by itself."""


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Interrupted(str(error)) from (error.__cause__ or error)


_ONCE = (_once,)


def without_hidden_retries(method: str) -> Sequence[aiohttp.ClientMiddlewareType] | None:
    """aiohttp repeats a GET whose connection broke. Here only the retry policy does that."""
    return _ONCE if method == "GET" else None
