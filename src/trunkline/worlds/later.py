"""What waits for a time of a world: kept in order, and called when the time has come."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from trunkline.worlds.clock import WorldClock

__all__ = ["Later"]

Item = TypeVar("Item")

LONGEST_WAIT = 30.0  # real seconds until the clock is looked at again


class Later(Generic[Item]):
    """Calls `due` with each item at its time (of those of one time, with the first added first),
    whether the clock gets there by itself or is moved."""

    def __init__(self, clock: WorldClock, due: Callable[[Item], None]) -> None:
        self._clock = clock
        self._due = due
        self._heap: list[tuple[datetime, int, Item]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        clock.watch(self._look)

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def earliest(self) -> datetime | None:
        """The world time of the next item."""
        return self._heap[0][0] if self._heap else None

    def add(self, moment: datetime, item: Item) -> None:
        """Let an item wait for a world time that is still to come."""
        heapq.heappush(self._heap, (moment, next(self._order), item))
        if self._heap[0][2] is item:
            self._set_timer()

    def remove(self, item: Item) -> None:
        """Let an item wait no more."""
        self._heap = [entry for entry in self._heap if entry[2] is not item]
        heapq.heapify(self._heap)

    def clear(self) -> list[Item]:
        """Let nothing wait any more; what did."""
        items = [entry[2] for entry in self._heap]
        self._heap.clear()
        return items

    def stop(self) -> None:
        """Let nothing come due by itself any more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            self._due(heapq.heappop(self._heap)[2])
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._heap and not self._stopped:
            wait = min(max(self._clock.until(self._heap[0][0]), 0.0), LONGEST_WAIT)
            self._timer = asyncio.get_running_loop().call_later(wait, self._look)
