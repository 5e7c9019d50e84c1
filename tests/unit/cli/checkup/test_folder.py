from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trunkline.cli.checkup.finding import Finding
from trunkline.cli.checkup.folder import check_folder, check_home, check_leftovers
from trunkline.store.embedded.binaries import MAJOR_VERSION


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as a platform leaves it."""
    folder = tmp_path / "data"
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text(f"{MAJOR_VERSION}\n")
    (folder / "trunkline.lock").write_text("")
    (folder / "secret.key").write_text("key")
    (folder / "secret.key").chmod(0o400)
    folder.chmod(0o700)
    return folder


def found(data: Path) -> dict[str, Finding]:
    return {finding.check: finding for finding in check_folder(data)}


def test_a_folder_as_it_should_be_is_ok(data: Path) -> None:
    assert {check: finding.level for check, finding in found(data).items()} == {
        "data folder": "ok",
        "permissions": "ok",
        "secret key": "ok",
    }


def test_a_folder_that_is_missing_can_be_made_or_not(tmp_path: Path) -> None:
    assert found(tmp_path / "a" / "b")["data folder"].level == "ok"
    (tmp_path / "file").write_text("")
    assert found(tmp_path / "file" / "b")["data folder"].level == "bad"


def test_a_folder_of_other_files_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    assert found(tmp_path)["data folder"].level == "warn"


def test_a_folder_that_others_may_read_is_told(data: Path) -> None:
    data.chmod(0o755)
    finding = found(data)["permissions"]
    assert (finding.level, finding.do) == ("warn", f"chmod 700 {data}")
    assert "mode 0755" in finding.told


def test_a_folder_of_another_user_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert found(data)["permissions"].level == "warn"


def test_a_folder_that_may_not_be_entered_is_bad(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may enter every one
    assert [finding.level for finding in check_folder(data)] == ["bad"]


def test_the_key_must_be_there_and_secret(data: Path) -> None:
    (data / "secret.key").chmod(0o444)
    assert found(data)["secret key"].level == "bad"
    (data / "secret.key").unlink()
    assert found(data)["secret key"].level == "bad"


def test_a_cluster_of_another_postgresql_is_bad(data: Path) -> None:
    (data / "postgres" / "PG_VERSION").write_text("9\n")
    assert found(data)["cluster"].level == "bad"


def test_a_run_that_was_killed_leaves_traces(data: Path) -> None:
    assert [each.level for each in check_leftovers(data, runs=False)] == ["ok"]
    (data / "runtime.json").write_text("{}")
    (data / "postgres.initializing").mkdir()
    (finding,) = check_leftovers(data, runs=False)
    assert finding.level == "warn"
    assert "runtime.json, postgres.initializing" in finding.told
    assert list(check_leftovers(data, runs=True)) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux tells what a process is")
def test_a_server_that_outlived_its_run_is_named(data: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-uc", "print('up'); input()", "-D", str(data / "postgres")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"up\n"
        (data / "postgres" / "postmaster.pid").write_text(f"{server.pid}\n")
        (finding,) = check_leftovers(data, runs=False)
        assert f"process {server.pid}" in finding.told
        server.communicate(b"\n")
    assert [each.level for each in check_leftovers(data, runs=False)] == ["ok"]


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({"HOME": "/"}, "ok"),
        ({}, "warn"),
        ({"HOME": "/nowhere"}, "warn"),
        ({"TRUNKLINE_DATA": "/data"}, "ok"),
    ],
)
def test_a_home_is_needed_where_no_folder_is_named(environment: dict[str, str], level: str) -> None:
    assert check_home(environment).level == level


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    finding = found(tmp_path / "link")["data folder"]
    assert (finding.level, finding.told) == ("bad", f"{tmp_path / 'link'} leads nowhere.")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"])
def test_a_cluster_whose_version_cannot_be_read_is_told(data: Path, content: bytes) -> None:
    (data / "postgres" / "PG_VERSION").write_bytes(content)
    assert found(data)["cluster"].level == "bad"
