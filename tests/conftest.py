"""Fixtures for every test: one embedded PostgreSQL and one migrated database for the run."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.embedded import EmbeddedPostgres
from trunkline.store.migrate import migrate

# Temporary platforms keep a template of their cluster in the user's cache folder: not the tests'.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parents[1] / ".cache" / "tests")


def pytest_configure() -> None:
    """What tests start can be ended by every signal, also where the tests run in the background of
    a shell or under nohup, and some are ignored. And it asks its terminal for its size."""
    for name in ("COLUMNS", "LINES"):  # set by readline for the processes of pytest-xdist
        os.environ.pop(name, None)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def short_tmp() -> Iterator[Path]:
    """A temporary folder for the run, removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="trunkline-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_url(short_tmp: Path) -> AsyncIterator[str]:
    """The URL of a migrated database that the unit tests share."""
    server = EmbeddedPostgres(short_tmp / "database")
    url = await server.start()
    await migrate(url, now=RealClock().now())
    yield url
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database. Tests keep apart by worlds of their own."""
    database = await Database.open(database_url)
    await database.listen()
    yield database
    await database.close()


@pytest.fixture(scope="session")
def sids() -> SidFactory:
    """SIDs from the real clock."""
    return SidFactory(RealClock().milliseconds)


@pytest_asyncio.fixture(loop_scope="session")
async def world_id(database: Database, sids: SidFactory) -> str:
    """The id of a world that only this test uses."""
    world = sids.new_id()
    await database.execute(
        "INSERT INTO worlds (id, name, clock_offset_us, clock_movable, limits, created_at)"
        " VALUES ($1, $2, 0, true, 'off', $3)",
        world,
        f"test-{world}",
        RealClock().now(),
    )
    return world
