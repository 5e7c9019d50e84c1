"""The 20 ms of real time: begins every frame when it is due, makes up for what is late, counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from trunkline.voice.media.wire import FRAME_MS

__all__ = ["Ticker"]

PERIOD: Final = FRAME_MS / 1000
LATE: Final = 0.010  # what is begun so much later is counted
EARLY: Final = 0.0015  # timers of an event loop are whole milliseconds
MOST_AT_ONCE: Final = 5  # frames that are made up for, before the event loop has a turn
MOST_BEHIND: Final = 1.0  # seconds; beyond, the frames between are given up
REPORTED: Final = 50  # ticks whose times are kept


class Ticker:
    """Calls `tick` 50 times a second while it returns true. `now` gives seconds; `call_later` is
    that of an event loop."""

    def __init__(
        self,
        tick: Callable[[], bool],
        now: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], asyncio.Handle],
    ) -> None:
        self._tick = tick
        self._now = now
        self._call_later = call_later
        self._due = 0.0
        self._timer: asyncio.Handle | None = None
        self.ticks = 0
        self.late = 0
        self._took: list[float] = []

    def start(self) -> None:
        """Begin, if it is not running."""
        if self._timer is None:
            self._due = self._now() + PERIOD
            self._wait()

    def stop(self) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def times(self) -> tuple[float, float]:
        """Seconds that ticks took since this was last asked: middle and 99th percentile."""
        took, self._took = sorted(self._took), []
        if not took:
            return 0.0, 0.0
        return took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)]

    def _wait(self) -> None:
        delay = max(0.0, self._due - self._now())
        self._timer = self._call_later(delay, self._run)

    def _run(self) -> None:
        began = self._now()
        if began - self._due > MOST_BEHIND:
            lost = int((began - self._due) / PERIOD)
            self._due += lost * PERIOD
            self.ticks += lost
            self.late += lost
        goes_on = True
        for _ in range(MOST_AT_ONCE):
            if not goes_on or began < self._due - EARLY:
                break
            self.ticks += 1
            self.late += began - self._due > LATE
            goes_on = self._tick()
            self._due += PERIOD
            ended = self._now()
            self._took.append(ended - began)
            began = ended
        if goes_on:
            self._wait()
        else:
            self._timer = None
