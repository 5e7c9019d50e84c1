"""Start and stop a real platform, as a user does: `trunkline up` in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class World:
    """The credentials of one world's first account, and where the platform is."""

    base_url: str
    name: str
    account_sid: str
    auth_token: str
    test_account_sid: str
    test_auth_token: str
    api_key: str
    api_secret: str
    numbers: list[str]
    control_token: str
    gateway_key: str = ""

    @property
    def basic(self) -> str:
        """The Authorization header of the account's own credentials."""
        return "Basic " + b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API in this world; the decoded answer."""
        separator = "&" if "?" in path else "?"
        request = Request(
            f"{self.base_url}/trunkline/v1{path}{separator}world={self.name}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.control_token}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request, timeout=60) as answer:
            data = answer.read()
            return json.loads(data) if data else None

    def get(self, path: str) -> Any:
        """Read from Twilio's API with the account's own credentials; the decoded answer."""
        request = Request(f"{self.base_url}{path}", headers={"Authorization": self.basic})
        with urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def post(self, path: str, form: Mapping[str, str]) -> Any:
        """Send a form to Twilio's API with the account's own credentials; the decoded answer."""
        headers = {"Authorization": self.basic}
        request = Request(f"{self.base_url}{path}", urlencode(form).encode(), headers)
        with urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


class RunningPlatform:
    """A `trunkline up` on a data folder; `port` 0 takes a free one."""

    def __init__(
        self, data: Path, *, environment: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        self.data = data
        clean = {k: v for k, v in os.environ.items() if not k.startswith("TRUNKLINE_")}
        # The sources of this checkout, wherever the interpreter has trunkline installed from.
        path = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        # A run that is killed leaves no platform.
        own = {"PYTHONPATH": path, "TRUNKLINE_STOP_WITH": str(os.getpid())}
        self.environment = {**clean, **own, **(environment or {})}
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def launch(self) -> subprocess.Popen[str]:
        """Begin to start, and wait for nothing."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "trunkline",
                "up",
                "--json",
                "--port",
                str(self.port),
                "--data",
                str(self.data),
            ],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.process

    def start(self) -> dict[str, Any]:
        """Start, and return the runtime file once the platform serves."""
        self.launch()
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, err = self.process.communicate()
            raise RuntimeError(f"trunkline up ended with {self.process.returncode}: {err}")
        return dict(json.loads(line))

    def stop(self) -> int:
        """SIGTERM, and wait until it has ended; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL to every process of it at once, as a power cut would."""
        assert self.process is not None
        kill_together(self.process.pid)
        self.process.communicate()

    def clear_away(self) -> None:
        """Whatever state a test left it in: nothing of it runs afterwards."""
        if self.process is None:
            return
        if self.process.poll() is None:
            kill_together(self.process.pid)
            self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def cli(self, *arguments: str) -> str:
        """Run a `trunkline` command on this platform; what it prints."""
        command = [sys.executable, "-m", "trunkline", *arguments, "--data", str(self.data)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def main_pid(self) -> int | None:
        """The main process, while there is one."""
        return self._child("trunkline.server.main_process")

    @property
    def postgres_pid(self) -> int | None:
        """The embedded PostgreSQL's first process, while there is one."""
        return self._child("-D")

    def database_url(self) -> str:
        """Where the main process finds its database."""
        environment = Path(f"/proc/{self.main_pid}/environ").read_bytes().split(b"\0")
        run = next(v for v in environment if v.startswith(b"TRUNKLINE_RUN="))
        url: str = json.loads(run.partition(b"=")[2])["database_url"]
        return url

    def _child(self, argument: str) -> int | None:
        assert self.process is not None
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):
                if argument.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    return pid
        return None


def kill_together(pid: int) -> None:
    """SIGKILL to a process and all below it, held still first so that none can outlive another
    by a moment, or start a new one."""
    held: set[int] = set()
    while found := {pid, *descendants(pid)} - held:
        held |= found
        _send(found, signal.SIGSTOP)
    _send(held, signal.SIGKILL)


def _send(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, from /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        parent = int(stat.rsplit(")", 1)[1].split()[1])
        parents.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def read_credentials(base_url: str, control_token: str, world: str) -> World:
    """Where a world is and how to get in."""
    request = Request(
        f"{base_url}/trunkline/v1/credentials?world={world}",
        headers={"Authorization": f"Bearer {control_token}"},
    )
    with urlopen(request, timeout=30) as answer:
        known = json.load(answer)
    known["base_url"] = base_url
    return World(name=world, **known)
