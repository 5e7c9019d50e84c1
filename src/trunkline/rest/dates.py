"""Dates as Twilio writes them (behaviour reference, 0.2): RFC 2822 in the 2010 API, ISO 8601 in
the v1 and v2 products. Both in UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["iso8601", "rfc2822"]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc2822(moment: datetime | None) -> str | None:
    """`Thu, 24 Aug 2023 05:01:45 +0000`; None for None. A naive moment counts as UTC."""
    if moment is None:
        return None
    if moment.tzinfo is not UTC and moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return (
        f"{DAYS[moment.weekday()]}, {moment.day:02} {MONTHS[moment.month]} {moment.year:04} "
        f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} +0000"
    )


def iso8601(moment: datetime | None) -> str | None:
    """`2015-07-30T20:12:31Z`; None for None. A naive moment counts as UTC."""
    if moment is None:
        return None
    if moment.tzinfo is not UTC and moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return (
        f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
        f"T{moment.hour:02}:{moment.minute:02}:{moment.second:02}Z"
    )
