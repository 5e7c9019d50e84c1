"""Run programs by `trunkline exec`, as a user does, in an environment that a test knows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import node

TRUNKLINE = [sys.executable, "-P", "-m", "trunkline"]


@dataclass(frozen=True, kw_only=True)
class Done:
    """A program that has ended. A negative code is minus a signal."""

    code: int
    out: str
    err: str


class Exec:
    """`trunkline exec` on a data folder and a world; None leaves them to exec."""

    def __init__(self, data: Path | None, world: str | None = None) -> None:
        self._options = [
            *(["--data", str(data)] if data else []),
            *(["--world", world] if world else []),
        ]
        self.environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(node.node_modules())}

    def command(self, *words: str, options: Sequence[str] = ()) -> list[str]:
        """What is run for `words`."""
        return [*TRUNKLINE, "exec", *self._options, *options, "--", *words]

    def __call__(
        self,
        *words: str,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        **how: Any,
    ) -> Done:
        """Run it to its end."""
        done = subprocess.run(
            self.command(*words, options=options),
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=120,
            **how,
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def output(self, *words: str, **how: Any) -> str:
        """What a program prints that succeeds and does not complain."""
        done = self(*words, **how)
        assert (done.code, done.err) == (0, ""), done.err
        return done.out.strip()

    def start(
        self,
        *words: str,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        **how: Any,
    ) -> subprocess.Popen[str]:
        """Run it beside the test."""
        return subprocess.Popen(
            self.command(*words, options=options),
            env={**self.environment, **(environment or {})},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how},
        )
