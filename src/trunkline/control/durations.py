"""Lengths of time as people write them: `2s`, `500ms`, `1h`, `1d2h`, `1.5m`, or plain seconds."""

from __future__ import annotations

import re
from datetime import timedelta

__all__ = ["LONGEST", "format_duration", "parse_duration"]

LONGEST = timedelta(days=3660)
# In microseconds, greatest first: the order in which the parts are written.
UNITS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
}
NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,9})?)"
PARTS = re.compile("".join(rf"(?:{NUMBER}{unit})?" for unit in UNITS))
SECONDS = re.compile(NUMBER)


def parse_duration(value: str | float) -> timedelta:
    """The length of time that `value` says, to the microsecond; numbers are seconds.

    Parts go from the greatest unit to the least (w, d, h, m, s, ms), each once at most.
    Raises ValueError, with a sentence, for anything else, for less than nothing, and for more
    than ten years.
    """
    microseconds = _microseconds(value)
    if microseconds is None:
        raise ValueError(f"{_shown(value)} is no length of time: write 2s, 500ms, 1h or 1d2h.")
    if not 0 <= microseconds <= LONGEST // timedelta(microseconds=1):
        raise ValueError(f"{_shown(value)} is not between 0 and {LONGEST.days} days.")
    return timedelta(microseconds=round(microseconds))


def format_duration(length: timedelta) -> str:
    """As `parse_duration` reads it, in the fewest parts: `0s`, `1h30m`, `1s500ms`."""
    rest = length // timedelta(microseconds=1)
    parts = []
    for unit, worth in UNITS.items():
        whole, rest = divmod(rest, worth)
        if unit == "ms" and rest:
            parts.append(f"{whole}.{rest:03d}ms")
        elif whole:
            parts.append(f"{whole}{unit}")
    return "".join(parts) or "0s"


def _microseconds(value: str | float) -> float | None:
    if not isinstance(value, str):
        return value * UNITS["s"]
    text = value.strip()
    if SECONDS.fullmatch(text):
        return float(text) * UNITS["s"]
    found = PARTS.fullmatch(text)
    if found is None or not text:
        return None
    return sum(
        float(number) * worth
        for number, worth in zip(found.groups(), UNITS.values(), strict=True)
        if number is not None
    )


def _shown(value: str | float) -> str:
    return f"'{value[:40]}'" if isinstance(value, str) else f"{value:g}"
