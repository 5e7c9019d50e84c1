"""Master keys in a file of their own, which only its owner may read.

It is made whole or not at all, and changed by putting a whole new one in its place: whatever dies
in between, and whenever, either the old file is there or the new one, on the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from trunkline.gateway.vault.envelope import KEY_SIZE
from trunkline.gateway.vault.errors import VaultError
from trunkline.gateway.vault.master_keys import parse_master_keys, write_master_keys

__all__ = ["KeyFile"]

MOST_BYTES = 1 << 16
FIRST = 1


class KeyFile:
    """The file at `path`. A `KeySource` to which versions can be added."""

    kind = "file"
    quick = True

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def was_made(self) -> bool:
        """Whether a file was made here at some time, be it lost or not: its lock stays."""
        return self._lock.exists()

    @property
    def _lock(self) -> Path:
        return self.path.parent / f".{self.path.name}.lock"

    def make(self, entropy: Callable[[int], bytes]) -> None:
        """Make the file, mode 0400, with a first key; one that is there stays. Raises
        VaultError."""
        if os.path.lexists(self.path):
            return  # perhaps in a folder where nothing can be written
        with self._locked():
            if not os.path.lexists(self.path):
                self._replace({FIRST: entropy(KEY_SIZE)})

    def read(self) -> dict[int, bytes]:
        """The keys by version. Raises VaultError when the file is missing, is open to others, or
        holds something else."""
        try:
            number = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(number, "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise VaultError(f"The key file {self.path} is not a file.")
                data = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            raise VaultError(
                f"The key file {self.path} is missing: put it back from a backup."
            ) from None
        except OSError as error:
            raise VaultError(
                f"The key file {self.path} cannot be read: {error.strerror}."
            ) from error
        mode = stat.S_IMODE(status.st_mode)
        if mode & 0o177:
            raise VaultError(
                f"The key file {self.path} has mode {mode:04o}: run `chmod 400 {self.path}`, so "
                "that only its owner can read it."
            )
        if len(data) > MOST_BYTES:
            raise VaultError(f"The key file {self.path} is larger than {MOST_BYTES} bytes.")
        return parse_master_keys(data.decode("latin-1"), f"The key file {self.path}")

    def add(self, version: int, key: bytes) -> None:
        """Write `version` behind the others. Raises VaultError, also for one that is not newer."""
        with self._locked():
            keys = self.read()
            if version <= max(keys):
                raise VaultError(
                    f"The key file {self.path} has master key version {max(keys)} already."
                )
            self._replace({**keys, version: key})

    def remove(self, version: int) -> bool:
        """Take a version out, but never the newest; whether it was there. Raises VaultError."""
        with self._locked():
            keys = self.read()
            if version not in keys:
                return False
            if version == max(keys):
                raise VaultError(f"Master key version {version} is the newest one.")
            del keys[version]
            self._replace(keys)
            return True

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; the kernel ends the lock with its holder."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            lock = os.open(self._lock, flags, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)
        except OSError as error:
            raise VaultError(
                f"The key file {self.path} cannot be written: {error.strerror}."
            ) from error

    def _replace(self, keys: Mapping[int, bytes]) -> None:
        path = self.path.resolve()  # behind a link
        folder, prefix = path.parent, f".{path.name}.new"
        for left in folder.glob(f"{glob.escape(prefix)}*"):
            left.unlink()  # by whoever was killed before it was in place
        number, name = tempfile.mkstemp(prefix=prefix, dir=folder)
        try:
            with os.fdopen(number, "w", encoding="ascii") as file:
                file.write(write_master_keys(keys))
                file.flush()
                os.fchmod(file.fileno(), 0o400)
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
        # Without it the new name may be lost in a power cut that values sealed under it survive.
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
