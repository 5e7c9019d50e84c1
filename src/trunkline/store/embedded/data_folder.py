"""The platform's data folder, and the lock that lets one process at a time use it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from trunkline.store.embedded.errors import (
    DataFolderInUse,
    DataFolderUnusable,
    PlatformUnsupported,
)

if sys.platform != "win32":
    import fcntl

__all__ = ["FolderLock", "prepare_data_folder"]


def prepare_data_folder(data_dir: Path) -> None:
    """Create the folder with mode 0700 if it is missing. An existing one, and parents, keep
    their owner and mode. Raises `DataFolderUnusable`."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderUnusable(
            f"The data folder {data_dir} cannot be created ({error.strerror}): "
            f"choose a folder that you may write."
        ) from error
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise DataFolderUnusable(
            f"The data folder {data_dir} is not writable for this user: "
            f"choose another, or change its owner."
        )


class FolderLock:
    """Holds a data folder for this process until `release`, or until the process ends in
    whatever way: the lock is the kernel's (`flock`), the file merely names the holder.

    A child made by a bare `fork` shares the lock; one made by `exec` does not.
    """

    def __init__(self, data_dir: Path, name: str = "trunkline.lock") -> None:
        self._data_dir = Path(data_dir).absolute()
        self._file = self._data_dir / name
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the folder, creating it if it is missing; nothing happens when it is held already.

        Raises `DataFolderInUse`, which names the holder's pid, and `DataFolderUnusable`.
        """
        if sys.platform == "win32":
            raise PlatformUnsupported("A data folder cannot be locked on Windows yet.")
        if self._descriptor is not None:
            return
        prepare_data_folder(self._data_dir)
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderUnusable(
                f"The lock file {self._file} cannot be opened ({error.strerror}): "
                f"start with the user that owns it, or choose another data folder."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise DataFolderInUse(
                f"The data folder {self._data_dir} is in use by process {holder or '(unknown)'}: "
                f"stop that process, or choose another data folder."
            ) from None
        except OSError as error:
            os.close(descriptor)
            raise DataFolderUnusable(
                f"The data folder {self._data_dir} cannot be locked ({error.strerror}): "
                f"choose a folder on a local disk with free space."
            ) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the folder go; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
