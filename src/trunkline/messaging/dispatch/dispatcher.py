"""The queue of messages on their way out: straight from memory where they were just committed,
from the dispatch table after a crash or a take-over.

What is due now is handed on in batches; what is due later waits on its world's clock. The
dispatcher knows when a world is idle, which is what `clock advance` waits for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog

from trunkline.faults import fault
from trunkline.messaging.dispatch.lanes import Lane, Runner
from trunkline.messaging.model import Dispatch
from trunkline.store import StoreUnavailable
from trunkline.worlds import Later, Worlds

__all__ = ["Dispatcher", "Runner"]

log = structlog.get_logger(__name__)

HORIZON = timedelta(minutes=2)  # of world time: what is due later stays in the table
LOAD = 20_000
HELD = 60.0  # seconds until what failed for no known reason is tried again
GRACE = 4.0  # seconds for the batches at hand when the platform stops

Loader = Callable[[str, datetime, set[str], int], Awaitable[list[Dispatch]]]
NextDue = Callable[[str], Awaitable[datetime | None]]
DueWorlds = Callable[[datetime], Awaitable[set[str]]]


class _WorldQueue:
    """What of one world waits for a later time, and how much of it is being worked on."""

    def __init__(self, later: Later[Dispatch]) -> None:
        self.later = later
        self.active = 0
        self.idle = asyncio.Event()
        self.idle.set()
        # Until when all that is in the table is in memory, too; counted up when that ends.
        self.complete_until: datetime | None = None
        self.incomplete = 0

    def leave_to_table(self) -> None:
        """Something that is in the table is in memory no more."""
        self.complete_until = None
        self.incomplete += 1


class Dispatcher:
    """Hands dispatches to the runner of their lane at their due time.

    A lane is `media`, `virtual`, or the name of a carrier. `load`, `next_due` and `due_worlds`
    read the table.
    `pause` is how many real seconds pass before what failed for no known reason is tried again.
    """

    def __init__(
        self, worlds: Worlds, *, load: Loader, next_due: NextDue, due_worlds: DueWorlds
    ) -> None:
        self._worlds = worlds
        self._load = load
        self._next_due = next_due
        self._due_worlds = due_worlds
        self._lanes: dict[str, Lane] = {}
        self._queues: dict[str, _WorldQueue] = {}
        self._known: set[str] = set()  # SIDs in memory, queued or being worked on
        self.pause = HELD
        self._held: deque[tuple[float, str]] = deque()  # since when, SID: also known
        self._reading: list[set[str]] = []  # what left memory while the table is being read
        # What a runner has not settled, by SID, with the batch that it came in.
        self._in_hand: dict[str, tuple[Lane, list[Dispatch]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def add_lane(self, name: str, run: Runner, *, at_once: int, most: int | None = None) -> None:
        """Let `run` take the batches of a lane, at most `at_once` of them at the same time, and
        with at most `most` dispatches in them that are not settled."""
        self._lanes[name] = Lane(run, at_once, most)

    def watch_world(self, world_id: str) -> None:
        """Begin to follow a world's clock."""
        if world_id not in self._queues:
            clock = self._worlds.clock(world_id)
            self._queues[world_id] = _WorldQueue(Later(clock, self._make_ready))

    def accept(self, dispatch: Dispatch) -> None:
        """Take a dispatch whose row is committed."""
        if dispatch.sid in self._known:
            return
        self._known.add(dispatch.sid)
        self._place(dispatch)

    def knows(self, sid: str) -> bool:
        """Whether this message is in memory: waiting, or in somebody's hands."""
        return sid in self._known

    @property
    def stopping(self) -> bool:
        """Whether what has not begun is to be left for the next start."""
        return self._stopping

    def postpone(self, dispatch: Dispatch) -> None:
        """Put back a dispatch that a runner holds, for its new `due_at` and `step`, which are
        committed. What is far off is left to the table."""
        if dispatch.due_at > self._worlds.clock(dispatch.world_id).now() + HORIZON:
            self.release(dispatch)
            return
        self._settle(dispatch)
        self._place(dispatch)

    def finish(self, dispatch: Dispatch) -> None:
        """A runner is done with a dispatch: its row is gone, or left to another node."""
        self._forget(dispatch.sid)
        self._settle(dispatch)

    def release(self, dispatch: Dispatch) -> None:
        """Forget a dispatch whose row says what is to be done with it: it is read again."""
        self._queues[dispatch.world_id].leave_to_table()
        self._forget(dispatch.sid)
        self._settle(dispatch)

    def hold(self, dispatch: Dispatch) -> None:
        """Keep a dispatch that failed for no known reason from being read again for a while."""
        self._held.append((asyncio.get_running_loop().time(), dispatch.sid))
        self._settle(dispatch)

    async def each(
        self, batch: Iterable[Dispatch], action: Callable[[Dispatch], Awaitable[None]]
    ) -> None:
        """Carry out `action`, which settles its dispatch, for all of a batch at once; the trouble
        of one does not let go of what the others have in hand."""
        await asyncio.gather(*(self._one(dispatch, action) for dispatch in batch))

    async def _one(self, dispatch: Dispatch, action: Callable[[Dispatch], Awaitable[None]]) -> None:
        try:
            await action(dispatch)
        except StoreUnavailable:
            log.warning("dispatch.store_unavailable", sid=dispatch.sid)
            self.release(dispatch)
        except Exception as error:
            log.error("dispatch.failed", sid=dispatch.sid, **fault(error))
            self.hold(dispatch)

    def is_idle(self, world_id: str) -> bool:
        """Whether nothing of this world is due or being worked on."""
        return not self._queues[world_id].active

    async def idle(self, world_id: str) -> None:
        """Wait until nothing of this world is due or being worked on."""
        queue = self._queues[world_id]
        while queue.active:
            await queue.idle.wait()

    async def earliest(self, world_id: str) -> datetime | None:
        """The world time of the next thing that is due, in memory or in the table.

        A row whose time has come and that is not worked on is not this process's to run (a
        claim that was never answered, for instance): it holds up nothing else.
        """
        queue = self._queues[world_id]
        known = queue.later.earliest
        if known and queue.complete_until and known <= queue.complete_until:
            return known
        stored = await self._next_due(world_id)
        if stored is not None and stored <= self._worlds.clock(world_id).now():
            stored = None
        return min((moment for moment in (known, stored) if moment is not None), default=None)

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """Read what is due until then (a horizon, by default) and is not in memory yet."""
        self._release_held()
        queue = self._queues[world_id]
        if until is not None and queue.complete_until is not None and until <= queue.complete_until:
            return 0
        moment = until or self._worlds.clock(world_id).now() + HORIZON
        left: set[str] = set()
        self._reading.append(left)
        incomplete = queue.incomplete
        try:
            found = await self._load(world_id, moment, self._known, LOAD)
        finally:
            # By identity: what another read has missed may be the same.
            self._reading = [other for other in self._reading if other is not left]
        # What came and went meanwhile was read as it is no more.
        fresh = [dispatch for dispatch in found if dispatch.sid not in left]
        for dispatch in fresh:
            self.accept(dispatch)
        if len(found) < LOAD and incomplete == queue.incomplete:
            queue.complete_until = max(moment, queue.complete_until or moment)
        return len(fresh)

    async def load_for_ever(self, period: float, stop: asyncio.Event) -> None:
        """Read the table every `period` real seconds until `stop`."""
        while not stop.is_set():
            try:
                await self._load_all()
            except StoreUnavailable:
                log.warning("dispatch.load_failed")
            except Exception as error:  # whoever reads the table must not end
                log.error("dispatch.load_failed", **fault(error))
            try:
                await asyncio.wait_for(stop.wait(), period)
            except TimeoutError:
                continue

    async def _load_all(self) -> None:
        """Read what is due within the horizon of each world: first of which worlds there is
        anything, since of a thousand worlds of tests most are idle."""
        worlds = list(self._queues)
        if len(worlds) > 1:
            last = max(self._worlds.clock(world_id).now() for world_id in worlds) + HORIZON
            due = await self._due_worlds(last)
            worlds = [world_id for world_id in worlds if world_id in due]
        for world_id in worlds:
            await self.load(world_id)

    async def stop(self, grace: float = GRACE) -> None:
        """Begin nothing new; wait for the batches that are being worked on, so long at most.

        What is cut off after that is in the table as it stands: a claim without an answer is
        shown as in doubt at the next start.
        """
        self._stopping = True
        for queue in self._queues.values():
            queue.later.stop()
        if not self._tasks:
            return
        _, cut_off = await asyncio.wait(self._tasks, timeout=grace)
        for task in cut_off:
            task.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)

    def _place(self, dispatch: Dispatch) -> None:
        if dispatch.due_at > self._worlds.clock(dispatch.world_id).now():
            self._queues[dispatch.world_id].later.add(dispatch.due_at, dispatch)
        else:
            self._make_ready(dispatch)

    def _make_ready(self, dispatch: Dispatch) -> None:
        name = _lane_of(dispatch)
        lane = self._lanes.get(name)
        if lane is None:
            # A carrier that is configured no more: left in the table, for when it is back.
            log.error("dispatch.no_carrier", carrier=name, sid=dispatch.sid)
            return
        dispatch.ready_at = self._worlds.clock(dispatch.world_id).now()
        queue = self._queues[dispatch.world_id]
        queue.active += 1
        queue.idle.clear()
        lane.ready.append(dispatch)
        self._pump(lane)

    def _settle(self, dispatch: Dispatch) -> None:
        held = self._in_hand.pop(dispatch.sid, None)
        if held is None:
            return
        lane, _ = held
        lane.settle()
        queue = self._queues[dispatch.world_id]
        queue.active -= 1
        if queue.active == 0:
            queue.idle.set()
        self._pump(lane)

    def _pump(self, lane: Lane) -> None:
        if not self._stopping and lane.begin():
            task = asyncio.create_task(self._work(lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, lane: Lane) -> None:
        # Taken only now: what was committed together comes together.
        batch = [] if self._stopping else lane.take()
        for dispatch in batch:
            self._in_hand[dispatch.sid] = (lane, batch)
        self._pump(lane)  # another one beside it, if that may be
        try:
            if batch:
                await self._run(lane, batch)
        finally:
            for dispatch in batch:
                # It may be back already, in another batch.
                if self._in_hand.get(dispatch.sid, (lane, None))[1] is batch:
                    self._settle(dispatch)
            lane.end()
            self._pump(lane)

    async def _run(self, lane: Lane, batch: list[Dispatch]) -> None:
        try:
            await lane.run(batch)
        except StoreUnavailable:
            # The table still has them: they are read again once the database is back.
            for dispatch in batch:
                self.release(dispatch)
            log.warning("dispatch.store_unavailable", count=len(batch))
        except Exception as error:
            if len(batch) > 1:  # one of them: the others shall not suffer
                for dispatch in batch:
                    await self._run(lane, [dispatch])
                return
            log.error("dispatch.failed", sid=batch[0].sid, **fault(error))
            self.hold(batch[0])

    def _release_held(self) -> None:
        since = asyncio.get_running_loop().time() - self.pause
        while self._held and self._held[0][0] <= since:
            self._forget(self._held.popleft()[1])
            for queue in self._queues.values():
                queue.leave_to_table()

    def _forget(self, sid: str) -> None:
        self._known.discard(sid)
        for left in self._reading:
            left.add(sid)

    def forget_world(self, world_id: str) -> None:
        """Drop what waits of a world that was reset."""
        queue = self._queues[world_id]
        for dispatch in queue.later.clear():
            self._forget(dispatch.sid)
        queue.leave_to_table()


def _lane_of(dispatch: Dispatch) -> str:
    return "media" if dispatch.step == "media" else dispatch.carrier
