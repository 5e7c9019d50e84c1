"""Time, injected. Real time for leases, timeouts and ids; world time for what users simulate."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "RealClock"]


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """The current time, in UTC."""


class RealClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current real time, in UTC."""
        return datetime.now(UTC)

    def milliseconds(self) -> int:
        """Real milliseconds since 1970, for ids."""
        return time.time_ns() // 1_000_000
