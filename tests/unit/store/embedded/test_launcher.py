from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.unit.store.embedded.support import ask, supervisor
from trunkline.store.embedded import EmbeddedPostgres
from trunkline.store.embedded.launcher import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
from trunkline.store.embedded.server_user import ServerUser, hand_over

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches users")
with_setpriv = pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")


def capabilities(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    raise AssertionError


def owners_and_modes(folder: Path) -> list[tuple[int, int, int]]:
    found = [parent.stat() for parent in (folder, *folder.parents)]
    return [(status.st_uid, status.st_gid, status.st_mode) for status in found]


async def test_a_folder_below_closed_ones_works_and_changes_none_of_them(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data_dir = closed / "data"
    data_dir.mkdir(mode=0o700)
    before = owners_and_modes(data_dir)
    postgres = EmbeddedPostgres(data_dir)
    url = await postgres.start()
    try:
        assert await ask(url, "SELECT 1") == 1
        assert postgres.pid is not None
        assert os.stat(f"/proc/{postgres.pid}").st_uid != 0
        assert owners_and_modes(data_dir) == before
    finally:
        await postgres.stop()
    assert owners_and_modes(data_dir) == before


async def test_a_link_in_a_closed_folder_to_an_open_one_works(
    tmp_path: Path, open_folder: Path
) -> None:
    (tmp_path / "link").symlink_to(open_folder)
    postgres = EmbeddedPostgres(tmp_path / "link")
    try:
        assert await ask(await postgres.start(), "SELECT 1") == 1
    finally:
        await postgres.stop()


@as_root
async def test_no_capability_is_kept_when_none_is_needed(open_folder: Path) -> None:
    postgres = EmbeddedPostgres(open_folder)
    await postgres.start()
    try:
        assert postgres.pid is not None
        assert capabilities(postgres.pid) == 0
    finally:
        await postgres.stop()


@as_root
@with_setpriv
@pytest.mark.parametrize(
    ("prefix", "kept"),
    [
        pytest.param([], CAP_DAC_READ_SEARCH, id="on a host"),
        pytest.param(
            ["setpriv", "--bounding-set", "-dac_read_search"], CAP_DAC_OVERRIDE, id="in a container"
        ),
    ],
)
async def test_one_capability_is_kept_to_pass_closed_folders(
    data_dir: Path, prefix: list[str], kept: int
) -> None:
    async with supervisor(data_dir, *prefix) as running:
        report = running.report()
        assert capabilities(report["pid"]) == 1 << kept
        assert await ask(report["url"], "SELECT 1") == 1


@as_root
@with_setpriv
async def test_without_a_capability_the_closed_folder_is_named(tmp_path: Path) -> None:
    prefix = ["setpriv", "--bounding-set", "-dac_read_search,-dac_override"]
    (tmp_path / "closed").mkdir(mode=0o700)
    async with supervisor(tmp_path / "closed" / "data", *prefix) as refused:
        report = refused.report()
    assert report["error"] == "PrivilegesUnavailable"
    assert " is closed to user " in report["text"]
    named = Path(report["text"].partition(" is closed to user ")[0])
    assert named in (tmp_path / "closed").parents or named == tmp_path / "closed"
    assert "run `chmod o+x` on it" in report["text"]


@as_root
async def test_a_cluster_that_root_restored_is_handed_to_the_servers_user(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    cluster = data_dir / "postgres"
    owner = cluster.stat().st_uid
    assert owner != 0
    hand_over(cluster, ServerUser(uid=0, gid=0))
    assert await ask(await postgres.start(), "SELECT 1") == 1
    assert cluster.stat().st_uid == owner
    assert cluster.parent.stat().st_uid == 0
