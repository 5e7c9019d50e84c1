"""Submit messages to a real carrier by the crash protocol: a claim is committed before the first
byte leaves, so that a crash leaves either nothing sent, or a doubt that is shown as one."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
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
from trunkline.faults import fault
from trunkline.messaging.dispatch.check_submission import CheckSubmission
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.queue_works import (
    Claims,
    FinishDispatch,
    GiveBackClaims,
    Reschedule,
    RescheduleDispatch,
)
from trunkline.messaging.dispatch.read_bodies import read_bodies
from trunkline.messaging.doubts import IN_DOUBT, UNDELIVERED, doubt_data
from trunkline.messaging.model import Dispatch, has_ended
from trunkline.messaging.rates.works import is_lease_lost, turn_jobs
from trunkline.messaging.retention.apply_retention import ApplyRetention, wants_retention
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable
from trunkline.store.group_commit import Refused
from trunkline.store.notes import Note, Notes
from trunkline.store.patiently import TRY_AGAIN
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.worlds import Worlds

__all__ = ["SubmitToCarrier", "pause_after"]

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.1  # seconds until a message is tried again that could not be sent
LONGEST_PAUSE = 60.0


class SubmitToCarrier:
    """The runner of one carrier's lane.

    `deadline` is how long (world time) a message stays in doubt before it is undelivered/30008;
    `patience` how many real seconds the carrier has for an answer before the message is in doubt.
    """

    def __init__(
        self,
        carrier: MessageCarrier,
        *,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        claims: Claims,
        notes: Notes,
        worlds: Worlds,
        clock: Clock,
        check: CheckSubmission,
        dispatcher: Dispatcher,
        deadline: timedelta,
        patience: float = 120.0,
    ) -> None:
        self._carrier = carrier
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._claims = claims
        self._worlds = worlds
        self._clock = clock
        self._check = check
        self._dispatcher = dispatcher
        self._deadline = deadline
        self._patience = patience
        self._finish = FinishDispatch()
        self._give_back = GiveBackClaims(claims.owner)
        self._reschedule = RescheduleDispatch(claims.owner)
        self._notes = notes
        self._retention = ApplyRetention()
        self._window = asyncio.Semaphore(carrier.window)

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Carry out the step of each message; returns when the carrier has answered for all."""
        fresh = [d for d in batch if d.step == "submit"]
        refused = await self._check(fresh)
        await read_bodies(self._database, fresh)

        async def act(dispatch: Dispatch) -> None:
            if dispatch.step == "in_doubt":
                await self._end(dispatch, "undelivered", UNDELIVERED)
            else:
                await self._submit(dispatch, refused.get(dispatch.sid))

        await self._dispatcher.each(batch, act)

    async def _submit(self, dispatch: Dispatch, refused: int | None) -> None:
        async with self._window:
            if self._dispatcher.stopping:
                return  # unclaimed: the next start submits it
            age = self._worlds.clock(dispatch.world_id).now() - dispatch.created_at
            if refused is not None:
                await self._refuse(dispatch, refused)
            elif age > timedelta(seconds=dispatch.validity):
                await self._refuse(dispatch, 30036)
            elif await self._claim(dispatch):
                await self._record(dispatch, await self._hand_over(dispatch))

    async def _refuse(self, dispatch: Dispatch, error_code: int) -> None:
        """End what is not to be submitted. Claimed first: it may be another node's by now, and
        in the hands of its carrier."""
        claim = Job(self._claims, (dispatch.sid, self._clock.now()))
        jobs = claim, *self._ending(dispatch, "failed", error_code)
        _, moved, *_ = await self._commit.submit(*jobs, urgent=True)
        if isinstance(moved, TransitionRefused):
            await self._not_so(dispatch, moved)
        else:
            self._dispatcher.finish(dispatch)

    async def _claim(self, dispatch: Dispatch) -> bool:
        jobs = [Job(self._claims, (dispatch.sid, self._clock.now()))]
        if dispatch.status == "queued" or dispatch.opening is not None:
            jobs.append(self._transition(dispatch, "sending", {"carrier": self._carrier.name}))
            jobs += self._opening_jobs(dispatch)
        jobs += turn_jobs(dispatch)
        try:
            results = await self._commit.submit(*jobs, urgent=True)
        except StoreUnavailable:
            # The claim may stand in the table all the same, and would look like a doubt.
            await self._kept(Job(self._give_back, dispatch.sid))
            raise
        if is_lease_lost(results):
            self._dispatcher.release(dispatch)  # and read again: for the node that sends
            return False
        attempt, *moved = results
        if isinstance(attempt, Refused):
            self._dispatcher.finish(dispatch)  # another node has it, or it was deleted
            return False
        if moved and isinstance(moved[0], TransitionRefused):
            await self._not_so(dispatch, moved[0])
            return False
        dispatch.attempt = attempt
        dispatch.status = "sending"
        dispatch.opening = None
        return True

    async def _not_so(self, dispatch: Dispatch, refusal: TransitionRefused) -> None:
        """The message was claimed, and is not where memory has it: nothing was submitted."""
        if has_ended(refusal):
            await self._kept(Job(self._finish, dispatch.sid))
            self._dispatcher.finish(dispatch)
            return
        # Another node has begun with it meanwhile, and is gone: its row knows better.
        await self._kept(Job(self._give_back, dispatch.sid))
        self._dispatcher.release(dispatch)

    async def _hand_over(self, dispatch: Dispatch) -> Outcome:
        """What the carrier answers; whatever is no answer is a doubt, never a refusal."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._carrier.submit(_outbound(dispatch))
        except TimeoutError:
            return InDoubt(f"no answer within {self._patience:g} seconds")
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise  # the platform stops: the claim tells the rest
            return InDoubt("the carrier gave the submission up")
        except Exception as error:
            log.error("carrier.defect", carrier=self._carrier.name, **fault(error))
            return InDoubt(f"{type(error).__name__} in the carrier")

    async def _record(self, dispatch: Dispatch, outcome: Outcome) -> None:
        try:
            await self._write_down(dispatch, outcome)
        except Exception as error:
            # The answer itself cannot be stored. It was one, so the message is never sent again.
            log.error("carrier.answer_lost", carrier=self._carrier.name, **fault(error))
            await self._doubt(dispatch, f"the answer could not be stored: {type(error).__name__}")

    async def _write_down(self, dispatch: Dispatch, outcome: Outcome) -> None:
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
        jobs = self._ending(dispatch, status, error_code, carrier_message_id)
        first, *_ = await self._kept(*jobs)
        if isinstance(first, TransitionRefused) and first.status != status:
            log.warning("carrier.answer_refused", sid=dispatch.sid, status=first.status)
            await self._kept(Job(self._finish, dispatch.sid))
        self._dispatcher.finish(dispatch)

    def _ending(
        self,
        dispatch: Dispatch,
        status: str,
        error_code: int | None,
        carrier_message_id: str | None = None,
    ) -> list[Job]:
        data: dict[str, Any] = {}
        changes: dict[str, Any] = {}
        if error_code is not None:
            data["error_code"] = changes["error_code"] = error_code
        if status == "sent":
            changes["sent_at"] = self._worlds.clock(dispatch.world_id).now()
        if carrier_message_id is not None:
            data["carrier_message_id"] = changes["carrier_message_id"] = storable(
                carrier_message_id
            )
        jobs = [
            self._transition(dispatch, status, data, changes),
            *self._opening_jobs(dispatch),
            Job(self._finish, dispatch.sid),
        ]
        if dispatch.options is not None and wants_retention(dispatch.options):
            jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        return jobs

    async def _again(self, dispatch: Dispatch, outcome: NotSent) -> None:
        pause = max(outcome.retry_after, pause_after(dispatch.attempt))
        due_at = self._worlds.clock(dispatch.world_id).now() + timedelta(seconds=pause)
        data = {"carrier": self._carrier.name, "reason": storable(outcome.reason)}
        await self._put_off(dispatch, "submit", due_at, "message.not_sent", data)

    async def _doubt(self, dispatch: Dispatch, reason: str) -> None:
        due_at = self._worlds.clock(dispatch.world_id).now() + self._deadline
        data = doubt_data(self._carrier.name, storable(reason), due_at)
        await self._put_off(dispatch, "in_doubt", due_at, IN_DOUBT, data)

    async def _put_off(
        self, dispatch: Dispatch, step: str, due_at: datetime, kind: str, data: dict[str, Any]
    ) -> None:
        change = Reschedule(dispatch.sid, step, due_at, claimed=step == "in_doubt")
        changed, _ = await self._kept(
            Job(self._reschedule, change), self._note(dispatch, kind, data)
        )
        if isinstance(changed, Refused):
            self._dispatcher.release(dispatch)  # written already, another node's, or gone
            return
        dispatch.step, dispatch.due_at = step, due_at
        self._dispatcher.postpone(dispatch)

    async def _kept(self, *jobs: Job) -> list[Any]:
        """Commit what is known of a claimed message, however long the database is away: its
        claim in the table would else turn an answer into a doubt. What was written in spite of
        an error is refused the second time, or changes nothing."""
        while True:
            try:
                return await self._commit.submit(*jobs, urgent=True)
            except StoreUnavailable:
                await asyncio.sleep(TRY_AGAIN)

    def _transition(
        self,
        dispatch: Dispatch,
        status: str,
        data: dict[str, Any],
        changes: dict[str, Any] | None = None,
    ) -> Job:
        opening = dispatch.opening
        item = Transition(
            subject=dispatch.sid,
            world_id=dispatch.world_id,
            path=(status,) if opening is None else (*opening.path, status),
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
            data=data,
            changes={**(changes or {}), **({} if opening is None else opening.changes)},
            opening={} if opening is None else opening.facts,
        )
        return Job(self._transitions, item)

    def _opening_jobs(self, dispatch: Dispatch) -> tuple[Job, ...]:
        return () if dispatch.opening is None else dispatch.opening.jobs

    def _note(self, dispatch: Dispatch, kind: str, data: dict[str, Any]) -> Job:
        note = Note(
            sid=dispatch.sid,
            world_id=dispatch.world_id,
            kind=kind,
            data=data,
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
        )
        return Job(self._notes, note)


def pause_after(attempt: int) -> float:
    """How many seconds to wait at least after so many attempts that could not be sent: a carrier
    that is away for hours must not be tried, and written about, ten times a second."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))


def storable(text: str) -> str:
    """What came from outside, without the characters that PostgreSQL does not take."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


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
