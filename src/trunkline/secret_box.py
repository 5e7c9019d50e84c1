"""Secrets at rest: sealed with AES-256-GCM under a key that lives in a file of its own.

A sealed value is one version byte, a nonce of 12 bytes, then the ciphertext with its tag of 16
bytes. The version byte is authenticated with the rest; a later version may change cipher or key.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["SecretBox", "SecretBoxError"]

KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16
VERSION = b"\x01"


class SecretBoxError(Exception):
    """The key file cannot be used, or does not open a value; one sentence that says why."""


class SecretBox:
    """Seals and unseals text with one key. `entropy(n)` gives n random bytes."""

    def __init__(self, key: bytes, entropy: Callable[[int], bytes] = os.urandom) -> None:
        if len(key) != KEY_SIZE:
            raise SecretBoxError(f"A key has {len(key)} bytes instead of {KEY_SIZE}.")
        self._cipher = AESGCM(key)
        self._entropy = entropy

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = True,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> SecretBox:
        """The box of the key file at `path`, which is made, with mode 0400, when it is missing.

        With `create=False` a missing file is an error: say so when sealed values exist already,
        because a new key could never open them. Raises SecretBoxError.
        """
        if not os.path.lexists(path):
            if not create:
                raise SecretBoxError(
                    f"The key file {path} is missing and the database holds secrets sealed with "
                    "it: put it back from a backup."
                )
            _make_key_file(path, entropy)
        return cls(_read_key_file(path), entropy)

    def seal(self, text: str) -> bytes:
        """`text`, encrypted and authenticated; different each time."""
        nonce = self._entropy(NONCE_SIZE)
        return VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), VERSION)

    def unseal(self, sealed: bytes) -> str:
        """The text of a sealed value. Raises SecretBoxError when this key did not seal it."""
        if sealed[:1] != VERSION:
            raise SecretBoxError("A sealed value has a version that this program does not know.")
        if len(sealed) < len(VERSION) + NONCE_SIZE + TAG_SIZE:
            raise SecretBoxError("A sealed value is cut off.")
        nonce, rest = sealed[1 : 1 + NONCE_SIZE], sealed[1 + NONCE_SIZE :]
        try:
            return self._cipher.decrypt(nonce, rest, VERSION).decode()
        except InvalidTag:
            raise SecretBoxError(
                "A sealed value was damaged or sealed with another key: is this the key file of "
                "this database?"
            ) from None


def _read_key_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            key = file.read(KEY_SIZE + 1)
    except OSError as error:
        raise SecretBoxError(f"The key file {path} cannot be read: {error.strerror}.") from error
    mode = stat.S_IMODE(status.st_mode)
    if os.name == "posix" and mode & 0o077:
        raise SecretBoxError(
            f"The key file {path} is open to other users (mode {mode:04o}): run `chmod 400 {path}`."
        )
    if len(key) != KEY_SIZE:
        raise SecretBoxError(
            f"The key file {path} has {status.st_size} bytes instead of {KEY_SIZE}: "
            "put it back from a backup."
        )
    return key


def _make_key_file(path: Path, entropy: Callable[[int], bytes]) -> None:
    """Make the file whole or not at all; when two processes try, the first one's file stays."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(entropy(KEY_SIZE))
                file.flush()
                os.fchmod(file.fileno(), 0o400)
                os.fsync(file.fileno())
            try:
                os.link(name, path)
            except FileExistsError:
                return
        finally:
            os.unlink(name)
        _sync_folder(path.parent)
    except OSError as error:
        raise SecretBoxError(f"The key file {path} cannot be made: {error.strerror}.") from error


def _sync_folder(folder: Path) -> None:
    # Without it the file's name may be lost in a power cut that sealed values survive.
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
