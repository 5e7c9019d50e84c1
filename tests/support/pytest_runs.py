"""Run pytest as a developer does, in a process and a folder of its own, and read what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PytestRun", "run_pytest"]

PATIENCE = 180.0  # seconds
HEADING = re.compile(r"^_{3,} (?:ERROR at \w+ of )?(\S+) _{3,}$", re.MULTILINE)
# Nothing of the suite that runs this: its workers, its own options, the credentials of a developer.
LEFT_OUT = ("PYTEST_", "TRUNKLINE_", "TWILIO_", "COV_", "COLUMNS")


@dataclass(frozen=True)
class PytestRun:
    """What came of a run."""

    status: int
    text: str

    @property
    def summary(self) -> str:
        """The last line, without the time: `2 failed, 1 passed`."""
        return self.text.rstrip().rpartition("\n")[2].partition(" in ")[0].strip("= ")

    def failure(self, test: str) -> str:
        """All that is said of a test that failed, or whose set-up or tear-down did."""
        parts = HEADING.split(self.text)
        found = [text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name == test]
        assert found, f"{test} did not fail:\n{self.text}"
        return found[0]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a run: this one's, without what belongs to this run alone."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
    return {**kept, "COLUMNS": "120", **(more or {})}


def command(*arguments: str) -> list[str]:
    """The command line of a run, in which any warning is an error."""
    strict = ["-p", "no:cacheprovider", "-W", "error", "-q", "--rootdir=."]
    loops = ["-o", "asyncio_default_fixture_loop_scope=function"]
    return [sys.executable, "-m", "pytest", *strict, *loops, *arguments]


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files by their names, dedented."""
    for name, text in files.items():
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


def run_pytest(
    folder: Path,
    files: Mapping[str, str],
    *arguments: str,
    variables: Mapping[str, str] | None = None,
) -> PytestRun:
    """Write the files into the folder and run pytest there, with nothing of this run's own."""
    write_files(folder, files)
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    return PytestRun(done.returncode, done.stdout)
