"""Deliver a batch of messages to virtual phones: delivery and transition commit together, so the
virtual carrier never leaves a doubt, and a phone's answer is committed with what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from trunkline.carriers.virtual import DeliveryPlan, Phones, Stage, plan_delivery
from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.messaging.consents.opt_outs import ANSWERS_KEYWORD
from trunkline.messaging.dispatch.check_submission import CheckSubmission
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.queue_works import (
    FinishDispatch,
    Reschedule,
    RescheduleDispatch,
)
from trunkline.messaging.dispatch.read_bodies import read_bodies
from trunkline.messaging.model import Dispatch, has_ended
from trunkline.messaging.rates.works import is_lease_lost, turn_jobs
from trunkline.messaging.retention.apply_retention import ApplyRetention, wants_retention
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.worlds import Worlds

__all__ = ["DeliverToPhones"]

log = structlog.get_logger(__name__)

EXPIRED = DeliveryPlan(Stage(("failed",), error_code=30036))


class Receive(Protocol):
    """Makes the jobs of a message that comes in because of another."""

    async def __call__(
        self,
        world_id: str,
        phone: str,
        number: str,
        text: str,
        media_of: tuple[str, int] | None = None,
        *,
        is_answer: bool = False,
    ) -> list[Job]:
        """`phone` writes to `number`, with the media of a message (SID, how many). `is_answer`:
        to a keyword, and itself none."""


class DeliverToPhones:
    """The runner of the `virtual` lane.

    `receive` makes the jobs of a message that comes in at a number: a phone's answer, or a
    message to one of the world's own numbers, which `is_number` tells.
    """

    def __init__(
        self,
        *,
        commit: GroupCommit,
        transitions: Transitions,
        worlds: Worlds,
        clock: Clock,
        phones: Phones,
        check: CheckSubmission,
        dispatcher: Dispatcher,
        database: Database,
        receive: Receive,
        is_number: Callable[[str, str], bool],
    ) -> None:
        self._commit = commit
        self._transitions = transitions
        self._worlds = worlds
        self._clock = clock
        self._phones = phones
        self._check = check
        self._dispatcher = dispatcher
        self._database = database
        self._receive = receive
        self._is_number = is_number
        self._finish = FinishDispatch()
        self._reschedule = RescheduleDispatch()
        self._retention = ApplyRetention()

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Carry out the step of each message."""
        await self._phones.refresh()
        fresh = [d for d in batch if d.step == "submit"]
        refused = await self._check(fresh)
        await self._read_texts(batch)
        plans = [self._plan(dispatch, refused.get(dispatch.sid)) for dispatch in batch]
        # One moment for the row and for memory: a clock that is moved stops at what is due.
        moments = [self._worlds.clock(dispatch.world_id).now() for dispatch in batch]
        # All of them before the first is submitted: what cannot be looked up fails the batch whole.
        jobs = [
            await self._jobs(dispatch, plan, now)
            for dispatch, plan, now in zip(batch, plans, moments, strict=True)
        ]
        outcomes = await asyncio.gather(
            *(self._commit.submit(*each, urgent=True) for each in jobs), return_exceptions=True
        )
        ended = [
            dispatch
            for dispatch, plan, now, outcome in zip(batch, plans, moments, outcomes, strict=True)
            if self._after(dispatch, plan, now, outcome)
        ]
        if ended:
            await self._take_off(ended)
        if lost := sum(isinstance(outcome, StoreUnavailable) for outcome in outcomes):
            log.warning("delivery.store_unavailable", count=lost)

    async def _read_texts(self, batch: list[Dispatch]) -> None:
        """Only what comes in at a number needs its text here, and a restart forgets it."""
        wanted = [d for d in batch if d.body is None and self._is_number(d.world_id, d.recipient)]
        await read_bodies(self._database, wanted)

    def _plan(self, dispatch: Dispatch, refused: int | None) -> DeliveryPlan:
        behaviour = self._phones.behaviour(dispatch.world_id, dispatch.recipient)
        plan = plan_delivery(behaviour)
        if dispatch.step == "deliver":
            # What the phone does is decided when it happens: a phone that was switched off
            # since the message was sent fails it.
            stage = plan.later or Stage(
                plan.at_once.path[2:], plan.at_once.error_code, plan.at_once.arrives
            )
            if behaviour.reject_code is not None:
                stage = Stage(("undelivered",), error_code=behaviour.reject_code)
            return DeliveryPlan(stage)
        if refused is not None:
            return DeliveryPlan(Stage(("failed",), error_code=refused))
        # Not by now: a clock that is moved while this batch is under way has not let it wait.
        age = (dispatch.ready_at or dispatch.due_at) - dispatch.created_at
        return EXPIRED if age > timedelta(seconds=dispatch.validity) else plan

    async def _jobs(self, dispatch: Dispatch, plan: DeliveryPlan, now: datetime) -> list[Job]:
        stage, opening = plan.at_once, dispatch.opening
        jobs: list[Job] = []
        if stage.path:
            changes: dict[str, Any] = {} if opening is None else opening.changes
            data: dict[str, Any] = {}
            if "sent" in stage.path:
                changes["sent_at"] = now
            if stage.arrives:
                changes["handset_at"] = now
            if stage.error_code is not None:
                changes["error_code"] = data["error_code"] = stage.error_code
            transition = Transition(
                subject=dispatch.sid,
                world_id=dispatch.world_id,
                path=stage.path if opening is None else (*opening.path, *stage.path),
                world_time=now,
                real_time=self._clock.now(),
                data=data,
                changes=changes,
                opening={} if opening is None else opening.facts,
            )
            jobs.append(Job(self._transitions, transition))
            if opening is not None:
                jobs += opening.jobs
        jobs += turn_jobs(dispatch)
        if plan.later is None:
            jobs.append(Job(self._finish, dispatch.sid))
            if dispatch.options is not None and wants_retention(dispatch.options):
                jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        else:
            jobs.append(
                Job(self._reschedule, Reschedule(dispatch.sid, "deliver", now + plan.delay))
            )
        # An answer to a keyword is answered by nobody: STOP would follow STOP for ever.
        answers = dispatch.options is not None and ANSWERS_KEYWORD in dispatch.options
        if stage.arrives and self._is_number(dispatch.world_id, dispatch.recipient):
            # One of the world's own numbers: the message comes in there.
            jobs += await self._receive(
                dispatch.world_id,
                dispatch.sender,
                dispatch.recipient,
                dispatch.body or "",
                (dispatch.sid, dispatch.num_media) if dispatch.num_media else None,
                is_answer=answers,
            )
            return jobs
        behaviour = self._phones.behaviour(dispatch.world_id, dispatch.recipient)
        if stage.arrives and behaviour.auto_reply is not None and not answers:
            jobs += await self._receive(
                dispatch.world_id, dispatch.recipient, dispatch.sender, behaviour.auto_reply
            )
        return jobs

    def _after(self, dispatch: Dispatch, plan: DeliveryPlan, now: datetime, outcome: Any) -> bool:
        """Whether only the message's place in the queue is left, to be taken off."""
        if isinstance(outcome, StoreUnavailable):
            # Committed or not, the table knows: it is read again, and what was done is refused.
            self._dispatcher.release(dispatch)
        elif isinstance(outcome, BaseException):
            log.error("delivery.refused", sid=dispatch.sid, **fault(outcome))
            self._dispatcher.hold(dispatch)
        elif is_lease_lost(outcome):
            self._dispatcher.release(dispatch)
        elif isinstance(outcome[0], TransitionRefused):
            if has_ended(outcome[0]):
                return True
            self._dispatcher.release(dispatch)  # the row knows better what its next step is
        elif plan.later is None:
            self._dispatcher.finish(dispatch)
        else:
            dispatch.opening = None
            dispatch.step = "deliver"
            dispatch.due_at = now + plan.delay
            self._dispatcher.postpone(dispatch)
        return False

    async def _take_off(self, ended: list[Dispatch]) -> None:
        try:
            jobs = (Job(self._finish, dispatch.sid) for dispatch in ended)
            await self._commit.submit(*jobs, urgent=True)
        except StoreUnavailable:
            # Their rows stay for the next read of the table; the others of the batch are done.
            log.warning("delivery.store_unavailable", count=len(ended))
        finally:
            for dispatch in ended:
                self._dispatcher.finish(dispatch)
