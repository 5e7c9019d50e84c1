"""A token bucket, kept as the one time from which there is credit again (GCRA, ITU-T I.371 A.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

__all__ = ["BURST", "Bucket", "cost_of"]

# How much credit time can save up: it covers timers that fire late, so that a sender of a hundred
# segments a second keeps its rate.
BURST = timedelta(milliseconds=100)


def cost_of(units: int, rate: float) -> timedelta:
    """How long so many units use up a rate (units a second); rounded up to the microsecond."""
    return timedelta(microseconds=ceil(units * 1e6 / rate))


@dataclass(slots=True)
class Bucket:
    """In any window of T seconds what is taken costs at most T + `BURST`, plus the last taken."""

    next_free: datetime

    def ready(self, now: datetime) -> bool:
        """Whether there is credit."""
        return self.next_free <= now

    def take(self, now: datetime, cost: timedelta) -> datetime:
        """Use credit up, which there is; the time from which there is some again."""
        self.next_free = max(self.next_free, now - BURST) + cost
        return self.next_free

    def cap(self, now: datetime, most: timedelta) -> None:
        """Wait for no longer than `most`, which the costliest take uses up: what is more comes of
        another rate, or another clock."""
        self.next_free = min(self.next_free, now + most)

    def rescale(self, now: datetime, factor: float) -> None:
        """What is still to be waited for becomes `factor` times as long: the rate was changed."""
        if self.next_free > now:
            self.next_free = now + (self.next_free - now) * factor
