"""Keeps messages until it is their sender's turn: the gate of the dispatcher (behaviour 5.3).

A sender of a world with limits has a queue, which one node has the lease of. What a message uses
up of its sender's rate goes to the database with its submission (`Dispatch.turn`). Turns for
virtual phones come by the world's clock, turns for real carriers by real time. What waits for
longer than it is valid leaves when that time is over, and is refused by its lane.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from trunkline.carriers.routes import VIRTUAL
from trunkline.clock import Clock
from trunkline.messaging.model import Dispatch
from trunkline.messaging.rates.account_mms import AccountMms
from trunkline.messaging.rates.acquire_leases import AcquireLeases
from trunkline.messaging.rates.bucket import cost_of
from trunkline.messaging.rates.leases import SenderLeases
from trunkline.messaging.rates.model import Key, Lease, Turn, Waiting
from trunkline.messaging.rates.queue_room import QueueRoom
from trunkline.messaging.rates.sender_queue import SenderQueue, expiry_of
from trunkline.messaging.rates.sender_rate import (
    Numbers,
    cost_of_message,
    highest_cost,
    rate_of,
    sender_type,
    units_of,
)
from trunkline.messaging.rates.works import KeepTurns
from trunkline.store import Job
from trunkline.worlds import Later, Limits, WorldClock, WorldLimits, Worlds

__all__ = ["SenderGate"]

log = structlog.get_logger(__name__)

STALLED = 1.0  # real seconds in which what was let go is submitted, if its lane is well
LOOK = timedelta(milliseconds=100)  # until a sender whose lane is stalled is looked at again
GRAIN = timedelta(milliseconds=10)  # a sender that is faster is looked at so often, no more
UNUSED = 60.0  # real seconds after which the lease of a sender is given back


class _Wake(NamedTuple):
    queue: SenderQueue
    timeline: str
    moment: datetime


class SenderGate:
    """See `trunkline.messaging.dispatch.gate.Gate`. `clock advance` waits for `acquiring`.

    `admit` is told of a message whose turn has come; `leave` of one that was left to another
    node; `knows` tells whether a message (by SID) is still on its way here. They are the
    dispatcher's, which is made with this gate.
    """

    def __init__(
        self,
        *,
        limits: WorldLimits,
        numbers: Numbers,
        worlds: Worlds,
        clock: Clock,
        leases: SenderLeases,
        room: QueueRoom,
        account_mms: AccountMms,
    ) -> None:
        self._limits = limits
        self._numbers = numbers
        self._worlds = worlds
        self._leases = leases
        self._room = room
        self._account_mms = account_mms
        self.admit: Callable[[Dispatch], None] = lambda _: None
        self.leave: Callable[[Dispatch], None] = lambda _: None
        self.knows: Callable[[str], bool] = lambda _: True
        self._work = KeepTurns(leases.owner, self._lost)
        self._real = WorldClock(clock)
        self._queues: dict[Key, SenderQueue] = {}
        self._of_world: defaultdict[str, set[SenderQueue]] = defaultdict(set)
        self._laters: dict[tuple[str, str], Later[_Wake]] = {}
        self.acquiring = AcquireLeases(leases, self._answered, self._settled)
        self._stopping = False
        room.unstored = self._unstored
        limits.on_change.append(self._on_change)

    # --- the gate ---------------------------------------------------------------------------
    def keeps(self, dispatch: Dispatch) -> bool:
        """Whether the message is to wait for its sender's turn."""
        limits = self._limits.of(dispatch.world_id)
        if limits is None:
            return False
        dispatch.turn = None
        if self._is_free(dispatch):
            self._left(dispatch)
            return False
        queue = self._queue_of(dispatch)
        if not queue and self._now_is_the_time(queue, dispatch, limits):
            self._left(dispatch)
            return False
        queue.add(dispatch)
        self._pump(queue)
        return True

    def earliest(self, world_id: str) -> datetime | None:
        """The world time at which one of a world's queues moves next."""
        moments = (queue.wakes.get("world") for queue in self._of_world.get(world_id, ()))
        return min((moment for moment in moments if moment is not None), default=None)

    def clear(self, world_id: str) -> list[Dispatch]:
        """Keep nothing of a world any more, and know nothing of its senders; what was kept."""
        kept: list[Dispatch] = []
        for queue in list(self._of_world.get(world_id, ())):
            kept += queue.all()
            self._drop(queue)
        if (later := self._laters.get((world_id, "world"))) is not None:
            later.clear()  # its clock starts again: they would be there for ever
        self._of_world.pop(world_id, None)
        self._room.forget_world(world_id)
        self._account_mms.forget_world(world_id)
        return kept

    def explain(self, world_id: str, sid: str, sender: str | None) -> Waiting | None:
        """Why a message that is queued waits for its sender, if it does."""
        limits = self._limits.of(world_id)
        if limits is None:
            return None
        for queue in self._of_world.get(world_id, ()):
            if sid in queue:
                return self._waiting(queue, sid, limits)
        if sender is None or not (ahead := self._room.waiting(world_id, sender)):
            return None
        kind = sender_type(self._numbers, world_id, sender)
        return Waiting(kind, rate_of(limits, kind), ahead, None)

    # --- leases -------------------------------------------------------------------------------
    async def renew(self) -> None:
        """Renew the leases of senders that are used, give back the others."""
        now = asyncio.get_running_loop().time()
        held = [queue for queue in self._queues.values() if queue.term is not None]
        unused = [queue for queue in self._queues.values() if self._is_unused(queue, now)]
        for queue in unused:
            self._drop(queue)
        await self._leases.end([queue.key for queue in unused if queue.term is not None])
        kept = [queue for queue in held if self._queues.get(queue.key) is queue]
        terms = {queue.key: queue.term for queue in kept}
        still = await self._leases.renew(terms.keys())
        for key, term in terms.items():
            if term is not None and still.get(key) != term:
                self._lost(key, term)

    async def stop(self) -> None:
        """Let no turn come any more."""
        self._stopping = True
        for later in self._laters.values():
            later.stop()
        await self.acquiring.stop()

    async def _answered(self, queue: SenderQueue, lease: Lease) -> None:
        if self._queues.get(queue.key) is not queue:
            return
        if lease.owner == self._leases.owner:
            queue.hold(lease)
            limits = self._limits.of(queue.key.world_id)
            if queue.bucket is not None and limits is not None:
                # It may have been used up under other limits.
                queue.bucket.cap(self._clock(queue).now(), highest_cost(limits, queue.kind))
            self._pump(queue)
            return
        given = queue.all()
        if not given:
            return
        await self._leases.give([dispatch.sid for dispatch in given], lease.owner)
        for dispatch in given:
            if dispatch.sid in queue:
                queue.remove(dispatch.sid)
                self._left(dispatch)
                self.leave(dispatch)

    def _settled(self, queue: SenderQueue) -> None:
        # More came while the others were given away.
        if queue and queue.term is None and self._queues.get(queue.key) is queue:
            self.acquiring.want(queue)

    def _lost(self, key: Key, term: int) -> None:
        queue = self._queues.get(key)
        if queue is not None and queue.term == term:
            log.warning("rates.lease_lost", world=key.world_id)
            queue.lose()
            self._pump(queue)

    # --- turns --------------------------------------------------------------------------------
    def _pump(self, queue: SenderQueue) -> None:
        """Let go of all whose turn has come, and see when the next one's does."""
        limits = self._limits.of(queue.key.world_id)
        if limits is None:
            self._open(queue)
            return
        for dispatch in queue.pop_expired(self._worlds.clock(queue.key.world_id).now()):
            self._let_go(dispatch)
        if queue.term is None and queue:
            self.acquiring.want(queue)
            return
        while (head := queue.head) is not None and self._now_is_the_time(queue, head, limits):
            self._let_go(queue.pop())
        self._set_wakes(queue, limits)

    def _open(self, queue: SenderQueue) -> None:
        waiting = queue.all()
        self._drop(queue)
        for dispatch in waiting:
            self._let_go(dispatch)

    def _now_is_the_time(self, queue: SenderQueue, dispatch: Dispatch, limits: Limits) -> bool:
        """Whether the sender has credit for a message; then it is used up."""
        if queue.bucket is None or queue.term is None or self._is_stalled(queue, limits):
            return False
        now = self._clock(queue).now()
        if not queue.bucket.ready(now):
            return False
        account_next: datetime | None = None
        if dispatch.num_media:
            account_next = self._account_mms.take(queue.key, dispatch.account_id, now, limits)
            if account_next is None:
                return False
        cost = cost_of_message(limits, queue.kind, dispatch)
        next_free = queue.bucket.take(now, cost)
        queue.used_at = asyncio.get_running_loop().time()
        account_id = None if account_next is None else dispatch.account_id
        turn = Turn(queue.key, queue.term, next_free, account_id, account_next)
        dispatch.turn = Job(self._work, turn)
        queue.note_let_go(queue.used_at, dispatch, dispatch.turn)
        return True

    def _is_stalled(self, queue: SenderQueue, limits: Limits) -> bool:
        """Whether what was let go is not submitted: what is behind it would all go at once."""
        since = asyncio.get_running_loop().time() - STALLED
        most = max(1.0, rate_of(limits, queue.kind))
        return queue.count_stale(since, self.knows, most / 16) > most

    def _set_wakes(self, queue: SenderQueue, limits: Limits) -> None:
        head = queue.head
        if head is None or queue.bucket is None:
            queue.wakes.clear()
            return
        turn, now = queue.bucket.next_free, self._clock(queue).now()
        if head.num_media:
            account = self._account_mms.next_free(queue.key, head.account_id, now, limits)
            turn = max(turn, account)
        if self._is_stalled(queue, limits):
            turn = max(turn, now + LOOK)
        elif cost_of(1, rate_of(limits, queue.kind)) < GRAIN:
            turn = max(turn, now + GRAIN)  # its burst makes up for it; a batch costs as much as one
        expiry = queue.expiry
        times = {"world": expiry}
        times[queue.key.timeline] = turn if queue.key.timeline == "real" else _first(turn, expiry)
        for timeline, moment in times.items():
            known = queue.wakes.get(timeline)
            # An earlier look sees for itself: validity ends in hours, and every message has its
            # own end, which would be remembered until then.
            if moment is not None and (known is None or moment < known):
                queue.wakes[timeline] = moment
                self._later(queue, timeline).add(moment, _Wake(queue, timeline, moment))

    def _wake(self, wake: _Wake) -> None:
        queue = wake.queue
        if queue.wakes.get(wake.timeline) != wake.moment or self._stopping:
            return  # it was woken, or is to be at another time
        del queue.wakes[wake.timeline]
        if self._queues.get(queue.key) is queue:
            self._pump(queue)

    def _let_go(self, dispatch: Dispatch) -> None:
        self._left(dispatch)
        self.admit(dispatch)

    def _left(self, dispatch: Dispatch) -> None:
        if not dispatch.attempt:  # else it was counted when it left for the first time
            units = units_of(dispatch.num_segments, dispatch.num_media)
            self._room.leave(dispatch.world_id, dispatch.sender, units)

    def _is_free(self, dispatch: Dispatch) -> bool:
        """Whether it is not going to be submitted: it was made only to fail, or is too old."""
        if dispatch.options is not None and "refused" in dispatch.options:
            return True
        return expiry_of(dispatch) <= self._worlds.clock(dispatch.world_id).now()

    # --- queues -------------------------------------------------------------------------------
    def _queue_of(self, dispatch: Dispatch) -> SenderQueue:
        timeline = "world" if dispatch.carrier == VIRTUAL else "real"
        key = Key(dispatch.world_id, dispatch.sender, timeline)
        queue = self._queues.get(key)
        if queue is None:
            kind = sender_type(self._numbers, key.world_id, key.sender)
            queue = self._queues[key] = SenderQueue(key, kind)
            self._of_world[key.world_id].add(queue)
        return queue

    def _drop(self, queue: SenderQueue) -> None:
        self._queues.pop(queue.key, None)
        self._of_world[queue.key.world_id].discard(queue)
        queue.clear()

    def _is_unused(self, queue: SenderQueue, now: float) -> bool:
        if queue or queue.wanted or now - queue.used_at <= UNUSED:
            return False
        return self._is_ready(queue)

    def _is_ready(self, queue: SenderQueue) -> bool:
        return queue.bucket is None or queue.bucket.ready(self._clock(queue).now())

    def _clock(self, queue: SenderQueue) -> WorldClock:
        real = queue.key.timeline == "real"
        return self._real if real else self._worlds.clock(queue.key.world_id)

    def _later(self, queue: SenderQueue, timeline: str) -> Later[_Wake]:
        place = ("", timeline) if timeline == "real" else (queue.key.world_id, timeline)
        if place not in self._laters:
            clock = self._real if timeline == "real" else self._worlds.clock(queue.key.world_id)
            self._laters[place] = Later(clock, self._wake)
        return self._laters[place]

    def _on_change(self, world_id: str, before: Limits | None, after: Limits | None) -> None:
        for queue in list(self._of_world.get(world_id, ())):
            if before is not None and after is not None and queue.bucket is not None:
                factor = rate_of(before, queue.kind) / rate_of(after, queue.kind)
                queue.bucket.rescale(self._clock(queue).now(), factor)
            self._pump(queue)

    def _unstored(self, world_id: str) -> Iterator[tuple[str, int]]:
        for queue in self._of_world.get(world_id, ()):
            for dispatch in queue.all():
                if dispatch.opening is not None:
                    yield (
                        dispatch.sender,
                        units_of(dispatch.num_segments, dispatch.num_media),
                    )

    def _waiting(self, queue: SenderQueue, sid: str, limits: Limits) -> Waiting:
        ahead = 0
        before = timedelta()
        for dispatch in queue.all():
            if dispatch.sid == sid:
                break
            ahead += units_of(dispatch.num_segments, dispatch.num_media)
            before += cost_of_message(limits, queue.kind, dispatch)
        expected = None
        if queue.bucket is not None:
            expected = max(queue.bucket.next_free, self._clock(queue).now()) + before
        return Waiting(queue.kind, rate_of(limits, queue.kind), ahead, expected)


def _first(moment: datetime, other: datetime | None) -> datetime:
    return moment if other is None else min(moment, other)
