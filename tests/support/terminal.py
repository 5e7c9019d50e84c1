"""A shell to type into: commands with their output, and a terminal in which one runs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Terminal", "Typist", "terminal"]

SECONDS = 30.0  # until a test that waits for a text gives up
AGAIN = 0.5  # seconds until a key is pressed once more
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x01|\x02|\r(?!\n)")


@dataclass(frozen=True)
class Typist:
    """Somebody at a shell whose environment names a platform."""

    environment: Mapping[str, str]

    def __call__(
        self, *words: str, typed: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `trunkline …`; `typed` is its standard input."""
        return subprocess.run(
            self.command(*words),
            env={**self.environment, **environment},
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            timeout=SECONDS * 2,
        )

    def command(self, *words: str) -> list[str]:
        """The program and its arguments."""
        return [sys.executable, "-m", "trunkline", *words]


class Terminal:
    """The screen and keyboard of a process; `said` is all that came, without control codes."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid = pid
        self._descriptor = descriptor
        self.raw = b""
        self._read = 0
        self._open = True
        self._status: int | None = None

    @property
    def said(self) -> str:
        """What can be read."""
        return CONTROL.sub("", self.raw.decode("utf-8", "replace")).replace("\r\n", "\n")

    def type(self, text: str) -> None:
        """Press keys; `\\x04` is Ctrl-D and `\\x03` Ctrl-C."""
        os.write(self._descriptor, text.encode())

    def until(self, text: str) -> str:
        """Wait until a text is on the screen that was not awaited before; what came with it."""
        end = time.monotonic() + SECONDS
        while (place := self.said.find(text, self._read)) < 0:
            if time.monotonic() > end or not self._more(end - time.monotonic()):
                raise AssertionError(f"{text!r} did not come: {self.said[self._read :]!r}")
        before, self._read = self._read, place + len(text)
        return self.said[before : self._read]

    def ended(self, by: str = "") -> int:
        """Wait for the end: the exit code, or minus the signal's number. `by` is a key that is
        pressed until it helps: Python's input() does not notice Ctrl-C between its prompt and its
        wait for a key."""
        end = time.monotonic() + SECONDS
        while self._status is None:
            if by:
                self.type(by)
            while self._more(AGAIN if by else end - time.monotonic()):
                pass
            if not self._open:
                self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            elif time.monotonic() > end:
                raise AssertionError(f"it does not end: {self.said[self._read :]!r}")
        return self._status

    def _more(self, seconds: float) -> bool:
        """Read what comes next; False at the end of it."""
        ready, _, _ = select.select([self._descriptor], [], [], max(seconds, 0))
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # EIO: the other side is closed
            data = b""
        self.raw += data
        self._open = bool(data)
        return self._open


@contextmanager
def terminal(
    command: Sequence[str], environment: Mapping[str, str], *, columns: int = 80
) -> Iterator[Terminal]:
    """A terminal in which the command runs; at the end it is hung up."""
    pid, descriptor = pty.fork()
    if pid == 0:  # pragma: no cover - it becomes the command
        # Before it looks: the process that forked may be kept from doing so for a while.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execvpe(command[0], list(command), {**environment, "TERM": "xterm"})
    made = Terminal(pid, descriptor)
    try:
        yield made
    finally:
        os.close(descriptor)
        if made._status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
