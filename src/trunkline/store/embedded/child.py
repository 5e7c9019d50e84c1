"""A PostgreSQL program as a child process: started through the launcher, watched by a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from trunkline.store.embedded import launcher
from trunkline.store.embedded.server_user import ServerUser

__all__ = ["Child", "refusal"]

PASSED_ON = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Child:
    """One process in a session of its own, so that Ctrl-C in the terminal does not reach it.

    On Linux the kernel sends it `death_signal` when the thread that made it ends. It gets a bare
    environment: no PG* variable disturbs it, and no secret of the platform reaches it.

    asyncio's own subprocesses are not used because they are SIGKILLed when garbage collected.
    """

    def __init__(
        self,
        command: list[str],
        *,
        user: ServerUser | None,
        reachable: list[Path],
        death_signal: signal.Signals,
        output: int | None = None,
    ) -> None:
        """Start the command. Standard output and error go to the descriptor `output`, or are
        kept in `self.output` when it is None. `reachable` are folders that `user` must enter."""
        self.output = b""
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        uid, gid = (user.uid, user.gid) if user is not None else (-1, -1)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", launcher.__file__),
                *map(str, (uid, gid, os.getpid(), death_signal.value)),
                *map(str, reachable),
                "--",
                *command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if output is None else output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                "LC_ALL": "C",
                "TZ": "UTC",
            },
            start_new_session=True,
        )
        self.pid = self._process.pid
        threading.Thread(target=self._watch, name=f"wait for {self.pid}", daemon=True).start()

    def _watch(self) -> None:
        if self._process.stdout is not None:
            with self._process.stdout as stream:
                self.output = stream.read()
        status = self._process.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._ended.set_result, status)

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._ended.done()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process is gone."""
        self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait for the end: the exit status, or minus the signal's number."""
        return await asyncio.shield(self._ended)

    async def ends_within(self, seconds: float) -> bool:
        """Wait for the end, so long at most."""
        await asyncio.wait([self._ended], timeout=seconds)
        return self.ended


def refusal(output: str) -> str | None:
    """Why the launcher did not run the program, if that is what the output ends with."""
    *_, last = ["", *output.strip().splitlines()]
    return last.removeprefix(launcher.PREFIX) if last.startswith(launcher.PREFIX) else None
