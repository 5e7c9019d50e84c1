"""Start and stop a real platform, as a user does: `trunkline up` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
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


class RunningPlatform:
    """A `trunkline up` on a data folder; `port` 0 takes a free one."""

    def __init__(
        self, data: Path, *, environment: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        self.data = data
        clean = {k: v for k, v in os.environ.items() if not k.startswith("TRUNKLINE_")}
        self.environment = {**clean, "PYTHONPATH": str(ROOT), **(environment or {})}
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> dict[str, Any]:
        """Start, and return the runtime file once the platform serves."""
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
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.communicate()


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
