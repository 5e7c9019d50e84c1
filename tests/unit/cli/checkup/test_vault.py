from __future__ import annotations

import base64
import shlex
from pathlib import Path

import pytest

from trunkline.cli.checkup.vault import check_vault
from trunkline.gateway.vault.key_file import KeyFile

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "vault.keys")


def test_before_its_first_use_there_is_no_file_and_none_is_made(
    tmp_path: Path, file: KeyFile
) -> None:
    (finding,) = check_vault(tmp_path)
    assert (finding.level, finding.told) == (
        "ok",
        f"{file.path}: the gateway makes it at its first use",
    )
    assert list(tmp_path.iterdir()) == []


def test_the_version_and_the_file_are_named(tmp_path: Path, file: KeyFile) -> None:
    file.make(bytes)
    file.add(2, b"2" * 32)
    (finding,) = check_vault(tmp_path)
    assert (finding.level, finding.told) == ("ok", f"master key version 2, from {file.path}")


def test_a_file_that_was_there_and_is_not_is_bad(tmp_path: Path, file: KeyFile) -> None:
    file.make(bytes)
    file.path.unlink()
    (finding,) = check_vault(tmp_path)
    assert finding.level == "bad"
    assert finding.told.startswith(f"{file.path} is missing")


def test_a_file_that_others_may_read_is_bad(tmp_path: Path, file: KeyFile) -> None:
    file.make(bytes)
    file.path.chmod(0o640)
    (finding,) = check_vault(tmp_path)
    assert finding.level == "bad"
    assert f"chmod 400 {file.path}" in finding.told


def test_the_variable_is_read_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_GATEWAY_MASTER_KEY", f"7:{KEY}")
    (finding,) = check_vault(tmp_path)
    assert (finding.level, finding.told) == ("ok", "master key version 7, from the environment")
    monkeypatch.setenv("TRUNKLINE_GATEWAY_MASTER_KEY", KEY)
    (finding,) = check_vault(tmp_path)
    assert finding.level == "bad"
    assert KEY not in f"{finding}"


def test_a_command_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = f"touch {shlex.quote(str(tmp_path / 'run'))}"
    monkeypatch.setenv("TRUNKLINE_GATEWAY_MASTER_KEY_COMMAND", command)
    (finding,) = check_vault(tmp_path)
    assert (finding.level, finding.told) == (
        "ok",
        "master keys by a command, which is not run here",
    )
    assert not (tmp_path / "run").exists()


def test_two_sources_are_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUNKLINE_GATEWAY_MASTER_KEY", f"1:{KEY}")
    monkeypatch.setenv("TRUNKLINE_GATEWAY_MASTER_KEY_FILE", str(tmp_path / "keys"))
    (finding,) = check_vault(tmp_path)
    assert finding.level == "bad"
    assert "come from one place" in finding.told
