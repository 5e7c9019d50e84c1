"""An answer of an app: what is kept of it, and what becomes of the rest."""

from __future__ import annotations

import asyncio

from trunkline.webhooks.http.answer_reader import Fields
from trunkline.webhooks.http.bodies import BadBody, read_bounded
from trunkline.webhooks.http.client_errors import ClientError
from trunkline.webhooks.http.connection import Connection
from trunkline.webhooks.http.pool import Pool
from trunkline.webhooks.shown_url import without_query

__all__ = ["Answer", "clean", "drain", "error_page", "keep_headers", "read_body"]

LEADS = frozenset({"location", "content-location", "refresh", "link"})
MOST_HEADERS = 40
MOST_HEADER_BYTES = 8192  # of names and values together
SMALL = 4096  # bytes of a body worth reading for the sake of its connection
PATIENCE = 0.5  # seconds that the rest of an ignored body is waited for


class Answer:
    """An answer, whose head has come. Its body is iterated over as it comes, as the bytes of the
    wire without their framing; ClientError where it breaks off."""

    __slots__ = ("_connection", "_pool", "fields", "status")

    def __init__(self, connection: Connection, pool: Pool) -> None:
        self.status = connection.reader.status
        self.fields = connection.reader.fields
        self._connection = connection
        self._pool = pool

    @property
    def whole(self) -> bool:
        """Whether nothing of it is still to come."""
        return self._connection.reader.whole

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> bytes:
        if data := await self._connection.more():
            return data
        raise StopAsyncIteration

    def close(self) -> None:
        """No more is wanted: the connection is kept if all has come. To be called once."""
        self._pool.give_back(self._connection)


def clean(text: str | None) -> str | None:
    """A header that can be stored: without NUL, and bytes that are not UTF-8 as U+FFFD."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    data = text.encode("utf-8", "surrogateescape")
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def keep_headers(headers: Fields, *, queries: bool) -> list[tuple[str, str]]:
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


async def read_body(answer: Answer, limit: int) -> bytes:
    """The decoded body, at most limit + 1 bytes of it. BadBody, ClientError."""
    encodings = ", ".join(answer.fields.getall("content-encoding"))
    return await read_bounded(answer, encodings, limit)


async def drain(answer: Answer) -> None:
    """Pass over a body, to its end if that costs little: then the connection is kept."""
    if answer.whole:  # the body came with the headers, or there was none
        return
    length = answer.fields.get("content-length") or "0"
    if not length.isdigit() or len(length) > 6 or int(length) > SMALL:
        return
    left = SMALL
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in answer:
                left -= len(chunk)
                if left < 0:
                    break
    except (ClientError, TimeoutError):
        pass


async def error_page(answer: Answer) -> bytes:
    """What an app said that did not take a callback: the beginning, as far as it comes at once."""
    try:
        async with asyncio.timeout(PATIENCE):
            return (await read_body(answer, SMALL))[:SMALL]
    except (ClientError, BadBody, TimeoutError):
        return b""
