"""The server's log file, and what its end tells about a failed start."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from trunkline.store.embedded.errors import DataFolderUnusable

__all__ = ["LogFile", "telling_line"]

LARGEST_BYTES = 10 << 20
LITTLE_SPACE_BYTES = 32 << 20


class LogFile:
    """`logs/postgres.log` in the data folder; the one before it, at most, is kept as `.1`."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "logs" / "postgres.log"
        self._start = 0

    def open(self) -> int:
        """A descriptor to append to, which the caller closes. A file larger than 10 MB is put
        aside first. Raises `DataFolderUnusable`."""
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > LARGEST_BYTES:
                self.path.replace(self.path.with_suffix(".log.1"))
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise DataFolderUnusable(
                f"The log file {self.path} cannot be written ({error.strerror}): "
                f"start with the user that owns it, or choose another data folder."
            ) from error
        self._start = os.fstat(descriptor).st_size
        return descriptor

    def written(self) -> str:
        """What was added since `open`."""
        with self.path.open("rb") as file:
            file.seek(self._start)
            return file.read().decode(errors="replace")

    def reason(self, status: int) -> str:
        """Why the server ended with this exit status, in a few words."""
        full = shutil.disk_usage(self.path.parent).free < LITTLE_SPACE_BYTES
        fallback = "its disk is full" if full else f"exit status {status}"
        return telling_line(self.written()) or fallback


def telling_line(output: str) -> str:
    """The message among a PostgreSQL program's output that says why it gave up; else the last
    line; empty when there is none."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for mark in ("PANIC:", "FATAL:", "error:"):
        for line in reversed(lines):
            if mark in line:
                return line.partition(mark)[2].strip()
    return lines[-1] if lines else ""
