"""Which file it is: so that a file that was changed is noticed."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from trunkline.cli.bulk.journal_file import lock
from trunkline.cli.failure import Failure

__all__ = ["Source", "open_source"]

CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """An open file, or a pipe: then size and digest are None."""

    name: str
    descriptor: int
    size: int | None = None
    digest: str | None = None
    changed_at: int | None = None  # nanoseconds, as the file system tells it
    lines: int | None = None

    @property
    def is_pipe(self) -> bool:
        """Whether it can be read only once."""
        return self.size is None

    def rows(self, read: int, at_line: int) -> int | None:
        """How many rows there are, when so many were read up to a line, and each line that
        follows is one."""
        return None if self.lines is None else read + max(self.lines - at_line, 0)

    def changed_since(self, journal: Path | None) -> Failure:
        """What is told when it is not what a journal was begun with."""
        return Failure(
            f"{self.name} is not what it was when its journal was begun: give the same rows "
            f"again, or remove {journal} to begin anew."
        )

    def check(self) -> None:
        """Raises Failure when the file is no longer what it was."""
        if self.size is None:
            return
        now = os.fstat(self.descriptor)
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed_at):
            raise Failure(f"{self.name} was changed while it was being sent.")


def open_source(path: Path | None) -> Source:
    """Open a file, lock it and read it through; None is standard input. Raises Failure."""
    if path is None:
        if sys.__stdin__ is None:  # 0 may be anything by now
            raise Failure("Standard input is closed: name a CSV file.")
        return Source("standard input", os.dup(0))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None
    try:
        kind = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(kind):
            raise Failure(f"{path} is a folder: name a CSV file.")
        if not stat.S_ISREG(kind):
            return Source(str(path), descriptor)
        before = os.fstat(descriptor)
        lock(descriptor, f"Another bulk send is at work with {path}: wait until it has ended.")
        digest, lines = _read_through(descriptor, path)
        found = Source(str(path), descriptor, before.st_size, digest, before.st_mtime_ns, lines)
        found.check()
    except BaseException:
        os.close(descriptor)
        raise
    return found


def _read_through(descriptor: int, path: Path) -> tuple[str, int]:
    """The digest of a file, and how many lines it has."""
    digest = hashlib.blake2b(digest_size=20)
    place = lines = 0
    last = b""
    try:
        while chunk := os.pread(descriptor, CHUNK, place):
            place += len(chunk)
            lines += chunk.count(b"\n")
            digest.update(chunk)
            last = chunk[-1:]
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None
    return digest.hexdigest(), lines + (last not in (b"", b"\n"))
