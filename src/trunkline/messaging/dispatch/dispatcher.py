"""The queue of messages on their way out: straight from memory where they were just committed,
from the dispatch table after a crash or a take-over.

What is due now is handed on in batches; what is due later waits on its world's clock. The
dispatcher knows when a world is idle, which is what `clock advance` waits for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from trunkline.faults import fault
from trunkline.messaging.dispatch.gate import Gate, OpenGate
from trunkline.messaging.dispatch.lanes import Lane, Runner
from trunkline.messaging.dispatch.memory import HORIZON, LineKey, Memory, QueueTable
from trunkline.messaging.dispatch.read_queue import ReadQueue
from trunkline.messaging.model import Dispatch
from trunkline.store import StoreUnavailable
from trunkline.worlds import Later, Worlds

__all__ = ["Dispatcher", "Runner"]

log = structlog.get_logger(__name__)

HELD = 60.0  # seconds until what failed for no known reason is tried again
GRACE = 4.0  # seconds for the batches at hand when the platform stops


class _WorldQueue:
    """What of one world waits for a later time, and how much of it is being worked on."""

    def __init__(self, later: Later[Dispatch]) -> None:
        self.later = later
        self.active = 0
        self.idle = asyncio.Event()
        self.idle.set()

    def begin(self) -> None:
        """One more is being worked on."""
        self.active += 1
        self.idle.clear()

    def end(self, count: int = 1) -> None:
        """So many less are."""
        self.active -= count
        if self.active == 0:
            self.idle.set()


class Dispatcher:
    """Hands dispatches to the runner of their lane at their due time.

    A lane is `media`, `choose`, `virtual`, or the name of a carrier. What has no room in memory is
    left to the `table`, and read when there is some. The `gate` keeps senders to their rates.
    `pause` is how many real seconds pass before what failed for no known reason is tried again.
    """

    def __init__(self, worlds: Worlds, table: QueueTable, gate: Gate | None = None) -> None:
        self._worlds = worlds
        self._table = table
        self._gate = gate or OpenGate()
        self._lanes: dict[str, Lane] = {}
        self._queues: dict[str, _WorldQueue] = {}
        self._memory = Memory(self._now)
        self._reader = ReadQueue(
            table,
            self._memory,
            now=self._now,
            accept=self.accept,
            place=self._take,
            carriers=self._lanes.keys(),
        )
        self.pause = HELD
        self._held: deque[tuple[float, Dispatch]] = deque()  # since when
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
            self._queues[world_id] = _WorldQueue(Later(clock, self._come_due))

    def accept(self, dispatch: Dispatch) -> None:
        """Take a dispatch whose row is committed, or leave it to the table if there is no room."""
        if dispatch.sid not in self._memory.known and self._memory.takes(dispatch):
            self._take(dispatch)

    def knows(self, sid: str) -> bool:
        """Whether this message is in memory: waiting, or in somebody's hands."""
        return sid in self._memory.known

    @property
    def stopping(self) -> bool:
        """Whether what has not begun is to be left for the next start."""
        return self._stopping

    def postpone(self, dispatch: Dispatch) -> None:
        """Put back a dispatch that a runner holds, for its new `due_at` and `step`, which are
        committed. What is far off is left to the table."""
        if dispatch.due_at > self._now(dispatch.world_id) + HORIZON:
            self._memory.world(dispatch.world_id).leave_to_table(dispatch.due_at)
            self.finish(dispatch)
        else:
            self.go_on(dispatch)

    def go_on(self, dispatch: Dispatch) -> None:
        """Place a dispatch that a runner holds once more, as it is now. A `step` that it has in
        memory only is written with what comes of it."""
        self._settle(dispatch)
        self._place(dispatch)

    def admit(self, dispatch: Dispatch) -> None:
        """Take back what the gate kept: its turn has come."""
        if dispatch.sid in self._memory.known:
            self._enter(dispatch)

    def leave(self, dispatch: Dispatch) -> None:
        """Forget what the gate kept, and left to another node, if that lives: the table knows."""
        self._memory.world(dispatch.world_id).leave_to_table(dispatch.due_at)
        line = self._memory.known.get(dispatch.sid)
        if line is not None:
            line.due -= 1
            self._memory.forget(dispatch.sid)
            self._reader.refill(line)

    def finish(self, dispatch: Dispatch) -> None:
        """A runner is done with a dispatch: its row is gone, or left to another node."""
        self._settle(dispatch)
        self._memory.forget(dispatch.sid)

    def release(self, dispatch: Dispatch) -> None:
        """Forget a dispatch whose row says what is to be done with it: it is read again."""
        self._memory.world(dispatch.world_id).leave_to_table()
        self.finish(dispatch)

    def hold(self, dispatch: Dispatch) -> None:
        """Keep a dispatch that failed for no known reason from being read again for a while."""
        self._held.append((asyncio.get_running_loop().time(), dispatch))
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
        memory, now = self._memory.world(world_id), self._now(world_id)
        known = _first(
            self._queues[world_id].later.earliest,
            self._gate.earliest(world_id),
            *(line.left_from for line in memory.left if line.left_from and line.left_from > now),
        )
        if known is not None and memory.covers(known):
            return known
        return _first(known, await self._table.next_due(world_id, now))

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """Read what is due until then (a horizon, by default) and is not in memory yet, as far as
        there is room; how much that was."""
        self._release_held()
        memory = self._memory.world(world_id)
        before = memory.taken
        if until is None or not memory.covers(until):
            await self._reader.look(world_id, until or self._now(world_id) + HORIZON)
        await self._reader.fill(world_id)
        return memory.taken - before

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
        """Read what is due within the horizon of each world: first which lines these are, since
        of a thousand worlds of tests most are idle."""
        self._release_held()
        ends = {world_id: self._now(world_id) + HORIZON for world_id in self._queues}
        if not ends:
            return
        due: dict[str, list[LineKey]] = {}
        for key, since in (await self._table.lines(max(ends.values()))).items():
            if key[0] in ends and since <= ends[key[0]]:
                due.setdefault(key[0], []).append(key)
        for world_id, lines in due.items():
            await self._reader.look(world_id, ends[world_id], lines)

    async def stop(self, grace: float = GRACE) -> None:
        """Begin nothing new; wait for the batches that are being worked on, so long at most.

        What is cut off after that is in the table as it stands: a claim without an answer is
        shown as in doubt at the next start.
        """
        self._stopping = True
        for queue in self._queues.values():
            queue.later.stop()
        await self._reader.stop()
        if not self._tasks:
            return
        _, cut_off = await asyncio.wait(self._tasks, timeout=grace)
        for task in cut_off:
            task.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)

    def _now(self, world_id: str) -> datetime:
        return self._worlds.clock(world_id).now()

    def _take(self, dispatch: Dispatch) -> None:
        if dispatch.sid not in self._memory.known:
            self._memory.remember(dispatch)
            self._place(dispatch)

    def _place(self, dispatch: Dispatch) -> None:
        line = self._memory.known[dispatch.sid]
        if dispatch.due_at > self._now(dispatch.world_id):
            line.waiting += 1
            self._queues[dispatch.world_id].later.add(dispatch.due_at, dispatch)
        else:
            line.due += 1
            self._make_ready(dispatch)

    def _come_due(self, dispatch: Dispatch) -> None:
        line = self._memory.known[dispatch.sid]
        line.waiting -= 1
        line.due += 1
        self._make_ready(dispatch)

    def _make_ready(self, dispatch: Dispatch) -> None:
        if dispatch.step != "submit" or not self._gate.keeps(dispatch):
            self._enter(dispatch)

    def _enter(self, dispatch: Dispatch) -> None:
        name = _lane_of(dispatch)
        lane = self._lanes.get(name)
        if lane is None:
            # A carrier that is configured no more: left in the table, for when it is back.
            log.error("dispatch.no_carrier", carrier=name, sid=dispatch.sid)
            self._memory.known[dispatch.sid].due -= 1
            return
        dispatch.ready_at = self._now(dispatch.world_id)
        self._queues[dispatch.world_id].begin()
        lane.ready.append(dispatch)
        self._pump(lane)

    def _settle(self, dispatch: Dispatch) -> None:
        held = self._in_hand.pop(dispatch.sid, None)
        if held is None:
            return
        lane, _ = held
        lane.settle()
        self._queues[dispatch.world_id].end()
        line = self._memory.known[dispatch.sid]
        line.due -= 1
        self._reader.refill(line)
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
            _, dispatch = self._held.popleft()
            self._memory.world(dispatch.world_id).leave_to_table()
            self._memory.forget(dispatch.sid)

    @contextmanager
    def emptying(self, world_id: str) -> Iterator[None]:
        """Drop what waits of a world that is reset, and read nothing of it meanwhile."""
        world = self._memory.world(world_id)
        world.emptying += 1
        try:
            self._drop(world_id)
            yield
            self._drop(world_id)
        finally:
            world.emptying -= 1

    def _drop(self, world_id: str) -> None:
        queue, world = self._queues[world_id], self._memory.world(world_id)
        world.forgotten += 1
        world.leave_to_table()
        for dispatch in queue.later.clear():
            self._memory.known[dispatch.sid].waiting -= 1
            self._memory.forget(dispatch.sid)
        ready = [d for lane in self._lanes.values() for d in lane.ready.remove_world(world_id)]
        for dispatch in (*self._gate.clear(world_id), *ready):
            self._memory.known[dispatch.sid].due -= 1
            self._memory.forget(dispatch.sid)
        for line in list(world.left):
            self._memory.leave(line, None)
        queue.end(len(ready))


def _lane_of(dispatch: Dispatch) -> str:
    return dispatch.step if dispatch.step in ("media", "choose") else dispatch.carrier


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
