"""The file of a journal: locked, appended to, brought to the disk."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trunkline.cli.bulk.journal import Damaged, Header, State, read_state
from trunkline.cli.failure import Failure

__all__ = ["Journal", "JournalLost", "lock"]

CHUNK = 1 << 18
MOST_LINE = 1 << 20
SID = slice(-35, -1)  # of a line that tells of a message, its end included


class JournalLost(Failure):
    """The journal cannot be written any more, so no more rows may be sent."""


class Journal:
    """An open journal; `state` is what it says so far."""

    def __init__(self, descriptor: int, path: Path | None, header: Header, state: State) -> None:
        self.path = path  # None: it ends with the command
        self.header = header
        self.state = state
        self._descriptor = descriptor
        self._failure: JournalLost | None = None

    @classmethod
    def begin(cls, path: Path | None, header: Header) -> Journal:
        """Begin a journal where none is; without a path, one that nobody else sees. Raises
        Failure."""
        descriptor = _temporary() if path is None else _locked(path, os.O_CREAT)
        try:
            if path is not None and (found := _read(descriptor, path)) is not None:
                raise Failure(_there_already(path, found[1]))
            os.ftruncate(descriptor, 0)
            journal = cls(descriptor, path, header, State())
            journal._write(header.line())
            journal.sync()
        except BaseException:
            os.close(descriptor)
            raise
        return journal

    @classmethod
    def resume(cls, path: Path) -> Journal | None:
        """Open a journal to go on with it; None when not even its header was written, and so
        nothing was sent. Raises Failure, also when there is none."""
        descriptor = _locked(path, 0)
        try:
            found = _read(descriptor, path)
            if found is None:
                os.close(descriptor)
                return None
            header, state, size = found
            os.ftruncate(descriptor, size)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor, path, header, state)

    def append(self, *lines: str) -> None:
        """Write lines, each with its end, at once. Raises JournalLost."""
        self._write("".join(lines))
        for line in lines:
            self.state.apply(line[:-1].encode())

    def _write(self, text: str) -> None:
        if self._failure is not None:
            raise self._failure  # it may end in a part of a line: what follows would be lost, too
        data = text.encode()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise self._lost(error.strerror or "it failed") from None

    def sync(self) -> None:
        """Bring what was written to the disk. Raises JournalLost, also when somebody has removed
        the file: nobody could go on with it."""
        try:
            os.fdatasync(self._descriptor)
            there = self.path is None or _same(self._descriptor, self.path)
        except OSError as error:
            raise self._lost(error.strerror or "it failed") from None
        if not there:
            raise self._lost("somebody took it away")

    def known(self, sids: set[str]) -> set[str]:
        """Those of the messages that the journal tells of."""
        if not sids:
            return set()
        wanted = {sid.encode() for sid in sids}
        told = (line[SID] for line in self.lines() if line[:1] == b"S")
        return {sid.decode() for sid in told if sid in wanted}

    def lines(self) -> Iterator[bytes]:
        """All whole lines so far but the header."""
        lines = _lines(self._descriptor)
        next(lines, None)
        return (line for line in lines if line.endswith(b"\n"))

    def close(self) -> None:
        """Leave it to others."""
        os.close(self._descriptor)

    def _lost(self, reason: str) -> JournalLost:
        name = "The journal" if self.path is None else f"The journal {self.path}"
        self._failure = JournalLost(f"{name} cannot be written: {reason}.")
        return self._failure


def lock(descriptor: int, refusal: str) -> None:
    """Keep others away from a file for as long as it is open. Raises Failure with the refusal.

    Where the file system has no locks, nobody is kept away.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failure(refusal) from None
    except OSError:
        return


def _temporary() -> int:
    with tempfile.TemporaryFile() as file:
        descriptor = os.dup(file.fileno())
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return descriptor


def _locked(path: Path, flags: int) -> int:
    try:
        flags |= os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        if flags & os.O_CREAT:
            raise Failure(f"There is no folder {path.parent} for the journal.") from None
        raise Failure(
            f"There is no journal {path}, so nothing was begun: leave out --resume."
        ) from None
    except OSError as error:
        raise Failure(
            f"The journal {path} cannot be written ({error.strerror}): name another place by "
            "--journal PATH."
        ) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Failure(f"{path} is no ordinary file: name another by --journal PATH.")
        lock(descriptor, f"Another bulk send is at work with {path}: wait until it has ended.")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _read(descriptor: int, path: Path) -> tuple[Header, State, int] | None:
    """The header, the state, and how much of the file is valid; None of an empty file, and of a
    part of a header. Raises Failure."""
    lines = _lines(descriptor)
    first = next(lines, b"")
    if not first or (first.startswith(b'{"trunkline_bulk"'[: len(first)]) and first[-1:] != b"\n"):
        return None
    try:
        header = Header.read(first)
        state, valid = read_state(lines)
    except Damaged as error:
        raise Failure(
            f"{path} cannot be used as a journal: {error} Name another by --journal PATH."
        ) from None
    return header, state, len(first) + valid


def _there_already(path: Path, state: State) -> str:
    if state.complete:
        return f"All rows have been sent already, says {path}: remove it to send them once more."
    return (
        f"{state.sent:,} rows have been sent already, says {path}: add --resume to send the rest, "
        "or remove it to send all of them."
    )


def _same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _lines(descriptor: int) -> Iterator[bytes]:
    """The lines of a file, without moving the place at which anybody reads or writes."""
    place, rest = 0, b""
    while chunk := os.pread(descriptor, CHUNK, place):
        place += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) > MOST_LINE:
            break  # whatever it is, we did not write it
    if rest:
        yield rest
