from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.support import Shell


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `trunkline` on the path, in a folder with a blank, that says what it was given."""
    folder = tmp_path / "my bin"
    folder.mkdir()
    file = folder / "trunkline"
    file.write_text('#!/bin/sh\nprintf "%s|" trunkline "$@"\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr("sys.argv", [str(file)])
    return file


def run(tmp_path: Path, *words: str) -> Shell:
    return Shell(tmp_path, ("alias", *words))


def test_the_command_is_trunkline(tmp_path: Path, program: Path) -> None:
    shell = run(tmp_path, "membrane")
    made = program.parent / "membrane"
    assert (shell.out, shell.err) == (f"membrane is trunkline now: {made}\n", "")
    done = subprocess.run([str(made), "search", "a b", "--json"], capture_output=True, text=True)
    assert done.stdout == "trunkline|search|a b|--json|"
    assert run(tmp_path, "membrane").code == 0  # once more does no harm
    assert run(tmp_path, "membrane", "--remove").out == f"{made} is removed.\n"
    assert run(tmp_path, "membrane", "--remove").code == 1
    assert {each.name for each in program.parent.iterdir()} == {"trunkline"}


def test_an_alias_for_a_shell_is_printed(tmp_path: Path, program: Path) -> None:
    printed = run(tmp_path, "membrane", "--print").out
    script = f"shopt -s expand_aliases\n{printed}membrane x 'y z'"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stdout == "trunkline|x|y z|"
    assert not (program.parent / "membrane").exists()


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling"])
def test_what_is_somebody_elses_stays(tmp_path: Path, program: Path, kind: str) -> None:
    theirs = program.parent / "membrane"
    if kind == "file":
        theirs.write_text("#!/bin/sh\n")
    elif kind == "folder":
        theirs.mkdir()
    else:
        theirs.symlink_to(program if kind == "link" else tmp_path / "nothing")
    before = os.lstat(theirs)
    for words in (("membrane",), ("membrane", "--remove")):
        shell = run(tmp_path, *words)
        assert shell.code == 1
        assert f"{theirs} is not ours, and stays as it is" in shell.err
    assert os.lstat(theirs).st_mtime_ns == before.st_mtime_ns
    assert program.read_text().startswith("#!/bin/sh\nprintf")


def test_somebody_elses_command_on_the_path_is_not_hidden(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "membrane").write_text("#!/bin/sh\n")
    (other / "membrane").chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{other}")
    shell = run(tmp_path, "membrane")
    assert (shell.code, (program.parent / "membrane").exists()) == (1, False)
    assert f"There is a membrane already, {other / 'membrane'}" in shell.err
    named = run(tmp_path, "membrane", "--dir", str(tmp_path / "new"))
    assert named.code == 0
    assert os.access(tmp_path / "new" / "membrane", os.X_OK)


@pytest.mark.usefixtures("program")
def test_a_folder_that_is_not_on_the_path_is_told(tmp_path: Path) -> None:
    shell = run(tmp_path, "membrane", "--dir", str(tmp_path / "new"))
    assert shell.err == f"{tmp_path / 'new'} is not on PATH: add it there.\n"


@pytest.mark.usefixtures("program")
def test_there_is_one_alias(tmp_path: Path) -> None:
    assert run(tmp_path, "rm").err == "There is no alias 'rm': there is membrane.\n"
    file = tmp_path / "file"
    file.write_text("")
    assert "cannot be written" in run(tmp_path, "membrane", "--dir", str(file)).err
