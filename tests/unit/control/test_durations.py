from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.control.durations import LONGEST, format_duration, parse_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2s", 2),
        ("500ms", 0.5),
        ("1h", 3600),
        ("1d2h", 93_600),
        ("1w", 604_800),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("1m500ms", 60.5),
        (" 90s ", 90),
        ("90", 90),
        ("0.25", 0.25),
        ("0s", 0),
        (3600, 3600),
        (0.001, 0.001),
        (0, 0),
    ],
)
def test_lengths_are_read_as_people_write_them(written: str | float, seconds: float) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written",
    ["", " ", "h", "1x", "1h1h", "1m1h", "-1s", "+1s", "1 h", "1H", "1e3s", "٣s", "1s\0", "inf"],
)
def test_anything_else_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        parse_duration(written)


@pytest.mark.parametrize("written", ["3661d", "9" * 12 + "w", 1e300, -1, float("inf")])
def test_too_long_and_less_than_nothing_are_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 3660 days"):
        parse_duration(written)


@given(st.timedeltas(min_value=timedelta(), max_value=LONGEST))
def test_what_is_shown_reads_back_as_the_same(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@given(st.text(max_size=60))
def test_no_text_does_worse_than_a_refusal(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert timedelta() <= parse_duration(text) <= LONGEST


def test_round_lengths_are_shown_short() -> None:
    assert format_duration(timedelta(hours=1, minutes=30)) == "1h30m"
    assert format_duration(timedelta(milliseconds=1500)) == "1s500ms"
    assert format_duration(timedelta()) == "0s"
