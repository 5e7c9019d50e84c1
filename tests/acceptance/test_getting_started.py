"""docs/getting-started.md, typed line by line: its programs, its commands, what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.example_apps import free_port
from tests.support.platform import ROOT, RunningPlatform

PAGE = (ROOT / "docs" / "getting-started.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.removeprefix("$ ")
    for language, text in BLOCKS
    if language == "console"
    for line in text.splitlines()
]
SERVES = "trunkline exec -- uvicorn app:app --port 3000"
PATIENCE = 60.0


class Reader:
    """Somebody who follows the page in a folder of their own."""

    def __init__(self, folder: Path, environment: dict[str, str], port: int) -> None:
        self._folder = folder
        self._environment = environment
        self._port = port
        self.app: subprocess.Popen[str] | None = None

    def type(self, command: str) -> str:
        """Run a command to its end; what it prints."""
        done = subprocess.run(
            self._words(command),
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def serve(self, command: str) -> None:
        """Start the app, and wait until it serves."""
        self.app = subprocess.Popen(
            self._words(command),
            cwd=self._folder,
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.app.stderr is not None
        assert any("Application startup complete" in line for line in self.app.stderr), command

    def leave(self) -> None:
        """Stop the app."""
        if self.app is not None:
            self.app.terminate()
            self.app.communicate(timeout=PATIENCE)

    def _words(self, command: str) -> list[str]:
        name, *rest = shlex.split(re.sub(r"\b3000\b", str(self._port), command))
        return [str(Path(sys.executable).with_name(name)), *rest]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """The reader, for whom `trunkline up` runs."""
    running = RunningPlatform(tmp_path / "data")
    running.start()
    folder = tmp_path / "my app"
    folder.mkdir()
    for language, text in BLOCKS:
        if language == "python":
            (folder / text.split("\n", 1)[0].removeprefix("# ")).write_text(text)
    bin_folder = str(Path(sys.executable).parent)
    environment = {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "TRUNKLINE_DATA": str(running.data),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    reader = Reader(folder, environment, free_port())
    try:
        yield reader
    finally:
        reader.leave()
        running.stop()


def test_the_page_works_as_it_is_written(reader: Reader) -> None:
    assert COMMANDS[0].startswith("pip install ")
    assert COMMANDS[1] == "trunkline up"
    printed = []
    for command in COMMANDS[2:]:
        if command == SERVES:
            reader.serve(command)
        else:
            reader.type("trunkline clock advance 0s")  # nobody types as fast as a test
            printed.append((command, reader.type(command)))

    told = dict(printed)
    inboxes = [text for command, text in printed if command.endswith(" inbox")]
    assert re.fullmatch(r"SM[0-9a-f]{32} queued\n", told["trunkline exec -- python send.py"])
    assert "Your order has left our house." in inboxes[0]
    assert "We open at nine." in inboxes[1]
    assert "/sms" in told["trunkline webhooks list"]
    assert "1 passed" in told["pytest test_app.py"]
