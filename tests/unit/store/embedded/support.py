"""What several of these tests need: a deadline, processes, and a supervisor to kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

import trunkline

SUPERVISE = Path(__file__).with_name("supervise.py")
SOURCES = Path(trunkline.__file__).parents[1]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")]),
}
DEADLINE_SECONDS = 20.0


async def eventually(holds: Callable[[], bool]) -> None:
    """Poll until it holds; fail after a generous deadline."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not holds():  # noqa: ASYNC110 - of another process: there is no event to wait for
            await asyncio.sleep(0.005)


async def ask(url: str, query: str) -> Any:
    """The first value of a query's answer."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip() not in ("", "Z", "Zs", "Zl")


def family(pid: int) -> list[int]:
    """A server's pid and its children's."""
    shown = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [pid, *map(int, shown.stdout.split())]


class Supervisor:
    """Another Python process that runs the embedded server of a folder (see supervise.py)."""

    def __init__(self, data_dir: Path, *prefix: str) -> None:
        self.server: int | None = None
        self.process = subprocess.Popen(
            [*prefix, sys.executable, str(SUPERVISE), str(data_dir)],
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
        )

    def report(self) -> dict[str, Any]:
        """What it says once it is ready, or has failed."""
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.server = said.get("pid")
        return said

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@asynccontextmanager
async def supervisor(data_dir: Path, *prefix: str) -> AsyncIterator[Supervisor]:
    """A supervisor, killed in the end if the test has not done so."""
    made = Supervisor(data_dir, *prefix)
    try:
        yield made
    finally:
        made.kill()
        await eventually(lambda: not (made.server and alive(made.server)))
