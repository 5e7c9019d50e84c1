"""Redact and delete messages that are finished, and cancel those that are not sent yet."""

from __future__ import annotations

from typing import Any

from trunkline.bus import Event, LocalBus
from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.dispatch.queue_works import FinishDispatch
from trunkline.messaging.links.queries import DELETE_CLICKS, DELETE_LINKS
from trunkline.messaging.model import FINISHED, is_mms_sid
from trunkline.messaging.representation import named_message
from trunkline.messaging.retention.apply_retention import ApplyRetention, wants_retention
from trunkline.messaging.retention.queries import DISCARD_OPTIONS
from trunkline.messaging.works import message_notes
from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.notes import Note
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.webhooks.forget import forget_answers
from trunkline.worlds import Worlds

__all__ = ["FinishMessage"]


class FinishMessage:
    """What may be done to a message once delivery is over."""

    def __init__(
        self,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        worlds: Worlds,
        clock: Clock,
        bus: LocalBus,
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._bus = bus
        self._worlds = worlds
        self._clock = clock
        self._notes = message_notes()
        self._off = FinishDispatch()
        self._retention = ApplyRetention()

    async def redact(self, call: Call) -> None:
        """Forget the text (1.5). Raises NOT_FOUND, DELIVERY_NOT_COMPLETE."""
        sid = named_message(call)
        async with self._database.transaction() as connection:
            row = await self._finished(connection, call)
            now = self._worlds.clock(row["world_id"].hex).now()
            await connection.execute(queries.REDACT, sid[2:])
            await connection.execute(DISCARD_OPTIONS, [sid[2:]])
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
                DELETE_LINKS,
                DELETE_CLICKS,
                queries.DELETE_MESSAGE,
            ):
                await connection.execute(statement, sid[2:])
            await forget_answers(connection, _told_by(sid, row))
        self._bus.publish(events)

    async def cancel(self, call: Call) -> None:
        """Cancel a scheduled message (1.4). Raises NOT_FOUND, NOT_CANCELABLE.

        In the instant in which it is due, exactly one happens: it is queued or canceled, whichever
        is committed first.
        """
        sid = named_message(call)
        async with self._database.transaction() as connection:
            row = await self._lock(connection, call)
        world_id = row["world_id"].hex
        canceled = Transition(
            subject=sid,
            world_id=world_id,
            path=("canceled",),
            world_time=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
        )
        jobs = [Job(self._transitions, canceled), Job(self._off, sid)]
        if wants_retention(row["options"]):
            jobs.append(Job(self._retention, (sid, row["options"])))
        first, *_ = await self._commit.submit(*jobs, urgent=True)
        if isinstance(first, TransitionRefused):
            if first.status is None:
                raise catalogue.NOT_FOUND(path=call.resource)
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
