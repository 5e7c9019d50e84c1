"""Redact and delete messages that are finished, and cancel those that are not sent yet."""

from __future__ import annotations

from typing import Any

from trunkline.bus import Event, LocalBus
from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.model import FINISHED, is_mms_sid
from trunkline.messaging.representation import named_message
from trunkline.messaging.works import Note, Notes
from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.webhooks.forget import forget_answers
from trunkline.worlds import Worlds

__all__ = ["FinishMessage"]


class FinishMessage:
    """What may be done to a message once delivery is over."""

    def __init__(self, database: Database, worlds: Worlds, clock: Clock, bus: LocalBus) -> None:
        self._database = database
        self._bus = bus
        self._worlds = worlds
        self._clock = clock
        self._notes = Notes()

    async def redact(self, call: Call) -> None:
        """Forget the text (1.5). Raises NOT_FOUND, DELIVERY_NOT_COMPLETE."""
        sid = named_message(call)
        async with self._database.transaction() as connection:
            row = await self._finished(connection, call)
            now = self._worlds.clock(row["world_id"].hex).now()
            await connection.execute(queries.REDACT, sid[2:])
            await connection.execute(queries.TOUCH, sid[2:], now)
            await forget_answers(connection, _told_by(sid, row))
            events = await self._note(connection, row, sid, "message.redacted")
        self._bus.publish(events)

    async def delete(self, call: Call) -> None:
        """Remove the message with its content and feedback (1.7). Raises as `redact`."""
        sid = named_message(call)
        async with self._database.transaction() as connection:
            row = await self._finished(connection, call)
            events = await self._note(connection, row, sid, "message.deleted")
            for statement in (
                queries.DELETE_CONTENT,
                queries.DELETE_FEEDBACK,
                queries.DELETE_DISPATCH,
                queries.DELETE_MESSAGE,
            ):
                await connection.execute(statement, sid[2:])
            await forget_answers(connection, _told_by(sid, row))
        self._bus.publish(events)

    async def cancel(self, call: Call) -> None:
        """Cancel a scheduled message (1.4). Nothing can be scheduled yet: NOT_CANCELABLE."""
        async with self._database.transaction() as connection:
            await self._lock(connection, call)
            raise catalogue.NOT_CANCELABLE()

    async def _finished(self, connection: Connection, call: Call) -> Any:
        row = await self._lock(connection, call)
        if row["status"] not in FINISHED:
            raise catalogue.DELIVERY_NOT_COMPLETE()
        return row

    async def _lock(self, connection: Connection, call: Call) -> Any:
        sid = named_message(call)
        row = await connection.fetchrow(
            queries.LOCK, sid[2:], call.account.sid[2:], is_mms_sid(sid)
        )
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return row

    async def _note(self, connection: Connection, row: Any, sid: str, kind: str) -> list[Event]:
        world_id = row["world_id"].hex
        note = Note(
            sid=sid,
            world_id=world_id,
            kind=kind,
            data={},
            world_time=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
        )
        events = Effects()
        await self._notes.write(connection, [note], events)
        return events


def _told_by(sid: str, row: Any) -> list[str]:
    """The messages whose webhooks were answered with the text of this one: itself, and the one
    that it replied to."""
    cause = (row["options"] or {}).get("reply_to")
    return [sid] if cause is None else [sid, cause]
