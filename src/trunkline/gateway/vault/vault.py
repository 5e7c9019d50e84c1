"""Seals secrets and opens them: a data key for each, wrapped under the current master key."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trunkline.gateway.vault.envelope import (
    KEY_SIZE,
    NONCE_SIZE,
    Bound,
    Envelope,
    content_data,
    wrap_data,
)
from trunkline.gateway.vault.errors import VaultError
from trunkline.gateway.vault.master_keys import MasterKeys

__all__ = ["Vault"]

MOST_BYTES = 1 << 20  # of the texts of one value, as JSON
PATIENCE = 10.0  # seconds at least between two questions to a slow source about unknown versions
REFUSED = (
    "A sealed secret does not open: it is damaged, belongs to another row, or was sealed under "
    "another master key of the same version."
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, str])


class Vault:
    """AES-256-GCM with a data key per value. `entropy(n)` gives n random bytes.

    An old value that somebody puts back into its own row opens: nothing here knows which is newer.
    """

    def __init__(
        self,
        keys: MasterKeys,
        entropy: Callable[[int], bytes] = os.urandom,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.keys = keys
        self._entropy = entropy
        self._monotonic = monotonic
        self._reloading = asyncio.Lock()
        self._asked_at: float | None = None

    def seal(self, value: Mapping[str, str], bound: Bound) -> bytes:
        """`value`, to be opened with an equal `bound` only; different each time.

        Raises VaultError for texts that are no Unicode text (lone surrogates) or beyond 1 MiB.
        """
        plain = _encode(value)
        digest = bound.digest()
        data_key = self._entropy(KEY_SIZE)
        nonce = self._entropy(NONCE_SIZE)
        content = AESGCM(data_key).encrypt(nonce, plain, content_data(digest))
        master = self.keys.current
        wrap_nonce, wrapped = self._wrap(data_key, master, digest)
        return Envelope(
            master=master,
            digest=digest,
            wrap_nonce=wrap_nonce,
            wrapped=wrapped,
            nonce=nonce,
            content=content,
        ).pack()

    def open(self, sealed: bytes, bound: Bound) -> dict[str, str]:
        """What was sealed for this `bound`.

        Raises MasterKeyUnknown when this node does not have its master key (`learn` first, where
        one may wait), and VaultError when it is damaged or belongs elsewhere.
        """
        envelope = Envelope.parse(sealed)
        digest = bound.digest()
        data_key = self._unwrap(envelope, digest)
        plain = _decrypted(data_key, envelope.nonce, envelope.content, content_data(digest))
        try:
            return _decoder.decode(plain or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass  # raised below, so that what was decoded is not part of the exception
        raise VaultError(REFUSED)

    def rewrap(self, sealed: bytes) -> bytes:
        """The same value under the current master key, for the same tenant, subject and purpose;
        its content is not looked at. Raises VaultError."""
        envelope = Envelope.parse(sealed)
        data_key = self._unwrap(envelope, envelope.digest)
        master = self.keys.current
        wrap_nonce, wrapped = self._wrap(data_key, master, envelope.digest)
        return replace(envelope, master=master, wrap_nonce=wrap_nonce, wrapped=wrapped).pack()

    async def learn(self, sealed: bytes) -> None:
        """Ask for the master keys again when this value needs one that is not known here.

        Costs nothing otherwise. A slow source is asked every 10 s at most. Never raises: `open`
        tells what is wrong.
        """
        try:
            version = Envelope.parse(sealed).master
        except VaultError:
            return
        if version in self.keys:
            return
        async with self._reloading:
            now = self._monotonic()
            lately = self._asked_at is not None and now < self._asked_at + PATIENCE
            if version in self.keys or lately:
                return
            self._asked_at = now
            try:
                await self._reload()
            except VaultError:
                return

    async def reload(self) -> None:
        """Ask for the master keys again, because somebody said that there is a new one. Raises
        VaultError."""
        async with self._reloading:
            await self._reload()

    async def _reload(self) -> None:
        await asyncio.to_thread(self.keys.reload)

    def _wrap(self, data_key: bytes, master: int, digest: bytes) -> tuple[bytes, bytes]:
        nonce = self._entropy(NONCE_SIZE)
        cipher = self.keys.cipher(master)
        return nonce, cipher.encrypt(nonce, data_key, wrap_data(master, digest))

    def _unwrap(self, envelope: Envelope, digest: bytes) -> bytes:
        data = wrap_data(envelope.master, digest)
        cipher = self.keys.cipher(envelope.master)
        try:
            return cipher.decrypt(envelope.wrap_nonce, envelope.wrapped, data)
        except InvalidTag:
            raise VaultError(REFUSED) from None


def _encode(value: Mapping[str, str]) -> bytes:
    texts = dict(value)
    if not all(isinstance(part, str) for item in texts.items() for part in item):
        raise VaultError("A secret has a value that is no text.")
    try:
        plain = _encoder.encode(texts)
    except UnicodeEncodeError:
        plain = None  # raised below: the exception would quote the secret
    if plain is None:
        raise VaultError("A secret has characters that are no Unicode text.")
    if len(plain) > MOST_BYTES:
        raise VaultError(f"A secret is larger than {MOST_BYTES} bytes.")
    return plain


def _decrypted(key: bytes, nonce: bytes, content: bytes, data: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(nonce, content, data)
    except InvalidTag:
        return None
