"""What a code opens: its row, and the URL in it.

The database holds neither code nor URL: the id of a row is a keyed digest of the code, and the URL
is encrypted under a key derived from the code. The platform's secret is mixed into both, so that a
dump of the tables cannot be searched by trying codes.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trunkline.messaging.links import queries
from trunkline.messaging.links.model import CODE_LENGTH
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["LinkKeys", "is_code", "new_code"]

SECRET = "links"
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODES: Final = len(DIGITS) ** CODE_LENGTH
CODE: Final = re.compile(f"[0-9a-zA-Z]{{{CODE_LENGTH}}}")
# A key encrypts one URL and no other, so the nonce may be the same each time.
NONCE: Final = bytes(12)


def is_code(text: str) -> bool:
    """Whether `text` has the form of a link's code."""
    return CODE.fullmatch(text) is not None


def new_code(sids: SidFactory) -> str:
    """A new code: 59 bits that cannot be guessed. The last 64 bits of an id are random."""
    number = int(sids.new_id()[16:], 16) % CODES
    digits = []
    for _ in range(CODE_LENGTH):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(digits)


class LinkKeys:
    """Digests of codes and sealed URLs. Nothing works before `load`."""

    def __init__(self, secret: bytes = b"") -> None:
        self._secret = secret

    async def load(
        self, database: Database, box: SecretBox, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        """Read the platform's secret, which is made at the first start."""
        made = box.seal(entropy(32).hex())
        sealed = await database.fetchval(queries.KEEP_SECRET, SECRET, made)
        self._secret = bytes.fromhex(box.unseal(sealed))

    def link_id(self, code: str) -> str:
        """The id of the row of a code: 32 hex digits."""
        return self._derived(b"row", code)[:16].hex()

    def seal(self, code: str, url: str) -> bytes:
        """The URL, to be opened with the code alone."""
        return AESGCM(self._derived(b"url", code)).encrypt(NONCE, url.encode(), None)

    def open(self, code: str, sealed: bytes) -> str | None:
        """The URL that was sealed; None where it was under another code or secret."""
        try:
            return AESGCM(self._derived(b"url", code)).decrypt(NONCE, sealed, None).decode()
        except InvalidTag:
            return None

    def _derived(self, purpose: bytes, code: str) -> bytes:
        if not self._secret:
            raise RuntimeError("the secret of the links is not loaded")
        return hmac.digest(self._secret, purpose + b"\0" + code.encode(), "sha256")
