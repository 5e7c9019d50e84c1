"""The queue of requests to apps: straight from memory where they were just committed, from the
table after a crash or a take-over.

Those of one subject go one after the other, and the next begins only when the end of the one
before is on disk: after a kill at any instant a request may come again, but none comes too early.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from trunkline.faults import fault
from trunkline.store import StoreUnavailable
from trunkline.webhooks.chaos import CALM, ChaosPlans, Disturbance
from trunkline.webhooks.hosts import Lines, Turn
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.queue_state import Chain, Perform, QueueTable, Reading
from trunkline.webhooks.waiting_worlds import WaitingWorlds
from trunkline.webhooks.works import host_of
from trunkline.worlds import Worlds

__all__ = ["DeliverWebhooks"]

log = structlog.get_logger(__name__)

MOST_WAITING = 5_000  # of one line, in memory; the rest waits in the table
REFILL = MOST_WAITING // 4
MOST_IN_MEMORY = 50_000  # of all lines: above it, lines are filled no further than REFILL
LOOKS_TO_RECOVER = 30  # looks at what is left in the table, until one at all of it
MOST_FAILURES = 3  # of ours with one request, until it is left for the next start
LATE_AFTER = 1.0  # seconds under way, after which a request gives up its place for others
GRACE = 4.0  # seconds for the requests under way when the platform stops
REORDER_WAIT = timedelta(seconds=2)  # of world time, for a successor to overtake


class DeliverWebhooks:
    """Makes requests in turn. `hears` takes those that were just committed."""

    def __init__(
        self, worlds: Worlds, table: QueueTable, perform: Perform, chaos: ChaosPlans
    ) -> None:
        self._worlds = worlds
        self._table = table
        self._perform = perform
        self._chaos = chaos
        self._lines: Lines[Delivery] = Lines()
        self._chains: dict[str, Chain] = {}
        self._known: set[str] = set()
        self._of_line: dict[tuple[str, str], int] = {}  # in memory, by host and account
        self._spilled: set[tuple[str, str]] = set()  # lines with more in the table
        self._left: set[tuple[str, str]] = set()  # such that are not read before the next look
        self._taken = 0  # requests that were read
        self._failures: dict[str, int] = {}
        self._set_aside: set[str] = set()  # ids of those that failed too often
        self._disturbed: dict[str, Disturbance] = {}
        self._times = WaitingWorlds(worlds, self._enter)
        self._reading: dict[tuple[str, str], Reading] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: set[str] = set()  # ids
        self._begun: dict[Turn[Delivery], float] = {}  # under way and not late, the oldest first
        self._sweep: asyncio.TimerHandle | None = None
        self._doubts = 0
        self._settled = 0  # how many of them the table has settled
        self._stopping = False

    def watch_world(self, world_id: str) -> None:
        """Begin to follow a world's clock."""
        self._times.watch(world_id)

    def hears(self, deliveries: Sequence[Delivery]) -> None:
        """Take requests whose rows were just committed."""
        for delivery in deliveries:
            line = _line_of(delivery)
            if line in self._left:
                continue
            if line in self._spilled or self._in_doubt or self._is_full(line):
                self._spilled.add(line)  # behind those that are in the table already
                reading = self._reading.get(line)
                if reading is not None and len(reading.missed) < MOST_WAITING:
                    reading.missed.append(delivery)
            else:
                self._accept(delivery)
        self._pump()

    def hold(self, subject: str) -> None:
        """Make no request about a subject before `release`: the answer that creates it is not
        out yet."""
        self._chain(subject).held += 1

    def release(self, subject: str) -> None:
        """The answer is out, or nobody waits for it any more."""
        chain = self._chains.get(subject)
        if chain is None or not chain.held:
            return
        chain.held -= 1
        self._advance(subject, chain)
        self._pump()

    async def idle(self, world_id: str) -> None:
        """Wait until no request of this world is due or under way."""
        await self._times.idle(world_id)

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """Read more of the lines that are too long for memory; how many requests came."""
        taken = self._taken
        await self.refill()
        for reading in list(self._reading.values()):
            await reading.over.wait()
        return self._taken - taken

    def is_under_way(self, delivery_id: str) -> bool:
        """Whether a request is being made at this moment."""
        return delivery_id in self._under_way

    def is_idle(self, world_id: str) -> bool:
        """Whether no request of this world is due or under way."""
        return self._times.is_idle(world_id)

    async def earliest(self, world_id: str) -> datetime | None:
        """The world time of the next request that waits for its time."""
        return self._times.earliest(world_id)

    async def recover(self) -> None:
        """Read what the table has and memory has not: at the start, and after a take-over."""
        doubts = self._doubts
        self._spilled.update(await self._table.lines())
        self._settled = doubts
        await self.refill()

    def doubt(self) -> None:
        """Something may have been committed that was not heard of: the table tells. Until it was
        read, nothing is taken straight, so that nothing passes what was not heard of."""
        self._doubts += 1

    async def look_for_ever(self, period: float, stop: asyncio.Event) -> None:
        """Every `period` real seconds, take up what memory has not, until `stop`."""
        for look in itertools.count(1):
            if stop.is_set():
                return
            if look % LOOKS_TO_RECOVER == 0:
                self.doubt()  # a commit that was given up for lost may have come through late
            try:
                if self._in_doubt:
                    await self.recover()
                else:
                    await self.refill()
            except StoreUnavailable:
                log.warning("webhook.load_failed")
            except Exception as error:  # whoever reads the table must not end
                log.error("webhook.load_failed", **fault(error))
            try:
                await asyncio.wait_for(stop.wait(), period)
            except TimeoutError:
                continue

    async def refill(self) -> None:
        """Read again of what memory does not hold all of: what was left when the database was
        away, for instance."""
        self._spilled |= self._left
        self._left.clear()
        for line in list(self._spilled):
            if not await self._refill(line):
                return

    async def stop(self, grace: float = GRACE) -> None:
        """Begin nothing new; wait for the requests under way, so long at most. What is cut off
        is made again at the next start."""
        self._stopping = True
        self._times.stop()
        if self._sweep is not None:
            self._sweep.cancel()
        if self._tasks:
            _, cut_off = await asyncio.wait(self._tasks, timeout=grace)
            for task in cut_off:
                task.cancel()
            await asyncio.gather(*cut_off, return_exceptions=True)

    def forget_world(self, world_id: str) -> None:
        """Drop what waits of a world that is emptied; what is under way comes to its end."""
        for reading in self._reading.values():
            reading.void = True
        for subject, chain in list(self._chains.items()):
            if not chain.waiting or chain.waiting[0].world_id != world_id:
                continue
            under_way = chain.begun and chain.waiting[0].attempt > 0
            while len(chain.waiting) > under_way:
                dropped = chain.waiting.pop()
                self._times.drop(dropped)
                self._forget(dropped)
            chain.begun = under_way
            self._tidy(subject, chain)

    @property
    def _in_doubt(self) -> bool:
        return self._doubts != self._settled

    def _is_full(self, line: tuple[str, str]) -> bool:
        most = MOST_WAITING if len(self._known) < MOST_IN_MEMORY else REFILL
        return self._of_line.get(line, 0) >= most

    def _chain(self, subject: str) -> Chain:
        chain = self._chains.get(subject)
        if chain is None:
            chain = self._chains[subject] = Chain()
        return chain

    def _accept(self, delivery: Delivery) -> None:
        if delivery.id in self._known or delivery.id in self._set_aside:
            return
        self._known.add(delivery.id)
        line = _line_of(delivery)
        self._of_line[line] = self._of_line.get(line, 0) + 1
        chain = self._chain(delivery.subject)
        plan = self._chaos.plan(delivery)
        if plan is not CALM:
            self._disturbed[delivery.id] = plan
            delivery.due_at += plan.delay
            if plan.reorder:
                delivery.due_at = max(
                    delivery.due_at, self._worlds.clock(delivery.world_id).now() + REORDER_WAIT
                )
        chain.waiting.append(delivery)
        if len(chain.waiting) > 1:
            self._overtake(chain)
        self._advance(delivery.subject, chain)

    def _overtake(self, chain: Chain) -> None:
        """Let the newest pass the one before it, if that one is to be passed and has not begun."""
        before, newest = chain.waiting[-2], chain.waiting[-1]
        plan = self._disturbed.get(before.id, CALM)
        first = len(chain.waiting) == 2
        if not plan.reorder or (first and chain.begun and not self._times.drop(before)):
            return
        if first:
            chain.begun = False
        before.due_at = newest.due_at
        self._disturbed[before.id] = plan.without_reorder()
        chain.waiting[-2], chain.waiting[-1] = newest, before

    def _advance(self, subject: str, chain: Chain) -> None:
        """Let the first of a chain take its place, once nothing holds it back."""
        if chain.begun or chain.held:
            return
        if not chain.waiting:
            self._chains.pop(subject, None)
            return
        chain.begun = True
        self._times.place(chain.waiting[0])

    def _tidy(self, subject: str, chain: Chain) -> None:
        if not chain.waiting and not chain.held:
            self._chains.pop(subject, None)

    def _enter(self, delivery: Delivery) -> None:
        """The time of a request has come."""
        host, account = _line_of(delivery)
        self._lines.add(host, account, delivery)
        self._pump()

    def _pump(self) -> None:
        if self._stopping:
            return
        for turn in self._lines.turns():
            if not self._is_wanted(turn.item):
                self._lines.end(turn, answered=None)
                continue
            turn.item.attempt += 1
            self._watch(turn)
            task = asyncio.create_task(self._work(turn))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _watch(self, turn: Turn[Delivery]) -> None:
        loop = asyncio.get_running_loop()
        self._under_way.add(turn.item.id)
        self._begun[turn] = loop.time()
        if self._sweep is None:
            self._sweep = loop.call_later(LATE_AFTER, self._find_late)

    def _find_late(self) -> None:
        """Let what takes long give up its place."""
        loop = asyncio.get_running_loop()
        since = loop.time() - LATE_AFTER
        for turn, begun in list(self._begun.items()):
            if begun > since:
                break
            if self._lines.late(turn):
                del self._begun[turn]
        self._sweep = loop.call_later(LATE_AFTER / 2, self._find_late) if self._begun else None
        self._pump()

    def _is_wanted(self, delivery: Delivery) -> bool:
        """Whether its world was not emptied while it waited in a line."""
        chain = self._chains.get(delivery.subject)
        return chain is not None and bool(chain.waiting) and chain.waiting[0] is delivery

    async def _work(self, turn: Turn[Delivery]) -> None:
        delivery = turn.item
        answered: bool | None = None
        ended = False
        try:
            answered = await self._perform(
                delivery, self._disturbed.get(delivery.id, CALM) if self._disturbed else CALM
            )
            ended = True
        except StoreUnavailable:
            # The table still has it, and those after it: they are read again.
            log.warning("webhook.store_unavailable", delivery=delivery.id)
        except Exception as error:
            log.error("webhook.failed", delivery=delivery.id, **fault(error))
            ended = self._set_aside_after(delivery)
        finally:
            self._under_way.discard(delivery.id)
            self._begun.pop(turn, None)
            self._lines.end(turn, answered=answered)
            self._end(delivery, ended=ended)
            self._pump()
        if ended:
            await self._refill(_line_of(delivery))

    def _set_aside_after(self, delivery: Delivery) -> bool:
        """Whether a request has failed so often that those after it wait for it no longer. It
        stays in the table."""
        failures = self._failures.get(delivery.id, 0) + 1
        if failures < MOST_FAILURES:
            self._failures[delivery.id] = failures
            return False
        self._set_aside.add(delivery.id)
        log.error("webhook.set_aside", delivery=delivery.id)
        return True

    def _end(self, delivery: Delivery, *, ended: bool) -> None:
        chain = self._chains[delivery.subject]
        if chain.waiting and chain.waiting[0] is delivery:
            chain.waiting.popleft()
            chain.begun = False
        self._forget(delivery)
        if ended:
            self._failures.pop(delivery.id, None)
        else:
            self._leave(_line_of(delivery))
            while chain.waiting:
                left = chain.waiting.pop()
                self._leave(_line_of(left))
                self._forget(left)
        self._advance(delivery.subject, chain)

    def _leave(self, line: tuple[str, str]) -> None:
        """Something of a line is in the table alone."""
        self._left.add(line)
        if line in self._reading:
            self._reading[line].void = True

    def _forget(self, delivery: Delivery) -> None:
        self._known.discard(delivery.id)
        for reading in self._reading.values():
            reading.left.add(delivery.id)
        self._disturbed.pop(delivery.id, None)
        self._times.remove(delivery)
        line = _line_of(delivery)
        left = self._of_line.get(line, 0) - 1
        if left > 0:
            self._of_line[line] = left
        else:
            self._of_line.pop(line, None)

    async def _refill(self, line: tuple[str, str]) -> bool:
        """Read more of a line from the table, when there is more and little of it in memory.
        False when the table cannot be read."""
        while (
            line in self._spilled
            and line not in self._left  # what is heard of these is not kept for a reading
            and line not in self._reading
            and self._of_line.get(line, 0) <= REFILL
            and not self._stopping
        ):
            reading = self._reading[line] = Reading()
            try:
                found = await self._table.load_line(*line, MOST_WAITING)
            except StoreUnavailable:
                log.warning("webhook.load_failed")
                return False
            except Exception as error:  # the line is read again
                log.error("webhook.load_failed", **fault(error))
                return True
            finally:
                del self._reading[line]
                reading.over.set()
            if reading.void:
                return True
            self._take(line, found, reading)
            self._pump()
            if len(found) >= MOST_WAITING or self._in_doubt:
                return True
        return True

    def _take(self, line: tuple[str, str], found: Sequence[Delivery], reading: Reading) -> None:
        if len(found) + len(reading.missed) < MOST_WAITING and not self._in_doubt:
            self._spilled.discard(line)
            found = [*found, *reading.missed]
        known = len(self._known)
        for delivery in found:
            # What came and went meanwhile was read as it is no more.
            if delivery.id not in reading.left:
                self._accept(delivery)
        self._taken += len(self._known) - known


def _line_of(delivery: Delivery) -> tuple[str, str]:
    return host_of(delivery.url), delivery.account_id
