"""SIDs: a two-letter prefix and a 128-bit id in 32 hex digits.

An id is 48 bits of real milliseconds and 80 random bits, so ids made later sort later, and a
table partitioned on the id is partitioned by time. It never uses a moved clock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["SidFactory", "id_floor", "id_time", "is_sid"]

POOL = 4096  # random bytes asked of the system at once
HEX = re.compile(r"[0-9a-fA-F]{32}")


class SidFactory:
    """Makes SIDs. `clock` gives real milliseconds since 1970, `entropy(n)` n random bytes."""

    def __init__(
        self, clock: Callable[[], int], entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._pool = b""
        self._used = 0
        self._last_ms = 0
        self._last = 0

    def new_id(self) -> str:
        """A new id: 32 lower-case hex digits, greater than every one this factory made before."""
        now = self._clock()
        if now <= self._last_ms:
            # Within one millisecond (or after the clock went back) ids go on counting up, by
            # steps that cannot be guessed: a media URL is protected by its SID alone.
            self._last += 1 + int.from_bytes(self._random(8))
        else:
            self._last_ms = now
            self._last = (now << 80) | int.from_bytes(self._random(10))
        return f"{self._last:032x}"

    def _random(self, size: int) -> bytes:
        # Asking the system for every id costs a twentieth of what accepting a message costs.
        start, end = self._used, self._used + size
        if end > len(self._pool):
            self._pool, start, end = self._entropy(POOL), 0, size
        self._used = end
        return self._pool[start:end]

    def new(self, prefix: str) -> str:
        """A new SID with the given prefix, e.g. `SM`."""
        return prefix + self.new_id()


def is_sid(text: str, *prefixes: str) -> bool:
    """Whether `text` is a SID of one of the prefixes (of any, when none is given)."""
    if len(text) != 34 or not HEX.fullmatch(text, 2):
        return False
    return not prefixes or text[:2] in prefixes


def id_floor(moment: datetime) -> str:
    """The least id that can be made at or after `moment`, as uuid text for partition bounds."""
    milliseconds = int(moment.timestamp() * 1000)
    digits = f"{milliseconds << 80:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def id_time(text: str) -> datetime:
    """The real time at which the id (or SID) was made."""
    return datetime.fromtimestamp(int(text[-32:-20], 16) / 1000, UTC)
