"""How a sealed value is laid out, and what it is bound to.

    1 byte    format of the envelope, 1
    4 bytes   version of the master key, big endian
    32 bytes  SHA-256 of what it is bound to
    12 bytes  nonce, then 48 bytes: the data key, wrapped under the master key
    12 bytes  nonce, then the ciphertext under the data key; each with a tag of 16 bytes

All is authenticated: the data key with the first 37 bytes, the content with format and digest. The
digest is in the envelope so that a data key can be wrapped anew by somebody who does not know what
the value is for; whoever opens it computes the digest and does not believe the one that is there.
PostgreSQL reads the version, too (`gateway_master_version` in migration 0014).
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from trunkline.gateway.vault.errors import VaultError

__all__ = ["KEY_SIZE", "NONCE_SIZE", "Bound", "Envelope", "content_data", "wrap_data"]

FORMAT = 1
KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16
LAYOUT = struct.Struct(f">BI32s{NONCE_SIZE}s{KEY_SIZE + TAG_SIZE}s{NONCE_SIZE}s")
HEAD = struct.Struct(">BI32s")
DAMAGED = "A sealed secret is damaged or cut off."


@dataclass(frozen=True, slots=True)
class Bound:
    """What a secret belongs to: it opens for nothing else. Ids in one spelling, always the same."""

    tenant_id: str
    subject: str  # the id of the row: a connection, a key
    purpose: str  # which of the subject's secrets

    def digest(self) -> bytes:
        """SHA-256 of the three texts, each behind its length. Raises VaultError."""
        whole = hashlib.sha256(b"trunkline vault 1")
        for text in (self.tenant_id, self.subject, self.purpose):
            data = text.encode(errors="surrogatepass")
            whole.update(len(data).to_bytes(8) + data)
        return whole.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A sealed value, taken apart. Nothing in it is a secret."""

    master: int  # version of the master key
    digest: bytes
    wrap_nonce: bytes
    wrapped: bytes
    nonce: bytes
    content: bytes

    def pack(self) -> bytes:
        """The bytes to keep."""
        head = LAYOUT.pack(
            FORMAT, self.master, self.digest, self.wrap_nonce, self.wrapped, self.nonce
        )
        return head + self.content

    @classmethod
    def parse(cls, sealed: bytes) -> Envelope:
        """Take `sealed` apart. Raises VaultError for what cannot be a sealed value."""
        if sealed[:1] and sealed[0] != FORMAT:
            raise VaultError("A sealed secret has a format that this program does not know.")
        if len(sealed) < LAYOUT.size + TAG_SIZE:
            raise VaultError(DAMAGED)
        _, master, digest, wrap_nonce, wrapped, nonce = LAYOUT.unpack_from(sealed)
        return cls(
            master=master,
            digest=digest,
            wrap_nonce=wrap_nonce,
            wrapped=wrapped,
            nonce=nonce,
            content=sealed[LAYOUT.size :],
        )


def wrap_data(master: int, digest: bytes) -> bytes:
    """What is authenticated with a wrapped data key."""
    return b"data key" + HEAD.pack(FORMAT, master, digest)


def content_data(digest: bytes) -> bytes:
    """What is authenticated with the content; the master key may change without it."""
    return b"content" + bytes([FORMAT]) + digest
