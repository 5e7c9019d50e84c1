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
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus

from trunkline.gateway.connectors import Injected

__all__ = ["HideSecrets", "secrets_of"]

SHORTEST: Final = 8  # characters; a shorter one would cover what is no secret
COVER: Final = b"*"


@lru_cache(4096)
def _covering(headers: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[bytes], int] | None:
    found: set[bytes] = set()
    for _, value in headers:
        for secret in _secrets_in(value):
            if len(secret) >= SHORTEST:
                found |= set(_spellings(secret))
    if not found:
        return None
    longest_first = sorted(found, key=lambda each: (-len(each), each))
    return re.compile(b"|".join(map(re.escape, longest_first))), len(longest_first[0])


def secrets_of(injected: Injected) -> tuple[re.Pattern[bytes], int] | None:
    """What finds the secrets of an authorisation, and the length of the longest; None where there
    is none that could be found."""
    return _covering((*injected.headers.items(), *injected.query.items()))


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
    the next piece: at most as many bytes as the longest has."""

    __slots__ = ("_held", "_longest", "_pattern")

    def __init__(self, pattern: re.Pattern[bytes], longest: int) -> None:
        self._pattern = pattern
        self._longest = longest
        self._held = b""

    def cover(self, part: bytes, *, last: bool) -> bytes:
        """What of the body so far may be passed on; with the `last` piece, all of it."""
        data = self._held + part if self._held else part
        covered = self._pattern.sub(lambda match: COVER * len(match[0]), data)
        if last:
            self._held = b""
            return covered
        cut = max(0, len(data) - self._longest + 1)
        # A secret that was found whole is not cut, and what is held is covered already.
        self._held = covered[cut:]
        return covered[:cut]
