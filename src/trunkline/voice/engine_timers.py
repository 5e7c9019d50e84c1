"""What waits for a frame of one world, in order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

__all__ = ["EngineTimer", "EngineTimers"]

LEAST_TIDIED = 64  # timers, below which nothing is tidied up


class EngineTimer:
    """Something that will happen at a frame, unless it is cancelled."""

    __slots__ = ("_callback", "_timers", "due")

    def __init__(self, due: int, callback: Callable[[], None], timers: EngineTimers) -> None:
        self.due = due
        self._callback: Callable[[], None] | None = callback
        self._timers = timers

    @property
    def waits(self) -> bool:
        """Whether it will happen."""
        return self._callback is not None

    def cancel(self) -> None:
        """Let it not happen."""
        if self._callback is not None:
            self._callback = None
            self._timers.dropped()

    def happen(self) -> None:
        """Call back, once."""
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


class EngineTimers:
    """The timers of one world; of those of one frame, the first that was set comes first."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, EngineTimer]] = []
        self._order = itertools.count()
        self._dropped = 0  # cancelled ones in the heap

    def __len__(self) -> int:
        return len(self._heap) - self._dropped

    def set(self, due: int, callback: Callable[[], None]) -> EngineTimer:
        """Let something happen at a frame."""
        timer = EngineTimer(due, callback, self)
        heapq.heappush(self._heap, (due, next(self._order), timer))
        return timer

    @property
    def earliest(self) -> int | None:
        """The frame of the next one."""
        while self._heap and not self._heap[0][2].waits:
            heapq.heappop(self._heap)
            self._dropped -= 1
        return self._heap[0][0] if self._heap else None

    def take(self, frame: int) -> EngineTimer | None:
        """The next one that is due at a frame; it waits no more."""
        due = self.earliest
        if due is None or due > frame:
            return None
        return heapq.heappop(self._heap)[2]

    def dropped(self) -> None:
        """A timer was cancelled. A time limit of hours stays in the heap only until it is one of
        many: calls are over long before."""
        self._dropped += 1
        if len(self._heap) > LEAST_TIDIED and self._dropped * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].waits]
            heapq.heapify(self._heap)
            self._dropped = 0
