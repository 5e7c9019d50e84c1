"""A process that is not our child: the one whose end is the end of a platform, for instance."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["KnownProcess"]

# Fields of /proc/PID/stat behind the program's name, counted from 0: proc(5).
STATE, STARTED = 0, 19
GONE = "ZXx"  # states: it has ended, though its parent may not have noticed yet
POLL_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class KnownProcess:
    """A process, told apart from a later one that is given the same pid.

    As text it is `PID`, or `PID@STARTED` where the system tells when a process started.
    """

    pid: int
    started: int | None = None  # clock ticks since the machine started

    @classmethod
    def running(cls, pid: int) -> Self | None:
        """The process that has this pid now; None when there is none."""
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return None
        except PermissionError:
            pass  # of another user
        fields = _stat(pid)
        if not fields:
            # Where there is /proc, one that was there and is not in it has just ended.
            return None if _stat(os.getpid()) else cls(pid=pid)
        return None if fields[STATE] in GONE else cls(pid=pid, started=int(fields[STARTED]))

    @classmethod
    def read(cls, text: str) -> Self:
        """From its text. Raises ValueError."""
        pid, at, started = text.partition("@")
        if not pid.isdecimal() or int(pid) < 1 or (at and not started.isdecimal()):
            raise ValueError(f"'{text}' is no process id")
        return cls(pid=int(pid), started=int(started) if started else None)

    def __str__(self) -> str:
        return str(self.pid) if self.started is None else f"{self.pid}@{self.started}"

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        now = KnownProcess.running(self.pid)
        if now is None:
            return False
        return None in (self.started, now.started) or self.started == now.started

    def stop(self, seconds: float) -> None:
        """SIGTERM, and SIGKILL so many seconds later; returns when it has ended."""
        with self._held() as descriptor:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if not self._send(number, descriptor):
                    return
                deadline = time.monotonic() + seconds
                while self.runs and time.monotonic() < deadline:
                    if descriptor is None:
                        time.sleep(POLL_SECONDS)
                    else:
                        select.select([descriptor], [], [], deadline - time.monotonic())

    @contextmanager
    def _held(self) -> Iterator[int | None]:
        """A descriptor of the process, where there are such: with it, its pid stays its own."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            yield None
            return
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _send(self, number: signal.Signals, descriptor: int | None) -> bool:
        if not self.runs:
            return False
        with contextlib.suppress(ProcessLookupError):
            if descriptor is None:
                os.kill(self.pid, number)
            else:
                signal.pidfd_send_signal(descriptor, number)
        return True


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return []
    # The program's name is in parentheses, and may hold anything.
    return text.rpartition(")")[2].split()
