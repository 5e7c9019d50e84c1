"""Days and times as people and agents write them: ISO 8601 in, as Twilio takes it out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

__all__ = ["DAY_OR_TIME", "TIME", "read_time"]

# The `format` of a field, and the one that allows a time alone.
DAY_OR_TIME = "date-or-date-time"
TIME = "date-time"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    rf"{_DAY.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def read_time(written: str, *, day: bool) -> str | None:
    """`2026-05-01` as it is (if `day`), a time in UTC to the second; None for anything else.

    A time without an offset counts as UTC.
    """
    try:
        if day and _DAY.fullmatch(written):
            return date.fromisoformat(written).isoformat()
        if not _TIME.fullmatch(written):
            return None
        moment = datetime.fromisoformat(written.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None
