"""Read the body of an answer, within bounds: an app may send megabytes, or a bomb."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Protocol

__all__ = ["BadBody", "Decoder", "decoder_for", "read_bounded"]

WINDOW = 47  # zlib: gzip or zlib, told by the first bytes
RAW_WINDOW = -15  # "deflate" without its zlib header, as some servers send it
MOST_MEMBERS = 16  # of a gzip file: each costs a copy of what follows
SLACK = 65_536  # bytes on the wire that compression may cost beside the text


class BadBody(Exception):
    """A body that cannot be decoded. The text says why."""


class Decoder(Protocol):
    """Turns bytes of the wire into bytes of the body."""

    def feed(self, data: bytes, most: int) -> bytes:
        """Decode; at most `most` bytes are returned. BadBody."""

    def end(self) -> None:
        """The body is over. BadBody when it was cut off."""


class _Identity:
    def feed(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def end(self) -> None:
        """Its length was checked by the HTTP parser."""


class _Compressed:
    """gzip and deflate (RFC 1952, RFC 1950, RFC 1951), with `max_length`: what is not asked for
    is never expanded."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._inflate: zlib._Decompress | None = None
        self._members = 1

    def feed(self, data: bytes, most: int) -> bytes:
        if self._inflate is None:
            raw = self._encoding == "deflate" and bool(data) and data[0] & 0x0F != 8
            self._inflate = zlib.decompressobj(RAW_WINDOW if raw else WINDOW)
        decoded = b""
        try:
            while data and len(decoded) < most:
                if self._inflate.eof:
                    self._members += 1
                    if self._encoding == "deflate" or self._members > MOST_MEMBERS:
                        raise BadBody("bytes follow the end of the compressed body")
                    self._inflate = zlib.decompressobj(WINDOW)  # the next member (RFC 1952, 2.2)
                decoded += self._inflate.decompress(data, most - len(decoded))
                # Nothing is left but what is over the limit or begins another member.
                data = self._inflate.unused_data if self._inflate.eof else b""
        except zlib.error:
            raise BadBody(f"the body is not {self._encoding}, as it says") from None
        return decoded

    def end(self) -> None:
        if self._inflate is not None and not self._inflate.eof:
            raise BadBody("the compressed body is cut off")


def decoder_for(encodings: str) -> Decoder:
    """For a `Content-Encoding`. BadBody for one that was not asked for."""
    encoding = encodings.strip().lower()
    if encoding in ("", "identity"):
        return _Identity()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _Compressed("deflate" if encoding == "deflate" else "gzip")
    raise BadBody(f"Content-Encoding {encoding[:40]!r} is not understood")


async def read_bounded(chunks: AsyncIterator[bytes], encodings: str, limit: int) -> bytes:
    """The decoded body, at most limit + 1 bytes of it: what follows is not received.

    BadBody: it cannot be decoded. Memory is bounded by `limit` and one chunk.
    """
    decoder = decoder_for(encodings)
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        body += decoder.feed(chunk, limit + 1 - len(body))
        if len(body) > limit:
            return bytes(body)
        if received > limit + SLACK:
            raise BadBody("the compressed body does not end")
    decoder.end()
    return bytes(body)
