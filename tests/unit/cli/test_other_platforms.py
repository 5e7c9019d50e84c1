from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.checkup.test_processes import running
from tests.unit.cli.support import Shell
from trunkline.cli import other_platforms
from trunkline.cli.client import MOST_NAMED


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "proc"
    folder.mkdir()
    monkeypatch.setattr(other_platforms, "PROC", folder)
    return folder


def test_a_platform_on_another_folder_is_offered(proc: Path, tmp_path: Path) -> None:
    running(proc, 12, "/home/you/my sms")
    running(proc, 13, str(tmp_path / "here"))
    shell = Shell(tmp_path / "here", ("clock",))
    assert shell.err == (
        f"No Trunkline runs on {tmp_path / 'here'}: start one with `trunkline up --data "
        f"{tmp_path / 'here'}`, or use the one that runs with --data '/home/you/my sms'.\n"
    )


def test_of_many_a_few_are_named(proc: Path, tmp_path: Path) -> None:
    for n in range(10, 20):
        running(proc, n, f"/data/{n}")
    assert Shell(tmp_path, ("clock",)).err.count("--data /data/") == MOST_NAMED


def test_a_platform_of_a_test_is_not_offered(proc: Path) -> None:
    running(proc, 12, "/tmp/x")
    environ = proc / "12" / "environ"
    environ.write_text(environ.read_text() + "TRUNKLINE_TEMPORARY=1\0")
    (proc / "13").mkdir()  # ended while one looked
    assert other_platforms.folders_in_use() == []
