"""The master keys that a node has, by version, and how they are written down.

They are written as `VERSION:BASE64` with blanks or line ends between, the newest last: in a file,
in an environment variable, or as what a command prints.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trunkline.gateway.vault.envelope import KEY_SIZE
from trunkline.gateway.vault.errors import MasterKeyUnknown, VaultError

__all__ = ["KeySource", "MasterKeys", "parse_master_keys", "write_master_keys"]

ENTRY = re.compile(r"([1-9][0-9]{0,8}):([A-Za-z0-9+/]{43}=)")


class KeySource(Protocol):
    """Where master keys come from."""

    @property
    def kind(self) -> str:
        """`file`, `environment` or `command`."""

    @property
    def quick(self) -> bool:
        """Whether `read` takes less than a millisecond, so that the event loop may wait for it."""

    def read(self) -> dict[int, bytes]:
        """The keys by version, ascending. Blocks. Raises VaultError."""


@dataclass(frozen=True, slots=True)
class _MasterKey:
    cipher: AESGCM = field(repr=False)
    proof: bytes


class MasterKeys:
    """Master keys in memory. One that was known stays known until the process ends: values that
    were read before a rotation may still be opened after it."""

    def __init__(self, keys: Mapping[int, bytes], source: KeySource | None = None) -> None:
        if not keys:
            raise VaultError("There is no master key.")
        self.source = source
        self._keys: dict[int, _MasterKey] = {}
        self._current: int | None = None
        self._add(keys)

    def __repr__(self) -> str:
        return f"MasterKeys(versions={sorted(self._keys)}, current={self.current})"

    @property
    def versions(self) -> list[int]:
        """Every version there is, ascending."""
        return sorted(self._keys)

    @property
    def newest(self) -> int:
        """The highest version there is."""
        return max(self._keys)

    @property
    def current(self) -> int:
        """The version that new values are sealed under: what `use` said, else the newest."""
        return self.newest if self._current is None else self._current

    def __contains__(self, version: int) -> bool:
        return version in self._keys

    def use(self, version: int) -> None:
        """Seal under this version from now on, unless a higher one is used already."""
        self._get(version)
        self._current = max(version, self._current or 0)

    def cipher(self, version: int) -> AESGCM:
        """The cipher of a version, looked for in a quick source when it is unknown. Raises
        MasterKeyUnknown."""
        return self._get(version).cipher

    def proof(self, version: int) -> bytes:
        """What shows that two nodes have the same key, and tells nothing of it."""
        return self._get(version).proof

    def reload(self) -> None:
        """Read the source again and learn the versions that are new. Raises VaultError."""
        if self.source is not None:
            self._add(self.source.read())

    def _get(self, version: int) -> _MasterKey:
        if version not in self._keys and self.source is not None and self.source.quick:
            self.reload()
        try:
            return self._keys[version]
        except KeyError:
            raise MasterKeyUnknown(version) from None

    def _add(self, keys: Mapping[int, bytes]) -> None:
        for version, key in keys.items():
            if len(key) != KEY_SIZE:
                raise VaultError(f"Master key version {version} does not have {KEY_SIZE} bytes.")
            self._keys.setdefault(version, _MasterKey(AESGCM(key), _proof(version, key)))


def parse_master_keys(text: str, where: str) -> dict[int, bytes]:
    """The keys that are written in `text`, which comes from `where`, e.g. `The file keys`.

    Raises VaultError, which quotes nothing of the text.
    """
    keys: dict[int, bytes] = {}
    for place, entry in enumerate(text.split(), 1):
        found = ENTRY.fullmatch(entry)
        if found is None:
            raise VaultError(
                f"{where} has no master key at place {place}: VERSION:BASE64 is expected, a number "
                f"and {KEY_SIZE} bytes, e.g. by `echo 1:$(openssl rand -base64 {KEY_SIZE})`."
            )
        version, key = int(found[1]), base64.b64decode(found[2])
        if version <= max(keys, default=0):
            raise VaultError(
                f"{where} has master key version {version} out of order: the newest is the last."
            )
        if key in keys.values():
            raise VaultError(f"{where} has the same master key under two versions.")
        keys[version] = key
    if not keys:
        raise VaultError(f"{where} has no master key.")
    return keys


def write_master_keys(keys: Mapping[int, bytes]) -> str:
    """The text of `keys`, a line each."""
    lines = (f"{version}:{base64.b64encode(keys[version]).decode()}\n" for version in sorted(keys))
    return "".join(lines)


def _proof(version: int, key: bytes) -> bytes:
    return hmac.digest(key, f"trunkline vault proof {version}".encode(), hashlib.sha256)[:16]
