"""How a key of the gateway is written, and what is kept of it.

A key is `tlk_` and 256 random bits as base64url; `pat-` in place of `tlk_` makes of it the token
that Membrane's client takes. What is kept is the SHA-256 of the part that they share: with 256
random bits, a slower hash would protect nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

__all__ = ["hash_of", "hint_of", "new_key_text", "token_of"]

PREFIX = "tlk_"
TOKEN_PREFIX = "pat-"
KEY = re.compile(r"(?:tlk_|pat-)([A-Za-z0-9_-]{43})")
HINT = len(PREFIX) + 4
KEY_BYTES = 32


def new_key_text(entropy: Callable[[int], bytes]) -> str:
    """A new key."""
    return PREFIX + base64.urlsafe_b64encode(entropy(KEY_BYTES)).decode().rstrip("=")


def token_of(key: str) -> str:
    """The same key as a token for Membrane's client."""
    return TOKEN_PREFIX + key.removeprefix(PREFIX)


def hint_of(key: str) -> str:
    """The first characters, by which people tell keys apart: 24 of the 256 bits."""
    return key[:HINT]


def hash_of(text: str) -> bytes | None:
    """What a key or token is looked up by; None for a text that is neither."""
    found = KEY.fullmatch(text)
    return None if found is None else hashlib.sha256(found[1].encode()).digest()
