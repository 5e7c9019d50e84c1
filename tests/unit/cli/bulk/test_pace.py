from __future__ import annotations

import pytest

from trunkline.cli.bulk.pace import Pace, parse_rate
from trunkline.cli.failure import Failure


def test_turns_come_evenly_and_are_not_saved_up() -> None:
    now = 100.0
    pace = Pace(10, lambda: now)
    assert [pytest.approx(pace.wait()) for _ in range(3)] == [0.0, 0.1, 0.2]
    now = 200.0
    assert [pytest.approx(pace.wait()) for _ in range(2)] == [0.0, 0.1]


def test_without_a_rate_nobody_waits() -> None:
    pace = Pace(None, lambda: 0.0)
    assert [pace.wait() for _ in range(3)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "rate"), [("50", 50), ("50/s", 50), (" 600 / m", 10), ("1800/h", 0.5), ("0.5/s", 0.5)]
)
def test_rates(text: str, rate: float) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "-1", "fast", "1/d", "1e3", "50/s/s"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(Failure, match="is no rate: write 50/s"):
        parse_rate(text)
