"""Submit messages to a real carrier by the crash protocol: a claim is committed before the first
byte leaves, so that a crash leaves either nothing sent, or a doubt that is shown as one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog

from trunkline.carriers import (
    Accepted,
    InDoubt,
    MessageCarrier,
    NotSent,
    OutboundMessage,
    Outcome,
    Rejected,
)
from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.dispatcher import Dispatcher
from trunkline.messaging.model import Dispatch
from trunkline.messaging.opt_outs import OptOuts
from trunkline.messaging.works import (
    ApplyRetention,
    Claims,
    FinishDispatch,
    Note,
    Notes,
    Reschedule,
    RescheduleDispatch,
    wants_retention,
)
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable
from trunkline.store.group_commit import Refused
from trunkline.store.transitions import Transition, Transitions
from trunkline.worlds import Worlds

__all__ = ["SubmitToCarrier"]

log = structlog.get_logger(__name__)


class SubmitToCarrier:
    """The runner of one carrier's lane.

    `deadline` is how long (world time) a message stays in doubt before it is undelivered/30008.
    """

    def __init__(
        self,
        carrier: MessageCarrier,
        *,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        claims: Claims,
        worlds: Worlds,
        clock: Clock,
        opt_outs: OptOuts,
        dispatcher: Dispatcher,
        deadline: timedelta,
    ) -> None:
        self._carrier = carrier
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._claims = claims
        self._worlds = worlds
        self._clock = clock
        self._opt_outs = opt_outs
        self._dispatcher = dispatcher
        self._deadline = deadline
        self._finish = FinishDispatch()
        self._reschedule = RescheduleDispatch()
        self._notes = Notes()
        self._retention = ApplyRetention()
        self._window = asyncio.Semaphore(carrier.window)

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Carry out the step of each message; returns when the carrier has answered for all."""
        overdue = [d for d in batch if d.step == "in_doubt"]
        await asyncio.gather(*(self._end_doubt(dispatch) for dispatch in overdue))
        fresh = [d for d in batch if d.step == "submit"]
        if not fresh:
            return
        blocked = await self._opt_outs.blocked(fresh)
        await self._read_bodies(fresh)
        await asyncio.gather(*(self._submit(d, d.sid in blocked) for d in fresh))

    async def _submit(self, dispatch: Dispatch, blocked: bool) -> None:
        async with self._window:
            now = self._worlds.clock(dispatch.world_id).now()
            if blocked:
                await self._end(dispatch, "failed", 21610)
                return
            if now - dispatch.created_at > timedelta(seconds=dispatch.validity):
                await self._end(dispatch, "failed", 30036)
                return
            if not await self._claim(dispatch):
                self._dispatcher.finish(dispatch)
                return
            try:
                outcome = await self._carrier.submit(_outbound(dispatch))
            except Exception as error:  # a carrier's defect must not look like a refusal
                log.exception("carrier.defect", carrier=self._carrier.name)
                outcome = InDoubt(f"{type(error).__name__} in the carrier")
            await self._record(dispatch, outcome)

    async def _claim(self, dispatch: Dispatch) -> bool:
        jobs = [Job(self._claims, (dispatch.sid, self._clock.now()))]
        if dispatch.status == "queued":
            jobs.append(self._transition(dispatch, "sending", {"carrier": self._carrier.name}))
        results = await self._commit.submit(*jobs, urgent=True)
        if any(isinstance(result, Refused) for result in results):
            # Taken over by another node, or deleted: then the claim protects nobody.
            return False
        dispatch.attempt = results[0]
        dispatch.status = "sending"
        return True

    async def _record(self, dispatch: Dispatch, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            await self._end(dispatch, "sent", None, outcome.carrier_message_id)
        elif isinstance(outcome, Rejected):
            await self._end(dispatch, "failed", outcome.error_code)
        elif isinstance(outcome, NotSent):
            await self._again(dispatch, outcome)
        else:
            await self._doubt(dispatch, outcome.reason)

    async def _end(
        self,
        dispatch: Dispatch,
        status: str,
        error_code: int | None,
        carrier_message_id: str | None = None,
    ) -> None:
        data = {} if error_code is None else {"error_code": error_code}
        changes: dict[str, Any] = {**data}
        if status == "sent":
            changes["sent_at"] = self._worlds.clock(dispatch.world_id).now()
            changes["carrier_message_id"] = carrier_message_id
            if carrier_message_id is not None:
                data["carrier_message_id"] = carrier_message_id  # type: ignore[assignment]
        jobs = [
            self._transition(dispatch, status, data, changes),
            Job(self._finish, dispatch.sid),
        ]
        if dispatch.options is not None and wants_retention(dispatch.options):
            jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        await self._kept(dispatch, *jobs)
        self._dispatcher.finish(dispatch)

    async def _again(self, dispatch: Dispatch, outcome: NotSent) -> None:
        now = self._worlds.clock(dispatch.world_id).now()
        due_at = now + timedelta(seconds=outcome.retry_after)
        await self._kept(
            dispatch,
            Job(self._reschedule, Reschedule(dispatch.sid, "submit", due_at)),
            self._note(dispatch, "message.not_sent", outcome.reason),
        )
        dispatch.due_at = due_at
        self._dispatcher.postpone(dispatch)

    async def _doubt(self, dispatch: Dispatch, reason: str) -> None:
        now = self._worlds.clock(dispatch.world_id).now()
        due_at = now + self._deadline
        await self._kept(
            dispatch,
            Job(self._reschedule, Reschedule(dispatch.sid, "in_doubt", due_at, claimed=True)),
            self._note(dispatch, "message.in_doubt", reason),
        )
        dispatch.step, dispatch.due_at = "in_doubt", due_at
        self._dispatcher.postpone(dispatch)

    async def _end_doubt(self, dispatch: Dispatch) -> None:
        await self._end(dispatch, "undelivered", 30008)

    async def _kept(self, dispatch: Dispatch, *jobs: Job) -> None:
        """Commit what the carrier answered, however long the database is away: the claim in
        the table would else turn a known answer into a doubt."""
        while True:
            try:
                results = await self._commit.submit(*jobs, urgent=True)
            except StoreUnavailable:
                await asyncio.sleep(0.1)
                continue
            if any(isinstance(result, Refused) for result in results):
                log.warning("carrier.answer_refused", sid=dispatch.sid)
                await self._commit.submit(Job(self._finish, dispatch.sid), urgent=True)
            return

    async def _read_bodies(self, batch: list[Dispatch]) -> None:
        wanted = [d.sid[2:] for d in batch if d.body is None]
        if not wanted:
            return
        rows = await self._database.fetch(queries.BODIES, wanted)
        bodies = {row["message_id"].hex: row["body"] for row in rows}
        for dispatch in batch:
            if dispatch.body is None:
                dispatch.body = bodies.get(dispatch.sid[2:]) or ""

    def _transition(
        self,
        dispatch: Dispatch,
        status: str,
        data: dict[str, Any],
        changes: dict[str, Any] | None = None,
    ) -> Job:
        item = Transition(
            subject=dispatch.sid,
            world_id=dispatch.world_id,
            path=(status,),
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
            data=data,
            changes=changes or {},
        )
        return Job(self._transitions, item)

    def _note(self, dispatch: Dispatch, kind: str, reason: str) -> Job:
        note = Note(
            sid=dispatch.sid,
            world_id=dispatch.world_id,
            kind=kind,
            data={"carrier": self._carrier.name, "reason": reason},
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
        )
        return Job(self._notes, note)


def _outbound(dispatch: Dispatch) -> OutboundMessage:
    return OutboundMessage(
        sid=dispatch.sid,
        account_id=dispatch.account_id,
        sender=dispatch.sender,
        recipient=dispatch.recipient,
        body=dispatch.body or "",
        num_segments=dispatch.num_segments,
        num_media=dispatch.num_media,
        attempt=dispatch.attempt,
    )
