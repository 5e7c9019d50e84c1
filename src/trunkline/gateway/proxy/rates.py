"""How many requests a second a key and a connection have, and how many a tenant at a time."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Final

from trunkline.gateway.errors import RateLimited

__all__ = ["MOST_AT_A_TIME", "Rates", "Room"]

MOST_NAMES: Final = 20_000  # remembered of each kind; the one that waited longest goes first
MOST_AT_A_TIME: Final = 2000  # requests of one tenant that are under way


class Room:
    """Keeps a tenant whose providers hang from taking every connection that there is."""

    def __init__(self, most: int = MOST_AT_A_TIME) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()

    def take(self, tenant_id: str) -> Callable[[], None]:
        """Count one request; what comes back is called at its end. Raises RateLimited."""
        if self._under_way[tenant_id] >= self._most:
            raise RateLimited(
                f"{self._most} requests are under way already. Nothing was sent.", retry_after=1
            )
        self._under_way[tenant_id] += 1

        def leave() -> None:
            self._under_way[tenant_id] -= 1
            if not self._under_way[tenant_id]:
                del self._under_way[tenant_id]

        return leave


class Rates:
    """Token buckets of this process, each kept as the one time at which it is full again (GCRA).

    A bucket holds what comes together in one second, and one request at least.
    """

    def __init__(
        self,
        key_rate: float = 0.0,
        connection_rate: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._key = _Buckets(key_rate)
        self._connection = _Buckets(connection_rate)
        self._now = now

    def take(self, subject: str, connection_id: str) -> None:
        """Count one request, of the caller's and the connection's. Raises RateLimited, with when
        there is room again, and then counts nothing."""
        if not self._key.rate and not self._connection.rate:
            return
        now = self._now()
        wait, whose = self._key.wait(subject, now), "This key"
        if wait <= 0:
            wait, whose = self._connection.wait(connection_id, now), "This connection"
        if wait > 0:
            rate = self._key.rate if whose == "This key" else self._connection.rate
            raise RateLimited(
                f"{whose} has {rate:g} requests a second. Nothing was sent.", retry_after=wait
            )
        self._key.take(subject, now)
        self._connection.take(connection_id, now)


class _Buckets:
    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._cost = 1 / rate if rate else 0.0
        self._burst = max(1.0, self._cost)
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """Seconds until there is room for one."""
        if not self.rate:
            return 0.0
        # A thousandth of a microsecond, because sums of fractions are not exact.
        return max(self._full_at.get(name, now), now) + self._cost - now - self._burst - 1e-9

    def take(self, name: str, now: float) -> None:
        """Use one up."""
        if not self.rate:
            return
        self._full_at[name] = max(self._full_at.get(name, now), now) + self._cost
        self._full_at.move_to_end(name)
        if len(self._full_at) > MOST_NAMES:
            self._full_at.popitem(last=False)
