"""Deliver a batch of messages to virtual phones: delivery and transition commit together, so the
virtual carrier never leaves a doubt, and a phone's answer is committed with what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog

from trunkline.carriers.virtual import DeliveryPlan, Phones, Stage, plan_delivery
from trunkline.clock import Clock
from trunkline.messaging.dispatcher import Dispatcher
from trunkline.messaging.model import Dispatch
from trunkline.messaging.opt_outs import OptOuts
from trunkline.messaging.works import (
    ApplyRetention,
    FinishDispatch,
    Reschedule,
    RescheduleDispatch,
    wants_retention,
)
from trunkline.store import GroupCommit, Job, StoreUnavailable
from trunkline.store.group_commit import Refused
from trunkline.store.transitions import Transition, Transitions
from trunkline.worlds import Worlds

__all__ = ["DeliverToPhones"]

log = structlog.get_logger(__name__)

Reply = Callable[[str, str, str, str], list[Job]]  # world, phone, number, text
EXPIRED = DeliveryPlan(Stage(("failed",), error_code=30036))
BLOCKED = DeliveryPlan(Stage(("failed",), error_code=21610))


class DeliverToPhones:
    """The runner of the `virtual` lane. `reply` makes the jobs of a phone's answer."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        transitions: Transitions,
        worlds: Worlds,
        clock: Clock,
        phones: Phones,
        opt_outs: OptOuts,
        dispatcher: Dispatcher,
        reply: Reply,
    ) -> None:
        self._commit = commit
        self._transitions = transitions
        self._worlds = worlds
        self._clock = clock
        self._phones = phones
        self._opt_outs = opt_outs
        self._dispatcher = dispatcher
        self._reply = reply
        self._finish = FinishDispatch()
        self._reschedule = RescheduleDispatch()
        self._retention = ApplyRetention()

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Carry out the step of each message; raises StoreUnavailable when none was kept."""
        await self._phones.refresh()
        fresh = [d for d in batch if d.step == "submit"]
        blocked = await self._opt_outs.blocked(fresh) if fresh else set()
        plans = [self._plan(dispatch, dispatch.sid in blocked) for dispatch in batch]
        outcomes = await asyncio.gather(
            *(
                self._commit.submit(*self._jobs(dispatch, plan), urgent=True)
                for dispatch, plan in zip(batch, plans, strict=True)
            ),
            return_exceptions=True,
        )
        for dispatch, plan, outcome in zip(batch, plans, outcomes, strict=True):
            self._after(dispatch, plan, outcome)
        lost = next((o for o in outcomes if isinstance(o, StoreUnavailable)), None)
        if lost is not None:
            raise lost

    def _plan(self, dispatch: Dispatch, blocked: bool) -> DeliveryPlan:
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
        if blocked:
            return BLOCKED
        age = self._worlds.clock(dispatch.world_id).now() - dispatch.created_at
        return EXPIRED if age > timedelta(seconds=dispatch.validity) else plan

    def _jobs(self, dispatch: Dispatch, plan: DeliveryPlan) -> list[Job]:
        now = self._worlds.clock(dispatch.world_id).now()
        stage = plan.at_once
        jobs: list[Job] = []
        if stage.path:
            changes: dict[str, Any] = {}
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
                path=stage.path,
                world_time=now,
                real_time=self._clock.now(),
                data=data,
                changes=changes,
            )
            jobs.append(Job(self._transitions, transition))
        if plan.later is None:
            jobs.append(Job(self._finish, dispatch.sid))
            if dispatch.options is not None and wants_retention(dispatch.options):
                jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        else:
            jobs.append(
                Job(self._reschedule, Reschedule(dispatch.sid, "deliver", now + plan.delay))
            )
        behaviour = self._phones.behaviour(dispatch.world_id, dispatch.recipient)
        if stage.arrives and behaviour.auto_reply is not None:
            jobs += self._reply(
                dispatch.world_id, dispatch.recipient, dispatch.sender, behaviour.auto_reply
            )
        return jobs

    def _after(self, dispatch: Dispatch, plan: DeliveryPlan, outcome: Any) -> None:
        if isinstance(outcome, StoreUnavailable):
            return  # the dispatcher reads it from the table again
        if isinstance(outcome, BaseException):
            # Tried again at the next start: at once it would only fail again.
            log.error("delivery.refused", sid=dispatch.sid, error=type(outcome).__name__)
        elif isinstance(outcome[0], Refused):
            # It was deleted, or ended elsewhere: only its place in the queue is left.
            self._commit.submit(Job(self._finish, dispatch.sid), urgent=True)
            self._dispatcher.finish(dispatch)
        elif plan.later is None:
            self._dispatcher.finish(dispatch)
        else:
            dispatch.step = "deliver"
            dispatch.due_at = self._worlds.clock(dispatch.world_id).now() + plan.delay
            self._dispatcher.postpone(dispatch)
