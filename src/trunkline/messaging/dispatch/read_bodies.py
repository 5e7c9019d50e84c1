"""Read the texts of dispatches again: memory has them only since their create."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.messaging import queries
from trunkline.messaging.model import Dispatch
from trunkline.store import Database

__all__ = ["read_bodies"]


async def read_bodies(database: Database, batch: Sequence[Dispatch]) -> None:
    """Fill in `body` where it is None; a text that is gone is empty."""
    wanted = [dispatch for dispatch in batch if dispatch.body is None]
    if not wanted:
        return
    rows = await database.fetch(queries.BODIES, [dispatch.sid[2:] for dispatch in wanted])
    bodies = {row["message_id"].hex: row["body"] for row in rows}
    for dispatch in wanted:
        dispatch.body = bodies.get(dispatch.sid[2:]) or ""
