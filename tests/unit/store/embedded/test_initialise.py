from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.store.embedded.support import ask, eventually, supervisor
from trunkline.store.embedded import (
    ClusterUnusable,
    EmbeddedPostgres,
    InitialisationFailed,
    server,
)
from trunkline.store.embedded.binaries import locate_binaries


async def test_what_an_interrupted_initdb_left_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres.initializing"
    (half / "base" / "1").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    postgres = EmbeddedPostgres(tmp_path)
    try:
        assert await ask(await postgres.start(), "SELECT 1") == 1
        assert not half.exists()
    finally:
        await postgres.stop()


async def test_a_supervisor_killed_during_initdb_does_not_block(tmp_path: Path) -> None:
    half = tmp_path / "data" / "postgres.initializing"
    async with supervisor(tmp_path / "data") as killed:
        await eventually((half / "postgresql.conf").exists)
        killed.kill()
    assert not (tmp_path / "data" / "postgres").exists()
    postgres = EmbeddedPostgres(tmp_path / "data")
    try:
        assert await ask(await postgres.start(), "SELECT 1") == 1
    finally:
        await postgres.stop()


async def test_a_cluster_of_another_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ClusterUnusable, match=r"was made by PostgreSQL 17 and this Trunkline"):
        await EmbeddedPostgres(tmp_path).start()


async def test_a_folder_that_is_no_cluster_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis.tex").touch()
    with pytest.raises(ClusterUnusable, match=r"is not a PostgreSQL cluster \(.*PG_VERSION is"):
        await EmbeddedPostgres(tmp_path).start()
    assert (tmp_path / "postgres" / "thesis.tex").exists()


async def test_why_initdb_failed_is_told(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    initdb = open_folder / "initdb"
    initdb.write_text(
        "#!/bin/sh\n"
        "echo 'creating files ... initdb: error: could not write: No space left on device'\n"
        "echo 'initdb: removing contents of data directory'\nexit 1\n"
    )
    initdb.chmod(0o755)
    monkeypatch.setattr(
        server, "locate_binaries", lambda: replace(locate_binaries(), initdb=initdb)
    )
    with pytest.raises(InitialisationFailed, match=r"could not write: No space left on device\.$"):
        await EmbeddedPostgres(tmp_path).start()


async def test_a_cluster_restored_with_open_permissions_is_closed_again(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    (data_dir / "postgres").chmod(0o755)
    assert await ask(await postgres.start(), "SELECT 1") == 1
    assert (data_dir / "postgres").stat().st_mode & 0o777 == 0o700
