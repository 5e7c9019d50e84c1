"""What a provider's answer must not tell: the credentials by which it was asked.

Twilio shows an account's token to whoever asks for the account, and other providers repeat what
they were sent. Each occurrence is covered by as many asterisks, so that everything else of the
body, its length too, is as the provider sent it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from trunkline.gateway.connectors import Connector, Injected

__all__ = ["Hidden", "HideSecrets", "secrets_of"]

SHORTEST: Final = 8  # characters; a shorter one would cover what is no secret
COVER: Final = b"*"
MOST_VALUE: Final = 256  # characters of a field that is hidden


def secrets_of(
    injected: Injected, connector: Connector | None = None, path: str = ""
) -> Hidden | None:
    """The secrets of an authorisation, and the fields that the connector hides on this path. None
    where there is nothing to hide."""
    fields: tuple[str, ...] = ()
    if (
        connector is not None
        and connector.hidden_on is not None
        and _hides(connector.hidden_on)(unquote(path))
    ):
        fields = connector.hidden_fields
    return _covering((*injected.headers.items(), *injected.query.items()), fields)


@lru_cache(64)
def _hides(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Hidden:
    """What an answer must not tell."""

    pattern: re.Pattern[bytes]
    secrets: tuple[bytes, ...] = field(repr=False)  # the longest first
    field: int  # bytes of the longest match of a field; 0 where none is hidden


@lru_cache(4096)
def _covering(headers: tuple[tuple[str, str], ...], fields: tuple[str, ...]) -> Hidden | None:
    found: set[bytes] = set()
    for _, value in headers:
        for secret in _secrets_in(value):
            if len(secret) >= SHORTEST:
                found |= set(_spellings(secret))
    secrets = tuple(sorted(found, key=lambda each: (-len(each), each)))
    patterns = [re.escape(each) for each in secrets]
    longest = 0
    for name in (each.encode() for each in fields):
        patterns.append(rb'"%b"\s{0,8}:\s{0,8}"((?:[^"\\]|\\.){1,%d})"' % (name, MOST_VALUE))
        patterns.append(rb"<%b>([^<]{1,%d})</%b>" % (name, MOST_VALUE, name))
        longest = max(longest, 2 * len(name) + 24 + 2 * MOST_VALUE)
    if not patterns:
        return None
    return Hidden(re.compile(b"|".join(patterns), re.DOTALL), secrets, longest)


def _secrets_in(value: str) -> Iterable[str]:
    """The whole of a header, its token; of Basic credentials the password."""
    scheme, _, rest = value.partition(" ")
    yield value
    yield rest
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(rest, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return
        yield text.partition(":")[2]


def _spellings(secret: str) -> Iterable[bytes]:
    """As it is, in JSON, in a URL, in a form."""
    for text in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret)):
        yield text.encode(errors="replace")
    yield secret.replace("/", "\\/").encode(errors="replace")  # JSON as some write it


class HideSecrets:
    """Covers secrets in a body that comes in pieces. What may be the beginning of one waits for
    the next piece, and nothing else does."""

    __slots__ = ("_held", "_hidden")

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden
        self._held = b""

    def cover(self, part: bytes, *, last: bool) -> bytes:
        """What of the body so far may be passed on; with the `last` piece, all of it."""
        data = self._held + part if self._held else part
        found: list[tuple[int, int]] = []

        def cover(match: re.Match[bytes]) -> bytes:
            found.append(match.span())
            return _cover(match)

        covered = self._hidden.pattern.sub(cover, data)
        cut = len(data) if last else max(0, len(data) - self._begun(data))
        if found and found[-1][1] > cut:  # it may be the beginning of a longer one: whole or not
            cut = next((start for start, end in found if start < cut < end), cut)
        self._held = data[cut:]
        return covered[:cut]

    def _begun(self, data: bytes) -> int:
        """How many bytes at the end may be the beginning of a secret."""
        most = self._hidden.field
        for secret in self._hidden.secrets:
            window = data[-(len(secret) - 1) :]
            at = window.find(secret[:1])
            while at >= 0 and len(window) - at > most:
                if secret.startswith(window[at:]):
                    most = len(window) - at
                    break
                at = window.find(secret[:1], at + 1)
        return most


def _cover(match: re.Match[bytes]) -> bytes:
    """The whole of a secret; of a field its value."""
    text = match[0]
    if match.lastindex is None:
        return COVER * len(text)
    start, end = match.span(match.lastindex)
    start, end = start - match.start(), end - match.start()
    return text[:start] + COVER * (end - start) + text[end:]
