from __future__ import annotations

import os
from pathlib import Path

import asyncpg
import pytest

from tests.unit.store.embedded.support import ask
from trunkline.clock import RealClock
from trunkline.server import begin_temporary as module
from trunkline.server.begin_temporary import begin_temporary
from trunkline.store.embedded import EmbeddedPostgres
from trunkline.store.embedded.binaries import locate_binaries
from trunkline.store.embedded.template import template_file
from trunkline.store.migrate import PARTITIONED, head_version, migrate


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder, empty."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


class Main:
    """A main process that makes the schema when it is told to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.was_told = False

    async def migrate(self) -> None:
        self.was_told = True
        await migrate(self.url, now=RealClock().now())


async def begin(data: Path) -> tuple[list[str], bool]:
    """Begin on a new data folder: the databases and tables that came with the cluster, and whether
    the main process had to make the schema. All is stopped again."""
    postgres = EmbeddedPostgres(data, throw_away=True)
    url = postgres.prepare()
    main = Main(url)
    try:
        await begin_temporary(postgres, data / "postgres", main)
        assert postgres.pid is not None
        databases = await ask(url, "SELECT array_agg(datname::text) FROM pg_database")
        if await ask(url, "SELECT to_regclass('alembic_version')") is not None:
            await empty_schema(url)
            return sorted(databases), main.was_told
        assert not main.was_told
        return [], False
    finally:
        await postgres.stop()


async def empty_schema(url: str) -> None:
    assert await ask(url, "SELECT version_num FROM alembic_version") == head_version()
    for table in ("worlds", "accounts", "phone_numbers", "platform_secrets", "nodes", *PARTITIONED):
        assert await ask(url, f"SELECT count(*) FROM {table}") == 0


TEMPLATE = ["template1", "trunkline"]


async def test_the_first_makes_a_template_and_the_next_begins_with_it(
    cache: Path, tmp_path: Path
) -> None:
    assert await begin(tmp_path / "first") == (TEMPLATE, True)
    [file] = (cache / "trunkline").iterdir()
    assert file == template_file(locate_binaries())
    kept = file.read_bytes()
    assert await begin(tmp_path / "second") == (TEMPLATE, False)
    assert file.read_bytes() == kept
    assert not list((tmp_path / "second").glob("postgres.*ing"))


async def test_without_a_cache_the_cluster_is_made_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert await begin(tmp_path / "data") == ([], False)  # it is the ordinary way


async def test_a_cluster_that_cannot_be_prepared_is_used_and_not_kept(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trouble(_: str) -> None:
        raise asyncpg.ObjectInUseError("somebody is connected")

    monkeypatch.setattr(module, "prepare_template", trouble)
    databases, told = await begin(tmp_path / "data")
    assert (databases, told) == (["postgres", "template0", *TEMPLATE], True)
    assert list((cache / "trunkline").iterdir()) == []


async def test_a_cache_that_takes_no_file_is_done_without(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("tempfile.mkstemp", full)
        assert await begin(tmp_path / "data") == (TEMPLATE, True)
    assert list((cache / "trunkline").iterdir()) == []


@pytest.mark.usefixtures("cache")
async def test_a_copy_that_cannot_be_written_leaves_nothing_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(tmp_path / "first")
    opened = os.open

    def full(path: object, flags: int, *mode: int, **where: int | None) -> int:
        if "unpacking" in str(path) and str(path).endswith("PG_VERSION"):
            raise OSError(28, "No space left on device")
        return opened(path, flags, *mode, **where)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        assert await begin(tmp_path / "second") == (TEMPLATE, True)
    assert not list((tmp_path / "second").glob("postgres.*ing"))
