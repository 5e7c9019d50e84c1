"""How fast rows may be sent."""

from __future__ import annotations

import re
from collections.abc import Callable

from trunkline.cli.failure import Failure

__all__ = ["Pace", "parse_rate"]

RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(?:/\s*(s|m|h))?")
SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600}


class Pace:
    """At most so many rows a second, evenly; None: as fast as can be."""

    def __init__(self, per_second: float | None, now: Callable[[], float]) -> None:
        self._between = 1 / per_second if per_second else 0.0
        self._now = now
        self._next = 0.0

    def wait(self) -> float:
        """Take the next turn; seconds until it comes."""
        if not self._between:
            return 0.0
        now = self._now()
        turn = max(self._next, now)
        self._next = turn + self._between
        return turn - now


def parse_rate(text: str) -> float:
    """Rows a second of `50`, `50/s`, `600/m` or `1000/h`. Raises Failure."""
    found = RATE.fullmatch(text.strip())
    rate = float(found[1]) / SECONDS[found[2]] if found else 0.0
    if rate <= 0:
        raise Failure(f"'{text}' is no rate: write 50/s, 600/m or 1000/h.")
    return rate
