"""Servers that an earlier, killed supervisor left running on a cluster, and their pid file."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from trunkline.store.embedded.errors import ServerFailed

__all__ = ["is_ready", "stop_leftovers"]

PROC = Path("/proc")
PID_FILE = "postmaster.pid"
STATUS_LINE = 7  # of the pid file, counted from 0: src/include/utils/pidfile.h
POLL_SECONDS = 0.02
# Signals, and seconds to obey each. A fast shutdown writes a checkpoint: gigabytes, at worst.
PATIENCE = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
NO_PATIENCE = ((signal.SIGKILL, 10.0),)


@dataclass(frozen=True, kw_only=True)
class ServerProcess:
    """A process of PostgreSQL that works on the cluster in question."""

    pid: int
    is_postmaster: bool  # else one of its children, which goes by itself when it is gone


async def stop_leftovers(
    cluster: Path, patience: tuple[tuple[signal.Signals, float], ...] = PATIENCE
) -> None:
    """Stop every server process of this cluster, whatever its pid file says, and remove the file.

    The file alone is not believed: it may be stale or truncated, and its pid may by now be
    anyone's. Must be called only by the holder of the data folder. Raises `ServerFailed` if
    something survives SIGKILL.
    """
    for number, seconds in patience:
        if await _told_to_go(cluster, number, seconds):
            (cluster / PID_FILE).unlink(missing_ok=True)
            return
    raise ServerFailed(f"An earlier PostgreSQL server still runs on {cluster}: end it by hand.")


async def _told_to_go(cluster: Path, number: signal.Signals, seconds: float) -> bool:
    deadline = asyncio.get_running_loop().time() + seconds
    told: set[int] = set()
    while found := _server_processes(cluster):
        # The postmaster stops its children. Without one, they have nothing left to finish.
        postmasters = [process.pid for process in found if process.is_postmaster]
        if not postmasters and number == signal.SIGINT:
            return False
        for pid in postmasters or [process.pid for process in found]:
            if pid not in told:
                told.add(pid)
                _send(pid, number)
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise ServerFailed(
            f"An earlier PostgreSQL server of another user still runs as process {pid}: "
            f"end it, or start with that user."
        ) from error


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server with this pid has finished recovery and accepts connections."""
    lines = _pid_file(cluster)
    return len(lines) > STATUS_LINE and lines[0] == str(pid) and lines[STATUS_LINE] == "ready"


def _pid_file(cluster: Path) -> list[str]:
    try:
        text = (cluster / PID_FILE).read_text(errors="replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines()]


def _server_processes(cluster: Path) -> list[ServerProcess]:
    if not (PROC / "self" / "cwd").exists():
        return _server_by_ps(cluster)
    found = (_examine(int(entry), cluster) for entry in os.listdir(PROC) if entry.isdigit())
    return [process for process in found if process is not None]


def _examine(pid: int, cluster: Path) -> ServerProcess | None:
    """What /proc tells of a process. A server and its children work in the cluster's folder; where
    that may not be read (another user's process, in a container), the command line tells."""
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        by_command = _runs(command, cluster)
        try:
            here = os.readlink(PROC / str(pid) / "cwd") == os.path.realpath(cluster)
            program = os.path.basename(os.readlink(PROC / str(pid) / "exe"))
            ours = here and program.removesuffix(" (deleted)") == "postgres"
        except PermissionError:
            ours = by_command
    except OSError:
        return None  # it ended meanwhile
    if not ours:
        return None
    return ServerProcess(pid=pid, is_postmaster=not command[0].startswith(b"postgres: "))


def _runs(command: list[bytes], cluster: Path) -> bool:
    program = os.path.basename(command[0])
    return program == b"postgres" and os.fsencode(cluster) in command[1:]


def _server_by_ps(cluster: Path) -> list[ServerProcess]:
    """Without /proc (macOS): the process of the pid file, if it is that server."""
    first, *_ = [*_pid_file(cluster), ""]
    if not first.isdigit() or int(first) == 0:
        return []
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", first], capture_output=True)
    ours = b"/postgres -D " + os.fsencode(cluster) in shown.stdout
    return [ServerProcess(pid=int(first), is_postmaster=True)] if ours else []
