"""What an attribute or a text may be: one function a kind, from what is written to its value.

A kind returns None for what counts as absent (as blank values do everywhere on the platform) and
raises ValueError with the end of a sentence: "must be GET or POST".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import urlsplit

__all__ = [
    "BLANKS",
    "Kind",
    "Refused",
    "boolean",
    "either",
    "integer",
    "keys",
    "language",
    "letters",
    "method",
    "one_of",
    "sid",
    "text",
    "tones",
    "url",
    "url_or_blank",
    "words",
]

T = TypeVar("T")
Kind = Callable[[str], T | None]

BLANKS: Final = " \t\r\n"  # XML's; a no-break space is part of a text
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_NOT_IN_URL: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_KEYS: Final = frozenset("0123456789*#")
_TONES: Final = re.compile(r"[0-9A-Da-d*#wW]+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


class Refused(ValueError):
    """A value that is refused with a code of its own, and not that of its attribute."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


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


def one_of(*names: str, meaning: Mapping[str, str] | None = None) -> Kind[str]:
    """One of these names, written just so; `meaning` has what stands for one of them."""

    def read(value: str) -> str | None:
        name = value.strip(BLANKS)
        if meaning is not None:
            name = meaning.get(name, name)
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


def url_or_blank(value: str) -> str:
    """As `url`, but blank is a value of its own: nothing at all, and not the default."""
    return url(value) or ""


def keys(value: str) -> str:
    """Keys of a telephone without blanks between them; blank is a value of its own: no key."""
    chosen = value.strip(BLANKS)
    if not _KEYS.issuperset(chosen):
        raise ValueError("must be keys of 0123456789*#")
    return chosen


def tones(value: str) -> str | None:
    """Keys to be pressed for someone, A to D among them; `w` waits half a second, `W` a second."""
    chosen = value.strip(BLANKS)
    if not chosen:
        return None
    if not _TONES.fullmatch(chosen):
        raise ValueError("must be keys of 0123456789ABCD*#, and w or W to wait")
    return re.sub("[a-d]", lambda key: key[0].upper(), chosen)


def language(value: str) -> str | None:
    """The tag of a language in its usual case: `en-US`, `cmn-CN`, `arb`. Whether anybody speaks
    it is not judged."""
    tag = value.strip(BLANKS)
    if not tag:
        return None
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("must be the tag of a language, as en-US")
    first, *others = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *(each.upper() if len(each) < 4 else each for each in others)])


def letters(most: int) -> Kind[str]:
    """A text of no more than so many characters."""

    def read(value: str) -> str | None:
        written = text(value)
        if written is not None and len(written) > most:
            raise ValueError(f"must not have more than {most} characters")
        return written

    return read


def sid(prefix: str) -> Kind[str]:
    """The SID of a resource."""
    shape = re.compile(f"{prefix}[0-9a-f]{{32}}")

    def read(value: str) -> str | None:
        written = text(value)
        if written is not None and not shape.fullmatch(written):
            raise ValueError(f"must be a SID: {prefix} and 32 of 0123456789abcdef")
        return written

    return read


def either(name: str, kind: Kind[T]) -> Kind[str | T]:
    """This name, or what the other kind reads."""

    def read(value: str) -> str | T | None:
        if value.strip(BLANKS) == name:
            return name
        try:
            return kind(value)
        except ValueError as error:
            raise ValueError(f"{error}, or {name}") from None

    return read
