"""The main process as a child of the supervisor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

__all__ = ["MainChild", "StartFailed", "ended_how"]

MODULE = "trunkline.server.main_process"
LONGEST_LINE = 1 << 20
LARGEST_LOG_BYTES = 50 << 20


class StartFailed(Exception):
    """The main process did not become ready; the text is one sentence."""


class MainChild:
    """One run of the main process.

    It is in a session of its own, so that Ctrl-C reaches the supervisor alone, and reads from a
    pipe: lines that say what it may do with the database, and then nothing but the pipe's end.
    The end of the supervisor, whatever its cause, is the end of it.
    """

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._migrated = asyncio.Event()
        self._rest: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, run: dict[str, Any], log: Path, module: str = MODULE) -> MainChild:
        """Start it with `run` as its order (see `main_process`); its standard error goes to the
        end of `log`. It loads its modules and waits for `go`. Raises StartFailed."""
        try:
            output = _open_log(log)
        except OSError as error:
            raise StartFailed(f"The log {log} cannot be written ({error.strerror}).") from None
        try:
            process = await asyncio.create_subprocess_exec(
                # -P: a file `email.py` in the user's folder is none of ours.
                *(sys.executable, "-P", "-m", module),
                stdin=PIPE,
                stdout=PIPE,
                stderr=output,
                limit=LONGEST_LINE,
                start_new_session=True,
                pass_fds=(run["socket_fd"],),
                env={**os.environ, "TRUNKLINE_RUN": json.dumps(run)},
            )
        except OSError as error:
            raise StartFailed(f"No process can be started ({error.strerror}).") from None
        finally:
            os.close(output)
        return cls(process, log)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def migrate(self) -> None:
        """Have it make the schema, before `go`; `ready` is to be waited for at the same time,
        and tells if it fails."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"migrate\n")
        await self._migrated.wait()

    def go(self) -> None:
        """Tell it that the database can be reached: nothing else keeps it from serving."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")

    async def ready(self) -> str:
        """Wait until it serves; the control token that it told. Raises StartFailed when it
        ended."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = _decoded(line)
            if said.get("migrated"):
                self._migrated.set()
            if said.get("ready"):
                self._rest = asyncio.create_task(self._drain())
                return str(said.get("control_token", ""))
            if "error" in said:
                await self._process.wait()
                raise StartFailed(str(said["error"]))
        status = await self._process.wait()
        raise StartFailed(f"The main process {ended_how(status)} at its start: see {self._log}.")

    async def wait(self) -> int:
        """Wait for its end: exit status, or minus the signal's number."""
        return await self._process.wait()

    async def stop(self, seconds: float, hurry: asyncio.Event) -> None:
        """Let it finish what it holds; after `seconds`, or when hurried, kill it."""
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        ended = asyncio.ensure_future(self._process.wait())
        hurried = asyncio.ensure_future(hurry.wait())
        await asyncio.wait({ended, hurried}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not ended.done():
            self.kill()
        await ended

    def kill(self) -> None:
        """End it now, with all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _drain(self) -> None:
        assert self._process.stdout is not None
        while await self._process.stdout.read(1 << 16):
            pass


def ended_how(status: int) -> str:
    """`was killed by SIGKILL`, `ended with status 1`."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def _open_log(log: Path) -> int:
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
