"""Which files of what phones heard belong to a world: to be removed with its calls."""

from __future__ import annotations

import asyncio
from pathlib import Path

from trunkline.sids import is_sid
from trunkline.store.database import Connection
from trunkline.voice.phones import queries

__all__ = ["heard_in_world"]


async def heard_in_world(connection: Connection, world_id: str, folder: Path) -> list[Path]:
    """The files in `folder` that are of calls of a world. Raises StoreUnavailable."""
    named = {path.stem for path in await asyncio.to_thread(_files, folder)}
    ids = [name[2:] for name in named if is_sid(name, "CA")]
    rows = await connection.fetch(queries.OF_WORLD, world_id, ids)
    return [folder / f"CA{row['id'].hex}.wav" for row in rows]


def _files(folder: Path) -> list[Path]:
    return list(folder.glob("CA*.wav"))
