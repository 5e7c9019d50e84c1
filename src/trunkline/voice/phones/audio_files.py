"""Files that virtual phones play: in a folder of this machine, each by the digest of its bytes.

The engine plays what is in this folder and nothing else: a script never names a path.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

__all__ = ["AudioFiles", "AudioGone", "digest_of"]

_digest = re.compile(r"[0-9a-f]{64}").fullmatch


class AudioGone(LookupError):
    """No script has this file any more."""


def digest_of(wave: bytes) -> str:
    """The name of a file: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(wave).hexdigest()


class AudioFiles:
    """`stored` reads what this machine does not have from the database."""

    def __init__(self, folder: Path, stored: Callable[[str], Awaitable[bytes | None]]) -> None:
        self._folder = folder
        self._stored = stored

    async def keep(self, wave: bytes) -> str:
        """Write a file (8 kHz, 16 bit, mono); its digest. Raises OSError."""
        digest = digest_of(wave)
        await asyncio.to_thread(self._write, digest, wave)
        return digest

    async def path(self, digest: str) -> Path:
        """Where a file is. Raises AudioGone, OSError, StoreUnavailable."""
        if not _digest(digest):
            raise AudioGone(digest)
        path = self._path(digest)
        if await asyncio.to_thread(_touched, path):
            return path
        wave = await self._stored(digest)
        if wave is None:
            raise AudioGone(digest)
        await asyncio.to_thread(self._write, digest, wave)
        return path

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.wav"

    def _write(self, digest: str, wave: bytes) -> None:
        if _touched(self._path(digest)):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
            try:
                file.write(wave)
                os.replace(file.name, self._path(digest))
            except BaseException:
                with suppress(OSError):
                    os.unlink(file.name)
                raise


def _touched(path: Path) -> bool:
    """Whether it is there; then it counts as used now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True
