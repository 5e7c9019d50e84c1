from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.store.embedded.support import alive, ask, eventually, family, supervisor
from trunkline.store.embedded import DataFolderInUse, EmbeddedPostgres, ServerFailed

ONE_SENTENCE = r"^[A-Z][^\n]*\.$"


def socket_folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


async def test_first_start_makes_a_usable_and_durable_database(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "data")
    url = await postgres.start()
    try:
        assert await ask(url, "SELECT 1") == 1
        assert await ask(url, "SELECT current_database() || current_user") == "trunkline" * 2
        expected = {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "listen_addresses": "",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
            "data_checksums": "on",
        }
        assert {name: await ask(url, f"SHOW {name}") for name in expected} == expected
        assert await ask(url, "SELECT lower('ÄΩ')") == "äω"
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    finally:
        await postgres.stop()


async def test_data_survive_a_restart(postgres: EmbeddedPostgres) -> None:
    url = await postgres.start()
    await ask(url, "CREATE TABLE restarted AS SELECT 42 AS answer")
    await postgres.stop()
    assert await ask(await postgres.start(), "SELECT answer FROM restarted") == 42


async def test_a_long_path_with_spaces_quotes_and_unicode(tmp_path: Path) -> None:
    data_dir = tmp_path / ('Ünï ‘çødé’ it\'s "a" $HOME, ' + "long " * 20) / ("x" * 200) / "data"
    postgres = EmbeddedPostgres(data_dir)
    try:
        assert await ask(await postgres.start(), "SHOW data_directory") == str(
            data_dir / "postgres"
        )
    finally:
        await postgres.stop()


async def test_stop_leaves_no_process_and_no_socket_folder(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    url = await postgres.start()
    assert postgres.pid is not None
    processes = family(postgres.pid)
    assert socket_folder(url).stat().st_mode & 0o777 == 0o700
    ended = asyncio.create_task(postgres.wait())
    await asyncio.sleep(0)
    await postgres.stop()
    assert await ended == 0
    assert postgres.pid is None
    assert not [pid for pid in processes if alive(pid)]
    assert not socket_folder(url).exists()
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    await postgres.stop()  # again is no error


async def test_the_server_is_out_of_reach_of_ctrl_c(postgres: EmbeddedPostgres) -> None:
    await postgres.start()
    assert postgres.pid is not None
    assert os.getsid(postgres.pid) == postgres.pid


async def test_a_server_that_died_is_started_again_under_the_same_url(
    postgres: EmbeddedPostgres,
) -> None:
    url = await postgres.start()
    await ask(url, "CREATE TABLE crashed AS SELECT 42 AS answer")
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    assert await postgres.wait() == -signal.SIGKILL
    assert postgres.pid is None
    assert await postgres.start() == url
    assert await ask(url, "SELECT answer FROM crashed") == 42


@pytest.mark.parametrize("server_too", [False, True])
async def test_a_killed_supervisor_leaves_no_server_and_loses_nothing(
    postgres: EmbeddedPostgres, data_dir: Path, server_too: bool
) -> None:
    async with supervisor(data_dir) as killed:
        report = killed.report()
        processes = family(report["pid"])
        assert len(processes) > 3
        if server_too:
            os.kill(report["pid"], signal.SIGKILL)
        killed.kill()
    url = await postgres.start()
    assert await ask(url, f"SELECT what FROM kept_{report['pid']}") == "committed"
    assert not [pid for pid in processes if alive(pid)]
    assert not socket_folder(report["url"]).exists()


async def test_the_server_goes_with_its_supervisor_without_a_next_start(data_dir: Path) -> None:
    async with supervisor(data_dir) as killed:
        processes = family(killed.report()["pid"])
        killed.kill()
    await eventually(lambda: not [pid for pid in processes if alive(pid)])


async def test_a_second_supervisor_is_refused_and_the_first_goes_on(data_dir: Path) -> None:
    async with supervisor(data_dir) as first:
        report = first.report()
        with pytest.raises(DataFolderInUse, match=ONE_SENTENCE) as refused:
            await EmbeddedPostgres(data_dir).start()
        assert f"{data_dir} is in use by process {first.process.pid}:" in str(refused.value)
        assert await ask(report["url"], "SELECT 1") == 1


async def test_variables_of_postgresql_do_not_disturb(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGHOST": "db.invalid",
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGDATABASE": "something",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c work_mem=1MB",
        "PGSSLMODE": "require",
        "PGTZ": "Asia/Tokyo",
        "LC_ALL": "xx_XX.UTF-8",
        "LANG": "xx_XX.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    url = await postgres.start()
    assert await ask(url, "SELECT current_database()") == "trunkline"


async def test_settings_win_over_ours(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, {"work_mem": "3MB"})
    try:
        assert await ask(await postgres.start(), "SHOW work_mem") == "3MB"
    finally:
        await postgres.stop()


async def test_the_url_is_known_before_the_server_runs(postgres: EmbeddedPostgres) -> None:
    url = postgres.prepare()
    assert postgres.prepare() == url
    assert postgres.pid is None
    with pytest.raises(DataFolderInUse):
        EmbeddedPostgres(Path(postgres._data_dir)).prepare()
    assert await postgres.start() == url
    await postgres.stop()
    assert not socket_folder(url).exists()


async def test_what_was_prepared_in_vain_leaves_nothing(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    url = postgres.prepare()
    assert socket_folder(url).exists()
    await postgres.stop()
    assert not socket_folder(url).exists()
    again = EmbeddedPostgres(data_dir)
    await again.start()
    await again.stop()


async def test_a_cluster_to_throw_away_waits_for_no_disk(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path, {"work_mem": "3MB"}, throw_away=True)
    try:
        url = await postgres.start()
        names = ("fsync", "synchronous_commit", "full_page_writes", "work_mem")
        assert [await ask(url, f"SHOW {name}") for name in names] == ["off", "off", "off", "3MB"]
    finally:
        await postgres.stop()


async def test_why_the_server_did_not_start_is_told(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, {"work_memory": "3MB"})
    with pytest.raises(ServerFailed, match=ONE_SENTENCE) as failed:
        await postgres.start()
    assert 'unrecognized configuration parameter "work_memory"' in str(failed.value)
    assert postgres.pid is None


async def test_a_cancelled_start_leaves_nothing(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    starting = asyncio.create_task(postgres.start())
    await eventually(lambda: postgres.pid is not None)
    pid = postgres.pid
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert pid is not None
    assert not alive(pid)
    assert not (data_dir / "postgres.socket").exists()
