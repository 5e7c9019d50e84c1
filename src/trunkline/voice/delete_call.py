"""Delete a call that has ended, with what was said and pressed in it (behaviour 6.3)."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from trunkline.bus import LocalBus
from trunkline.clock import Clock
from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.rest.path_sids import path_sid
from trunkline.store import Database
from trunkline.store.group_commit import Effects
from trunkline.store.notes import Note, Notes
from trunkline.voice import queries
from trunkline.voice.model import FINAL
from trunkline.webhooks.forget import forget_answers
from trunkline.worlds import Worlds

__all__ = ["DeleteCall"]


class DeleteCall:
    """Removes the record of a call. Its recordings are resources of their own and stay; what its
    virtual phone heard (a WAV in `heard_folder`) goes with it."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        clock: Clock,
        bus: LocalBus,
        notes: Notes,
        heard_folder: Path,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._clock = clock
        self._bus = bus
        self._notes = notes
        self._heard_folder = heard_folder

    async def __call__(self, call: Call) -> None:
        """Raises NOT_FOUND, and NOT_COMPLETE while it is going on."""
        sid = path_sid(call, "CA")
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.LOCK, sid[2:], call.account.sid[2:])
            if row is None:
                raise catalogue.NOT_FOUND(path=call.resource)
            if row["status"] not in FINAL:
                raise catalogue.NOT_COMPLETE()
            world_id = row["world_id"].hex
            note = Note(
                sid=sid,
                world_id=world_id,
                kind="call.deleted",
                data={},
                world_time=self._worlds.clock(world_id).now(),
                real_time=self._clock.now(),
            )
            effects = Effects()
            await self._notes.write(connection, [note], effects)
            await connection.execute(queries.DELETE_EVENTS, sid[2:])
            await connection.execute(queries.DELETE_CALL, sid[2:])
            await forget_answers(connection, [sid])
        self._bus.publish(effects)
        with contextlib.suppress(OSError):  # what is old is removed anyway
            await asyncio.to_thread((self._heard_folder / f"{sid}.wav").unlink, missing_ok=True)
