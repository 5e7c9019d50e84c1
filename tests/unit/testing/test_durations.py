from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trunkline.testing import TrunklineError
from trunkline.testing.durations import duration, shown


@pytest.mark.parametrize(
    ("length", "seconds"), [("1h", 3600), ("90", 90), (1.5, 1.5), (timedelta(days=1), 86400)]
)
def test_a_length_is_in_seconds(length: Any, seconds: float) -> None:
    assert duration(length) == seconds


@pytest.mark.parametrize("length", ["soon", -1, timedelta(days=-1), "100000d", float("nan")])
def test_what_is_none_is_refused(length: Any) -> None:
    with pytest.raises(TrunklineError):
        duration(length)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(milliseconds=1), "1s"),
        (timedelta(seconds=4.2), "5s"),
        (timedelta(seconds=61), "1m10s"),
        (timedelta(minutes=119, seconds=59.9), "2h"),
        (timedelta(days=1), "1d"),
    ],
)
def test_it_is_shown_round_and_not_shorter(length: timedelta, text: str) -> None:
    assert shown(length) == text
    assert duration(text) >= length.total_seconds()
