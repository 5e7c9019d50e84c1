"""One cluster is initialised for all tests (copying it takes as long as making it)."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from trunkline.store.embedded import EmbeddedPostgres
from trunkline.store.embedded.socket_folder import SocketFolder


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose cluster was started and stopped once. Tests leave it startable."""
    folder = tmp_path_factory.mktemp("embedded") / "data"

    async def once() -> None:
        postgres = EmbeddedPostgres(folder)
        await postgres.start()
        await postgres.stop()

    asyncio.run(once())
    yield folder
    sockets = SocketFolder(folder)  # of supervisors that were killed
    sockets.create(None)
    sockets.remove()
    shutil.rmtree(folder)


@pytest.fixture
async def postgres(data_dir: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server on `data_dir`, not started; stopped in the end."""
    made = EmbeddedPostgres(data_dir)
    yield made
    await made.stop()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="trunkline test ", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
