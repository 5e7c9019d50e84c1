"""Lengths of time as tests write them."""

from __future__ import annotations

from datetime import timedelta

from trunkline.control.durations import format_duration, parse_duration
from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["Duration", "duration", "shown"]

__tracebackhide__ = hidden

Duration = str | float | timedelta
# From this length on, it is rounded up to a multiple of that one.
ROUNDED = (
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(minutes=1), timedelta(seconds=10)),
    (timedelta(), timedelta(seconds=1)),
)


def duration(length: Duration) -> float:
    """In seconds. Raises TrunklineError for what is no length of time, less than nothing, or more
    than ten years."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    try:
        return parse_duration(seconds).total_seconds()
    except (ValueError, OverflowError, TypeError) as error:
        raise TrunklineError(str(error)) from None


def shown(length: timedelta) -> str:
    """A round length that is not shorter: an advance by it reaches what it was measured to."""
    step = next(step for least, step in ROUNDED if length >= least)
    return format_duration(-(-length // step) * step)
