"""How much waits for each sender, and whether there is room for more (behaviour 5.3)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import structlog

from trunkline.faults import fault
from trunkline.messaging.rates import queries
from trunkline.messaging.rates.sender_rate import Numbers, rate_of, sender_type, units_of
from trunkline.store import Database, StoreUnavailable
from trunkline.worlds import Limits, WorldLimits

__all__ = ["QueueRoom"]

log = structlog.get_logger(__name__)

RECOUNT = 10.0  # real seconds between counts of a world
SPARING = 50.0  # and so many times as long as the last one took: a million rows are much to count

Unstored = Callable[[str], Iterable[tuple[str, int]]]


class QueueRoom:
    """Counts segments, in memory, by what is accepted and what leaves the queue of its sender.

    Counted again from the table: at the start, when a queue is full, and now and then while
    anything waits, since other nodes accept messages as well. What never got as far as its
    sender's queue (its media could not be had, its create failed) is found out in that way, too.
    `unstored` tells what waits in memory for a sender that is not in its row yet.
    """

    def __init__(self, database: Database, limits: WorldLimits, numbers: Numbers) -> None:
        self._database = database
        self._limits = limits
        self._numbers = numbers
        self.unstored: Unstored = lambda _: ()
        self._waiting: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._since: dict[str, Counter[str]] = {}  # what changed while the table is read
        self._count_again: dict[str, float] = {}  # from when on (loop time) that may be
        self._tasks: set[asyncio.Task[None]] = set()
        limits.on_change.append(self._on_change)

    async def load(self) -> None:
        """Count what waits in every world that has limits."""
        for world_id in self._limits.limited():
            await self.count(world_id)

    def room_for(
        self, world_id: str, sender: str, num_segments: int, *, num_media: int = 0
    ) -> bool:
        """Whether a message may wait for this sender. Where it may, it counts from now on.

        Without limits there always is room. A queue in which nothing waits takes any message.
        """
        limits = self._limits.of(world_id)
        if limits is None or not sender:
            return True
        units = units_of(num_segments, num_media)
        waiting = self.waiting(world_id, sender)
        if waiting and waiting + units > self._most(limits, world_id, sender):
            if self._may_count(world_id):
                self._start(world_id)
            return False
        self._change(world_id, sender, units)
        return True

    def leave(self, world_id: str, sender: str, units: int) -> None:
        """So many segments wait for the sender no more."""
        self._change(world_id, sender, -units)

    def waiting(self, world_id: str, sender: str) -> int:
        """How many segments wait for a sender, as far as this node knows."""
        counts = self._waiting.get(world_id)
        return 0 if counts is None else counts[sender]

    async def count(self, world_id: str) -> None:
        """Count again what waits in a world. Raises StoreUnavailable."""
        if world_id in self._since:
            return  # it is being counted
        since = self._since[world_id] = Counter[str]()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            rows = await self._database.fetch(queries.COUNT_WAITING, world_id)
            if self._since.get(world_id) is not since:
                return  # the world was emptied meanwhile, or limits nothing any more
            counted = Counter({row["sender"]: row["units"] for row in rows})
            for sender, units in self.unstored(world_id):
                counted[sender] += units
            # What left meanwhile may have been counted, or not: never less than nothing.
            counted.update(since)
            self._waiting[world_id] = +counted
        finally:
            if self._since.get(world_id) is since:
                del self._since[world_id]
            now = loop.time()
            self._count_again[world_id] = now + max(RECOUNT, SPARING * (now - begun))

    async def count_where_needed(self) -> None:
        """Count again the worlds in which something waits, now and then. Raises
        StoreUnavailable."""
        for world_id in self._limits.limited():
            if self._waiting.get(world_id) and self._may_count(world_id):
                await self.count(world_id)

    def forget_world(self, world_id: str) -> None:
        """Nothing waits in a world that was emptied."""
        self._waiting.pop(world_id, None)
        self._since.pop(world_id, None)
        self._count_again.pop(world_id, None)

    def _most(self, limits: Limits, world_id: str, sender: str) -> float:
        kind = sender_type(self._numbers, world_id, sender)
        return rate_of(limits, kind) * limits.queue_seconds

    def _change(self, world_id: str, sender: str, units: int) -> None:
        counts = self._waiting[world_id]
        if world_id in self._since:
            self._since[world_id][sender] += units
        left = counts[sender] + units
        if left > 0:
            counts[sender] = left
        else:
            del counts[sender]

    def _may_count(self, world_id: str) -> bool:
        if world_id in self._since:
            return False
        return asyncio.get_running_loop().time() >= self._count_again.get(world_id, 0.0)

    def _on_change(self, world_id: str, before: Limits | None, after: Limits | None) -> None:
        if after is None:
            self.forget_world(world_id)
        elif before is None:
            self._start(world_id)

    def _start(self, world_id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._try(world_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, world_id: str) -> None:
        try:
            await self.count(world_id)
        except StoreUnavailable:
            log.warning("rates.not_counted", world=world_id)
        except Exception as error:
            log.error("rates.not_counted", world=world_id, **fault(error))
