"""A platform for a while: for a test run, a demonstration. It goes when its owner goes, and leaves
nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from trunkline.server.known_process import KnownProcess

__all__ = ["PlatformNotStarted", "TemporaryPlatform", "remove_folder"]

SUPERVISOR = "trunkline.server.up"
STOP_SECONDS = 30.0
PREFIX = "trunkline-"
# What makes Python slow or strict is meant for the program under test.
FOR_OTHERS = (
    "PYTHONASYNCIODEBUG",
    "PYTHONDEVMODE",
    "PYTHONINSPECT",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONTRACEMALLOC",
    "PYTHONWARNINGS",
)


class PlatformNotStarted(Exception):
    """The platform did not start; the text is one sentence."""


class TemporaryPlatform:
    """A platform on a free port of 127.0.0.1, from `start` to `stop`, or for a `with` block.

    It takes no TRUNKLINE_ variable from this process, and no TWILIO_ one: those may be the keys of
    a real account. It ends at the latest with the process
    `stop_with`, SIGKILL included, and then a folder that was made for it is removed, too.
    """

    credentials: dict[str, Any]  # what `trunkline up --json` prints
    data: Path

    def __init__(
        self,
        data: Path | None = None,
        *,
        stop_with: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`data` is a folder to keep: without one, the platform has a temporary folder, and does
        not wait for the disk. `stop_with` is a pid, by default that of this process.
        `environment` are more variables for the platform, TRUNKLINE_ ones too, but for those
        that say where it is."""
        self._kept = data
        self._made: Path | None = None  # the temporary folder
        self._stop_with = os.getpid() if stop_with is None else stop_with
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def supervisor(self) -> KnownProcess:
        """The process that runs the platform. Raises RuntimeError when it does not run."""
        supervisor = None if self._process is None else KnownProcess.running(self._process.pid)
        if supervisor is None:
            raise RuntimeError("The platform does not run.")
        return supervisor

    def start(self) -> None:
        """Start it, and return when it serves. Raises PlatformNotStarted."""
        if self._process is not None:
            raise RuntimeError("The platform was started already.")
        owner = KnownProcess.running(self._stop_with)
        if owner is None:
            raise PlatformNotStarted(
                f"Process {self._stop_with}, with which the platform is to end, has ended already."
            )
        try:
            with tempfile.TemporaryFile() as errors:
                self._launch(owner, errors)
                self.credentials = self._first_words(errors)
        except BaseException as error:
            self.stop()
            if not isinstance(error, OSError):
                raise
            raise PlatformNotStarted(f"No platform can be started: {_told(error)}.") from error

    def stop(self) -> None:
        """Stop it, and remove its folder unless it is to be kept. Nothing happens when it does
        not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._made is not None:
            remove_folder(self._made)
            self._made = None

    def leave(self) -> None:
        """Let it run until the process ends that it is to end with; `stop` stops it no more."""
        if self._process is not None:
            # Whoever it is that stops it, its end is noticed.
            threading.Thread(target=self._process.wait, daemon=True).start()
            self._process = self._made = None

    def __enter__(self) -> Self:
        if self._process is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _launch(self, owner: KnownProcess, errors: IO[bytes]) -> None:
        if self._kept is None:
            self.data = self._made = Path(tempfile.mkdtemp(prefix=PREFIX)).absolute()
        else:
            self.data = self._kept.expanduser().absolute()
        place = {
            "TRUNKLINE_DATA": str(self.data),
            "TRUNKLINE_HOST": "127.0.0.1",
            "TRUNKLINE_PORT": "0",
            "TRUNKLINE_STOP_WITH": str(owner),
        }
        if self._kept is None:
            place["TRUNKLINE_TEMPORARY"] = "1"
        self._process = subprocess.Popen(
            # -P: a file `email.py` in the user's folder is none of ours.
            [sys.executable, "-P", "-m", SUPERVISOR, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment() | self._environment | place,
            start_new_session=True,  # Ctrl-C is for its owner, who stops it when it is done
        )

    def _first_words(self, errors: IO[bytes]) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as stream, contextlib.suppress(ValueError):
            said = json.loads(stream.readline())
            if isinstance(said, dict):
                return said
        status = self._process.wait(STOP_SECONDS)
        errors.seek(0)
        *_, last = ["", *errors.read().decode(errors="replace").split("\n")[:-1]]
        raise PlatformNotStarted(last or f"The platform ended with status {status} at its start.")


def remove_folder(data: Path) -> None:
    """Remove what a supervisor that was killed has left of a temporary platform."""
    if data.exists():
        from trunkline.store.embedded.socket_folder import SocketFolder

        SocketFolder(data).remove_noted()
        shutil.rmtree(data, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TRUNKLINE_", "TWILIO_")) and name not in FOR_OTHERS
    }


def _told(error: OSError) -> str:
    name = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or type(error).__name__}{name}"
