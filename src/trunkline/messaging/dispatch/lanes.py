"""A lane of the dispatcher: what waits for one runner, and how much of it is being worked on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from trunkline.messaging.dispatch.fair_queue import FairQueue
from trunkline.messaging.model import Dispatch

__all__ = ["BATCH", "Lane", "Runner"]

BATCH = 128

# A runner is given a batch, and settles each dispatch of it by `finish`, `release`, `postpone` or
# `hold` of the dispatcher as soon as it is done with it; or it raises before it has done
# anything: StoreUnavailable for the table to be read again.
Runner = Callable[[list[Dispatch]], Awaitable[None]]


class Lane:
    """Gives out batches, `at_once` of them at the same time, with `most` dispatches in all."""

    def __init__(self, run: Runner, at_once: int, most: int | None) -> None:
        self.run = run
        self.ready = FairQueue()
        self._free = at_once
        self._most = most
        # Queries for one message would cost more than its submission: wait for some room.
        self._refill = 1 if most is None else max(1, most // 4)
        self._in_hand = 0
        self._beginning = False

    def begin(self) -> bool:
        """Whether one more batch may be begun: then `take` it, and `end` when it is over."""
        if self._beginning or not self._free or not self._count():
            return False
        self._beginning = True
        self._free -= 1
        return True

    def take(self) -> list[Dispatch]:
        """The batch that was begun: all that is ready by now, as far as there is room."""
        self._beginning = False
        batch = self.ready.take(self._count())
        self._in_hand += len(batch)
        return batch

    def settle(self) -> None:
        """One dispatch that was taken is out of its runner's hands."""
        self._in_hand -= 1

    def end(self) -> None:
        """A batch is over."""
        self._free += 1

    def _count(self) -> int:
        wanted = min(BATCH, len(self.ready))
        if self._most is None:
            return wanted
        room = self._most - self._in_hand
        return min(wanted, room) if room >= min(wanted, self._refill) else 0
