"""Parameters as `application/x-www-form-urlencoded` UTF-8: in a body, or in the query of a URL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["Parameters", "encode", "well_formed", "with_query"]

Parameters = Sequence[tuple[str, str]]  # names and values, in the order of the wire

# What the standard leaves as it is (WHATWG URL, application/x-www-form-urlencoded serializing).
# The space is kept until last, when it becomes a plus.
_special = re.compile(r"[^A-Za-z0-9*\-._ ]")
_surrogate = re.compile(r"[\ud800-\udfff]")
SHORT = 40  # characters
_ESCAPES = {chr(byte): f"%{byte:02X}" for byte in range(256)}


def encode(parameters: Parameters) -> bytes:
    """The body of a form POST: names and values in the order given, spaces as `+`.

    A lone surrogate, which UTF-8 cannot say, becomes U+FFFD.
    """
    return _encoded(parameters).encode("ascii")


def with_query(url: str, parameters: Parameters) -> str:
    """The URL of a GET request: what its query held already stays in front (behaviour 2.1).

    `url` is a wire form: it has no fragment. A question mark in a value stays as it is, which
    RFC 3986 allows in a query: twilio-node's `validateExpressRequest` takes every `%3F` for one
    and would refuse the signature of, say, each message that asks something.
    """
    if not parameters:
        return url
    _, mark, query = url.partition("?")
    joint = "&" if query and not query.endswith("&") else ""
    return f"{url}{joint if mark else '?'}{_encoded(parameters).replace('%3F', '?')}"


def well_formed(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: what its receiver reads."""
    return _surrogate.sub("\ufffd", text)


def _encoded(parameters: Parameters) -> str:
    return "&".join(
        [
            f"{_known(name)}={_known(value) if len(value) < SHORT else _quoted(value)}"
            for name, value in parameters
        ]
    )


def _quoted(text: str) -> str:
    if not text.isascii():
        try:
            data = text.encode()
        except UnicodeEncodeError:
            data = well_formed(text).encode()
        # One character for each byte, so that the table of bytes serves for both.
        text = data.decode("latin-1")
    return _special.sub(_escape, text).replace(" ", "+")


# Names, numbers, statuses and SIDs of accounts come again and again; texts do not.
_known = lru_cache(8192)(_quoted)


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]
