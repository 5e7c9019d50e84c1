"""Days and times as they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.actions.read_time import read_time


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-05-01T09:30:00Z", "2026-05-01T09:30:00Z"),
        ("2026-05-01t09:30:00z", "2026-05-01T09:30:00Z"),
        ("2026-05-01 09:30", "2026-05-01T09:30:00Z"),
        ("2026-05-01T09:30:00.123456+05:30", "2026-05-01T04:00:00Z"),
        ("2026-05-01T00:30:00+01:00", "2026-04-30T23:30:00Z"),
        ("2026-02-30", None),
        ("2026-05-01T25:00:00Z", None),
        ("20260501", None),
        ("2026-W18-5", None),
        ("yesterday", None),
        ("2026-05-01\n", None),
        ("２０２６-05-01", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("", None),
    ],
)
def test_reading(written: str, read: str | None) -> None:
    assert read_time(written, day=True) == read


def test_a_day_where_only_times_are_taken() -> None:
    assert read_time("2026-05-01", day=False) is None
    assert read_time("2026-05-01T00:00:00Z", day=False) == "2026-05-01T00:00:00Z"


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day(day: date) -> None:
    assert read_time(day.isoformat(), day=True) == day.isoformat()


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_time_to_the_second(moment: datetime) -> None:
    read = read_time(moment.isoformat(), day=False)
    assert read is not None
    assert datetime.fromisoformat(read) == moment.replace(microsecond=0)


@given(st.text())
def test_any_text_is_read_or_not(text: str) -> None:
    read = read_time(text, day=True)
    assert read is None or read[4] == "-"
