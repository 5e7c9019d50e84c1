"""What an attribute or a text may be: one function a kind, from what is written to its value.

A kind returns None for what counts as absent (as blank values do everywhere on the platform) and
raises ValueError with the end of a sentence: "must be GET or POST".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

__all__ = ["BLANKS", "Kind", "boolean", "integer", "method", "one_of", "text", "url", "words"]

T = TypeVar("T")
Kind = Callable[[str], T | None]

BLANKS: Final = " \t\r\n"  # XML's; a no-break space is part of a text
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_NOT_IN_URL: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")


def text(value: str) -> str | None:
    """Any text, without the blanks around it."""
    return value.strip(BLANKS) or None


def url(value: str) -> str | None:
    """An http or https URL, or a relative one, which the reader resolves against the document's.

    Kept as it is written, userinfo and fragment (2.2) included.
    """
    address = value.strip(BLANKS)
    if not address:
        return None
    if _NOT_IN_URL.search(address):
        raise ValueError("must be a URL, in which a blank is written %20")
    try:
        parts = urlsplit(address)
        usable = parts.port != 0
    except ValueError:  # a port that is no number, a bracket without its partner
        usable = False
    else:
        if _SCHEME.match(address):
            usable = usable and parts.scheme in ("http", "https") and bool(parts.hostname)
        elif address.startswith("//"):
            usable = usable and bool(parts.hostname)
    if not usable:
        raise ValueError("must be an http or https URL, or a relative one")
    return address


def method(value: str) -> str | None:
    """`GET` or `POST`, written in any case."""
    name = value.strip(BLANKS).upper()
    if name not in ("GET", "POST", ""):
        raise ValueError("must be GET or POST")
    return name or None


def boolean(value: str) -> bool | None:
    """`true` or `false`, written in any case."""
    name = value.strip(BLANKS).lower()
    if name not in ("true", "false", ""):
        raise ValueError("must be true or false")
    return name == "true" if name else None


def integer(low: int, high: int) -> Kind[int]:
    """A whole number from `low` to `high`."""

    def read(value: str) -> int | None:
        digits = value.strip(BLANKS)
        if not digits:
            return None
        if not _INTEGER.fullmatch(digits) or not low <= int(digits) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(digits)

    return read


def one_of(*names: str) -> Kind[str]:
    """One of these names, written just so."""

    def read(value: str) -> str | None:
        name = value.strip(BLANKS)
        if name and name not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return name or None

    return read


def words(*names: str) -> Kind[tuple[str, ...]]:
    """Some of these names with blanks between them, in the order in which they are written."""

    def read(value: str) -> tuple[str, ...] | None:
        chosen = tuple(value.split())
        if not set(chosen) <= set(names):
            raise ValueError(f"must be some of {', '.join(names)}, with blanks between them")
        return chosen or None

    return read
