"""Stop two programs that answer each other for ever (behaviour 3.1).

More than thirty replies between the same two numbers, each less than thirty seconds after the one
before: those beyond are made, and fail with 30039.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

__all__ = ["FILTERED", "MOST_REPLIES", "PAUSE", "LoopBreaker"]

FILTERED = 30039  # what becomes of the reply
MOST_REPLIES = 30
PAUSE = timedelta(seconds=30)  # of world time: who waits so long begins again
MOST_PAIRS = 50_000  # of one world that are remembered

Pair = tuple[str, str]


class _Run:
    """Replies that follow one another."""

    __slots__ = ("count", "last")

    def __init__(self) -> None:
        self.count = 0
        self.last: datetime | None = None


class LoopBreaker:
    """Counts replies. A pair is two numbers, whichever of them replies: in a loop both do.

    In memory only: a restart forgives, and a loop that goes on is found again.
    """

    def __init__(self, *, most_pairs: int = MOST_PAIRS) -> None:
        self._most_pairs = most_pairs
        self._worlds: dict[str, OrderedDict[Pair, _Run]] = {}  # who replied last comes last

    def refuses(self, world_id: str, sender: str, recipient: str, now: datetime) -> bool:
        """Count a reply that is being made at `now` (world time), and judge it."""
        runs = self._worlds.setdefault(world_id, OrderedDict())
        pair = (sender, recipient) if sender < recipient else (recipient, sender)
        run = runs.pop(pair, None) or _Run()
        if run.last is None or now - run.last >= PAUSE:
            run.count = 0
        run.count += 1
        run.last = now
        runs[pair] = run
        self._forget_old(runs, now)
        return run.count > MOST_REPLIES

    def forget_world(self, world_id: str) -> None:
        """Forget what was counted in a world that was reset."""
        self._worlds.pop(world_id, None)

    def _forget_old(self, runs: OrderedDict[Pair, _Run], now: datetime) -> None:
        """Drop those that have paused, and the oldest of too many."""
        while True:
            oldest = next(iter(runs.values()))
            paused = oldest.last is not None and now - oldest.last >= PAUSE
            if not paused and len(runs) <= self._most_pairs:
                return
            runs.popitem(last=False)
