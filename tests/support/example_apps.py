"""The examples of the repository, started as their READMEs say."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import node
from tests.support.platform import ROOT

EXAMPLES = ROOT / "examples"
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Example:
    """An example: its folder, and the commands of its README, without `trunkline exec --`."""

    name: str
    start: str
    send: str  # followed by recipient and text; "" of one that does not send
    ready: str  # what the app prints once it serves

    @property
    def readme(self) -> str:
        """The text of its README."""
        return (EXAMPLES / self.name / "README.md").read_text()


FASTAPI = Example(
    "fastapi_sms", "uvicorn app:app --port 3000", "python send.py", "Application startup complete"
)
EXPRESS = Example("express_sms", "node app.mjs", "node send.mjs", "listens on port")
IVR = Example("ivr", "uvicorn app:app --port 3000", "", "Application startup complete")


class RunningExample:
    """An example that was started, and what it has printed."""

    def __init__(
        self, process: subprocess.Popen[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._process = process
        self._folder = folder
        self._environment = environment
        self._printed: list[str] = []
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    @property
    def printed(self) -> list[str]:
        """The lines until now."""
        with self._changed:
            return list(self._printed)

    def expect(self, text: str, count: int = 1) -> list[str]:
        """Wait until so many lines contain a text; those that do."""

        def found() -> list[str]:
            return [line for line in self._printed if text in line]

        with self._changed:
            self._changed.wait_for(lambda: len(found()) >= count or self._ended, PATIENCE)
            assert len(found()) >= count, (text, self._printed)
            return found()

    def run(self, command: str, *arguments: str) -> str:
        """Run a command of the README beside the app; what it prints."""
        done = subprocess.run(
            [*_program(command), *arguments],
            cwd=self._folder,
            env=dict(self._environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._thread.join(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._printed.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@contextmanager
def running_example(
    example: Example, data: Path, port: int, place: Path, *, world: str = "default"
) -> Iterator[RunningExample]:
    """An example on `port`, for a world of the platform on `data`, in a copy of its folder at
    `place`: there its README has installed what it needs."""
    folder = place / example.name
    shutil.copytree(EXAMPLES / example.name, folder, ignore=shutil.ignore_patterns("node_modules"))
    if (folder / "package.json").exists():
        (folder / "node_modules").symlink_to(node.node_modules())
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TRUNKLINE_DATA": str(data),
        "TRUNKLINE_WORLD": world,
    }
    process = subprocess.Popen(
        _program(example.start.replace("3000", str(port))),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    app = RunningExample(process, folder, environment)
    try:
        app.expect(example.ready)
        yield app
    finally:
        app.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(command: str) -> list[str]:
    """The command under `trunkline exec`, with its program found: those of the tests' environment
    come first."""
    name, *arguments = shlex.split(command)
    beside = Path(sys.executable).with_name(name)
    program = node.node_binary() if name == "node" else str(beside if beside.exists() else name)
    return [sys.executable, "-m", "trunkline", "exec", "--", program, *arguments]
