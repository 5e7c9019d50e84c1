"""Give the messages of services their senders when their turn comes: the runner of the lane
`choose`. What it chooses is written with the message's first transition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from trunkline.clock import Clock
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.queue_works import (
    FinishDispatch,
    Reschedule,
    RescheduleDispatch,
)
from trunkline.messaging.dispatch.read_bodies import read_bodies
from trunkline.messaging.model import Dispatch, Opening, has_ended
from trunkline.messaging.retention.apply_retention import ApplyRetention, wants_retention
from trunkline.messaging.services.choose_from_pool import (
    EMPTY_POOL,
    NONE_USABLE,
    Choice,
    NoSender,
    choose_from_pool,
    never_busy,
)
from trunkline.messaging.services.model import Service
from trunkline.messaging.services.pool import FindNumber, Pool
from trunkline.messaging.services.sticky import Sticky, StickySenders
from trunkline.messaging.text.segments import Segmentation, measure
from trunkline.messaging.works import ReplacedText, ReplaceText
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.worlds import Worlds

__all__ = ["ChooseSenders"]

SERVICE_GONE = 21701
QUEUE_FULL = 30001
POOLS = 1_000  # services whose senders are kept sorted


class Services(Protocol):
    """Looks up services."""

    def find(self, sid: str) -> Service | None:
        """The service, or None."""


class Queues(Protocol):
    """What is asked about the queues of senders."""

    def waiting(self, world_id: str, sender: str) -> int:
        """How many segments wait for this sender's turn."""

    def room_for(
        self, world_id: str, sender: str, num_segments: int, *, num_media: int = 0
    ) -> bool:
        """Whether a message may wait for it. Where it may, it counts from now on."""


class LinkMedia(Protocol):
    """Makes the link that stands for the media of a message (the MMS converter)."""

    async def __call__(self, dispatch: Dispatch) -> tuple[str, list[Job]] | None:
        """Its address and what is to be committed with it; None when there can be none."""


class ChooseSenders:
    """Chooses, or fails the message with 21701, 21703, 21704 or 30001."""

    def __init__(
        self,
        *,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        worlds: Worlds,
        clock: Clock,
        services: Services,
        find_number: FindNumber,
        numbers_version: Callable[[], int],
        sticky: StickySenders,
        queues: Queues | None,
        link_media: LinkMedia | None,
        dispatcher: Dispatcher,
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._worlds = worlds
        self._clock = clock
        self._services = services
        self._find_number = find_number
        self._numbers_version = numbers_version
        self._sticky = sticky
        self._queues = queues
        self._link_media = link_media
        self._dispatcher = dispatcher
        self._pools: dict[str, tuple[Service, int, Pool]] = {}
        self._keep = sticky.keep
        self._replace = ReplaceText()
        self._finish = FinishDispatch()
        self._reschedule = RescheduleDispatch()
        self._retention = ApplyRetention()

    async def __call__(self, batch: list[Dispatch]) -> None:
        """Choose for each message; those that have a sender go on at once."""
        known = await self._sticky.of([d for d in batch if self._is_sticky(d)])
        chosen: list[tuple[Dispatch, Pool, Choice | None, bool]] = []
        failed: dict[str, int] = {}  # codes by SID
        linked: dict[str, Choice] = {}
        for dispatch in batch:
            pool = self._pool(dispatch)
            if pool is None:
                failed[dispatch.sid] = SERVICE_GONE
                continue
            try:
                choice = self._choose(pool, dispatch, known)
                if choice is not None and choice.as_link:
                    linked[dispatch.sid] = choice
                    continue
                sender = dispatch.sender if choice is None else choice.member.sender
                chosen.append((dispatch, pool, choice, self._join(dispatch, sender)))
            except NoSender as none:
                failed[dispatch.sid] = none.code
        # Nothing goes on before all is decided: were a batch tried once more because of one of
        # them, the others would be given senders twice.
        waiting: list[Dispatch] = []
        for dispatch, pool, choice, must_wait in chosen:
            self._give(dispatch, pool, choice)
            if must_wait:
                waiting.append(dispatch)
            else:
                self._dispatcher.go_on(dispatch)
        if waiting:
            await self._dispatcher.each(waiting, self._queue)

        async def end(dispatch: Dispatch) -> None:
            if dispatch.sid in linked:
                await self._convert(dispatch, linked[dispatch.sid])
            else:
                await self._fail(dispatch, failed[dispatch.sid])

        left = [d for d in batch if d.sid in linked or d.sid in failed]
        if left:
            await self._dispatcher.each(left, end)

    def forget_world(self, world_id: str) -> None:
        """Of a world that was emptied, nobody was written to, and no sender had a turn."""
        self._sticky.forget()
        self._pools = {
            sid: kept for sid, kept in self._pools.items() if kept[0].world_id != world_id
        }

    def _is_sticky(self, dispatch: Dispatch) -> bool:
        """Whether it matters which sender the recipient is used to."""
        service = self._services.find(f"MG{dispatch.service_id}")
        return not dispatch.sender and service is not None and service.sticky_sender

    def _pool(self, dispatch: Dispatch) -> Pool | None:
        service = self._services.find(f"MG{dispatch.service_id}")
        if service is None or service.account_sid != f"AC{dispatch.account_id}":
            return None
        version = self._numbers_version()
        found = self._pools.get(service.sid)
        if found is not None and found[0] is service and found[1] == version:
            return found[2]
        if len(self._pools) >= POOLS:
            self._pools.clear()
        if found is not None and found[0] is not service:
            # A sender may have left the pool and come back: nobody is used to it any more.
            self._sticky.forget()
        pool = Pool(service, self._find_number)
        self._pools[service.sid] = (service, version, pool)
        return pool

    def _choose(
        self, pool: Pool, dispatch: Dispatch, known: dict[tuple[str, str], str]
    ) -> Choice | None:
        """The choice; None for a message that names its sender, which is in the pool."""
        if dispatch.sender:
            if dispatch.sender not in pool.members:
                raise NoSender(EMPTY_POOL if pool.empty else NONE_USABLE)
            return None
        assert dispatch.service_id is not None
        key = dispatch.service_id, dispatch.recipient
        queues, world_id = self._queues, dispatch.world_id
        choice = choose_from_pool(
            pool,
            dispatch.recipient,
            media=bool(dispatch.num_media),
            sticky=known.get(key) if pool.service.sticky_sender else None,
            busy=never_busy
            if queues is None
            else lambda sender: queues.waiting(world_id, sender) > 0,
        )
        member = choice.member
        if pool.service.sticky_sender and known.get(key) != member.sender:
            known[key] = member.sender
            self._sticky.remember(*key, member.sender)
        return choice

    def _join(self, dispatch: Dispatch, sender: str) -> bool:
        """Let a message count among those of its sender (5.3); whether others wait before it.
        Raises NoSender (30001)."""
        queues, world_id = self._queues, dispatch.world_id
        if queues is None:
            return False
        must_wait = queues.waiting(world_id, sender) > 0
        if not queues.room_for(
            world_id, sender, dispatch.num_segments, num_media=dispatch.num_media
        ):
            raise NoSender(QUEUE_FULL)
        return must_wait

    async def _queue(self, dispatch: Dispatch) -> None:
        """Write down that a message is queued, and by whom: it is not sent for a while."""
        opening = dispatch.opening
        assert opening is not None
        now = self._worlds.clock(dispatch.world_id).now()
        transition = Transition(
            subject=dispatch.sid,
            world_id=dispatch.world_id,
            path=opening.path,
            world_time=now,
            real_time=self._clock.now(),
            data=opening.facts,
            changes=opening.changes,
        )
        first, *_ = await self._commit.submit(
            Job(self._transitions, transition),
            *opening.jobs,
            Job(self._reschedule, Reschedule(dispatch.sid, "submit", now)),
            urgent=True,
        )
        if isinstance(first, TransitionRefused):
            await self._refused(dispatch, first)
            return
        dispatch.opening, dispatch.status = None, "queued"
        self._dispatcher.go_on(dispatch)

    async def _refused(self, dispatch: Dispatch, refusal: TransitionRefused) -> None:
        """Canceled, deleted, or taken by another node in this instant."""
        if not has_ended(refusal):
            self._dispatcher.release(dispatch)  # the row knows better
            return
        await self._commit.submit(Job(self._finish, dispatch.sid), urgent=True)
        self._dispatcher.finish(dispatch)

    def _give(
        self,
        dispatch: Dispatch,
        pool: Pool,
        choice: Choice | None,
        *,
        text: Segmentation | None = None,
        jobs: tuple[Job, ...] = (),
    ) -> None:
        if choice is None:
            kind = pool.members[dispatch.sender][0].kind
            dispatch.opening = Opening(facts={"sender": kind, "chosen_by": "request"})
        else:
            member = choice.member
            assert dispatch.service_id is not None
            stored = self._sticky.is_stored(dispatch.service_id, dispatch.recipient)
            if pool.service.sticky_sender and not (choice.reason == "sticky" and stored):
                sticky = Sticky(
                    service_id=dispatch.service_id,
                    recipient=dispatch.recipient,
                    sender=member.sender,
                    moment=self._worlds.clock(dispatch.world_id).now(),
                )
                jobs = (*jobs, Job(self._keep, sticky))
            facts: dict[str, Any] = {"sender": member.kind, "chosen_by": choice.reason}
            if text is not None:
                facts |= {
                    "media": "link",
                    "encoding": text.encoding,
                    "units": text.units,
                    "segments": text.segments,
                }
            dispatch.sender = member.sender
            dispatch.opening = Opening(
                sender=member.sender,
                num_segments=None if text is None else text.segments,
                num_media=None if text is None else 0,
                facts=facts,
                jobs=jobs,
            )
        dispatch.step = "submit"

    async def _convert(self, dispatch: Dispatch, choice: Choice) -> None:
        """Make a text of a message with media, with a link to them."""
        link = None if self._link_media is None else await self._link_media(dispatch)
        pool = self._pool(dispatch)
        if link is None or pool is None:
            await self._fail(dispatch, NONE_USABLE)
            return
        address, jobs = link
        await read_bodies(self._database, [dispatch])
        body = f"{dispatch.body} {address}" if dispatch.body else address
        dispatch.body = body
        replaced = Job(self._replace, ReplacedText(dispatch.sid, body))
        text = measure(body)
        # From here on it is a text: for its carrier, its rate, and whoever receives it.
        dispatch.num_segments, dispatch.num_media = text.segments, 0
        try:
            must_wait = self._join(dispatch, choice.member.sender)
        except NoSender as none:
            await self._fail(dispatch, none.code)
            return
        self._give(dispatch, pool, choice, text=text, jobs=(*jobs, replaced))
        if must_wait:
            await self._queue(dispatch)
        else:
            self._dispatcher.go_on(dispatch)

    async def _fail(self, dispatch: Dispatch, code: int) -> None:
        # Of a schedule the time has come, all the same: it is queued, and fails.
        path = ("queued", "failed") if dispatch.status == "scheduled" else ("failed",)
        transition = Transition(
            subject=dispatch.sid,
            world_id=dispatch.world_id,
            path=path,
            world_time=self._worlds.clock(dispatch.world_id).now(),
            real_time=self._clock.now(),
            data={"error_code": code},
            changes={"error_code": code},
        )
        jobs = [Job(self._transitions, transition), Job(self._finish, dispatch.sid)]
        if wants_retention(dispatch.options):
            assert dispatch.options is not None
            jobs.append(Job(self._retention, (dispatch.sid, dispatch.options)))
        first, *_ = await self._commit.submit(*jobs, urgent=True)
        if isinstance(first, TransitionRefused):
            await self._refused(dispatch, first)
        else:
            self._dispatcher.finish(dispatch)
