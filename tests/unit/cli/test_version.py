from __future__ import annotations

from pathlib import Path

from tests.unit.cli.support import Control, Shell
from trunkline import __version__


def test_the_version_is_told_without_a_platform(tmp_path: Path) -> None:
    assert Shell(tmp_path, ("version",)).out == f"trunkline {__version__}\n"
    assert Shell(tmp_path, ("--version",)).out == f"trunkline {__version__}\n"
    found = Shell(tmp_path, ("version", "--json")).json()
    assert found == {"version": __version__, "running": None}


def test_an_older_platform_that_still_runs_is_noticed(control: Control) -> None:
    control.on("GET", "/version", {"version": "0.0.1"})
    assert "The platform that runs is 0.0.1" in control.run("version").out
    assert control.run("version", "--json").json()["running"] == "0.0.1"
