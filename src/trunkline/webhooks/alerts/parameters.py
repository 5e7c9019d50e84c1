"""The queries of the lists of alerts."""

from __future__ import annotations

from datetime import datetime

from trunkline.rest.parameters import Choice, DateRange, Integer, declared, parameter

__all__ = ["ListAlertParameters", "ListNotificationParameters"]

Span = tuple[datetime, datetime]


@declared
class ListAlertParameters:
    """Filters; alerts of more than 30 days ago are not listed."""

    log_level: str | None = parameter(
        "LogLevel",
        Choice(("error", "warning", "notice", "debug"), fold=True),
        "Only alerts of this level.",
    )
    start_date: Span | None = parameter(
        "StartDate", DateRange(), "Since this day or time; at most 30 days ago."
    )
    end_date: Span | None = parameter("EndDate", DateRange(), "Until this day or time, included.")


@declared
class ListNotificationParameters:
    """Filters of the 2010 form of the same list."""

    log: int | None = parameter("Log", Integer(0, 1), "`0` for errors, `1` for warnings.")
    message_date: Span | None = parameter("MessageDate", DateRange(), "Of this day.")
    message_date_before: Span | None = parameter(
        "MessageDate<", DateRange(), "Of this day or earlier."
    )
    message_date_after: Span | None = parameter(
        "MessageDate>", DateRange(), "Of this day or later."
    )
