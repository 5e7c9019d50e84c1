"""A world's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trunkline.worlds import WorldClock

START = datetime(2026, 1, 1, tzinfo=UTC)


class Real:
    """A real clock that a test moves."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


def test_it_follows_real_time_at_its_offset() -> None:
    real = Real()
    clock = WorldClock(real, timedelta(hours=2))
    real.time += timedelta(seconds=5)
    assert clock.now() == START + timedelta(hours=2, seconds=5)
    assert clock.until(START + timedelta(hours=2, seconds=15)) == 10


def test_held_it_stands_still_and_goes_on_from_there() -> None:
    real = Real()
    clock = WorldClock(real)
    clock.hold(START + timedelta(hours=1))
    real.time += timedelta(minutes=5)
    assert clock.now() == START + timedelta(hours=1)
    assert clock.release() == timedelta(minutes=55)
    real.time += timedelta(minutes=1)
    assert clock.now() == START + timedelta(hours=1, minutes=1)


def test_it_does_not_go_back() -> None:
    clock = WorldClock(Real())
    with pytest.raises(ValueError, match="back"):
        clock.hold(START - timedelta(seconds=1))


def test_who_waits_on_it_is_told_of_every_move() -> None:
    clock = WorldClock(Real())
    told: list[datetime] = []
    clock.watch(lambda: told.append(clock.now()))
    clock.hold(START + timedelta(hours=1))
    clock.release()
    clock.restart()
    assert told == [START + timedelta(hours=1), START + timedelta(hours=1), START]
