"""How a temporary platform comes by its database: from a template, which the first one makes."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Protocol

from trunkline.store.embedded import EmbeddedPostgres
from trunkline.store.embedded.binaries import locate_binaries
from trunkline.store.embedded.template import (
    keep_template,
    prepare_template,
    template_file,
    unpack_template,
)

__all__ = ["Main", "begin_temporary"]


class Main(Protocol):
    """The main process, as far as it makes the schema."""

    async def migrate(self) -> None:
        """Have it make the schema in the running database, and keep no connection."""


async def begin_temporary(postgres: EmbeddedPostgres, cluster: Path, main: Main) -> None:
    """Start the server on a copy of the template. Without one, on a new cluster; and if this user
    has a cache folder, that becomes the template, before there is anything in it.

    What is wrong with the template keeps no platform from starting. Raises EmbeddedDatabaseError
    as `EmbeddedPostgres.start` does, and what `main` raises.
    """
    file = template_file(locate_binaries())
    if file is not None and await asyncio.to_thread(_unpacked, file, cluster):
        await postgres.start()
        return
    url = await postgres.start()
    if file is not None:
        await main.migrate()
        await _keep(postgres, url, cluster, file)


def _unpacked(file: Path, cluster: Path) -> bool:
    try:
        return unpack_template(file, cluster)
    except OSError:
        return False


async def _keep(postgres: EmbeddedPostgres, url: str, cluster: Path, file: Path) -> None:
    try:
        await prepare_template(url)
    except Exception:  # whatever it is: a platform can do with more than it needs
        return
    await postgres.stop()
    with contextlib.suppress(OSError):
        await asyncio.to_thread(keep_template, cluster, file)
    await postgres.start()
