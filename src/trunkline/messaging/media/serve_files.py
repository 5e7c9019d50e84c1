"""Serve the bytes of media files, in small pieces, as what nobody can come to harm by: whoever sent
them chose both bytes and type."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from trunkline.messaging.media import queries
from trunkline.messaging.media.blobs import BlobMissing, Blobs, in_pieces
from trunkline.messaging.media.links import MediaLinks, NamedFile, NoLink
from trunkline.store import Database, StoreUnavailable

__all__ = ["ServeFiles", "requested_range"]

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# What browsers show without running anything that is in it.
SHOWN = re.compile(r"image/(jpeg|jpg|png|gif|bmp|webp)|(audio|video)/[a-z0-9.+-]+")
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,64}")
RANGE = re.compile(rb"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, no-store"),  # a file that is deleted is to be gone
    (b"access-control-allow-origin", b"*"),
    (b"accept-ranges", b"bytes"),
)


class Unsatisfiable(Exception):
    """The range that was asked for is not within the file."""


def requested_range(header: bytes | None, size: int) -> tuple[int, int] | None:
    """The bytes from … to before … that a Range header asks for; None for the whole file, as also
    for what is no single range of bytes (RFC 9110, 14.2). Raises Unsatisfiable."""
    match = RANGE.fullmatch(header.strip()) if header is not None else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        start, end = max(0, size - int(match[2])), size
    else:
        start = int(match[1])
        end = min(size, int(match[2]) + 1) if match[2] else size
        if match[2] and int(match[2]) < start:
            return None
    if start >= size or start >= end:
        raise Unsatisfiable
    return start, end


class ServeFiles:
    """The ASGI application of the paths that `MediaLinks` makes."""

    def __init__(self, database: Database, blobs: Blobs, links: MediaLinks) -> None:
        self._database = database
        self._blobs = blobs
        self._links = links

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, ((b"allow", b"GET, HEAD"),))
            return
        try:
            file = self._links.read(scope["path"])
            row = await self._database.fetchrow(queries.FILE, file.message_id, file.media_id)
        except NoLink:
            await _refuse(send, 404)
            return
        except StoreUnavailable:
            await _refuse(send, 503)
            return
        if row is None or (row["blob_id"] is None and row["data"] is None):
            await _refuse(send, 404)
            return
        await self._answer(scope, send, row, file)

    async def _answer(self, scope: Scope, send: Send, row: Any, file: NamedFile) -> None:
        size: int = len(row["data"]) if row["blob_id"] is None else row["size"]
        headers = dict(scope["headers"])
        # Nothing here has an entity tag, so If-Range never holds.
        wanted = None if b"if-range" in headers else headers.get(b"range")
        try:
            found = requested_range(wanted, size)
        except Unsatisfiable:
            await _refuse(send, 416, ((b"content-range", b"bytes */%d" % size),))
            return
        start, end = found or (0, size)
        told = [
            *ALWAYS,
            *_kind(row["content_type"], file.media_id),
            (b"content-length", b"%d" % (end - start)),
        ]
        if found is not None:
            told.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)))
        head = {
            "type": "http.response.start",
            "status": 200 if found is None else 206,
            "headers": told,
        }
        if scope["method"] == "HEAD":
            await send(head)
            await send({"type": "http.response.body", "body": b""})
            return
        await _stream(send, head, self._pieces(row, start, end))

    def _pieces(self, row: Any, start: int, end: int) -> AsyncIterator[bytes]:
        if row["blob_id"] is not None:
            return self._blobs.read(row["blob_id"].hex, start, end)
        return in_pieces(row["data"][start:end])


async def _stream(send: Send, head: MutableMapping[str, Any], pieces: AsyncIterator[bytes]) -> None:
    """Nothing is said before there is a first piece: until then it can be refused."""
    try:
        first = await anext(pieces, b"")
    except BlobMissing as error:
        log.warning("media.file_missing", name=str(error))
        await _refuse(send, 404)
        return
    except StoreUnavailable as error:
        log.warning("media.not_read", reason=str(error))
        await _refuse(send, 503)
        return
    await send(head)
    await send({"type": "http.response.body", "body": first, "more_body": True})
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (BlobMissing, StoreUnavailable) as error:
        # It ends short of its length, so the server closes the connection: the reader sees it.
        log.warning("media.cut_off", reason=str(error))
        return
    await send({"type": "http.response.body", "body": b""})


def _kind(content_type: str | None, media_id: str) -> tuple[tuple[bytes, bytes], ...]:
    """The type, if it is one, and whether a browser may show it: a page or an SVG could act."""
    kind = content_type if content_type and TYPE.fullmatch(content_type) else ""
    kind = kind or "application/octet-stream"
    disposition = "inline" if SHOWN.fullmatch(kind) else f'attachment; filename="ME{media_id}"'
    return (
        (b"content-type", kind.encode()),
        (b"content-disposition", disposition.encode()),
    )


async def _refuse(send: Send, status: int, more: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
