"""The ticks of real time, on a clock of the test's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from trunkline.voice.media.ticker import Ticker


class Time:
    """Seconds, and one timer."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timer: tuple[float, Callable[[], None]] | None = None
        self.busy = 0.0  # seconds that the next tick takes
        self.ticks: list[float] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.Handle:
        self.timer = self.now + delay, callback
        return asyncio.Handle(callback, (), asyncio.get_event_loop())

    def tick(self) -> bool:
        self.ticks.append(round(self.now - 100, 3))
        self.now += self.busy
        self.busy = 0.0
        return True

    def until(self, seconds: float) -> None:
        while self.timer is not None and self.timer[0] <= 100 + seconds + 1e-9:
            moment, callback = self.timer
            self.timer = None
            self.now = max(self.now, moment)
            callback()


@pytest.fixture
async def time() -> Time:
    return Time()


@pytest.fixture
async def ticker(time: Time) -> Ticker:
    return Ticker(time.tick, lambda: time.now, time.call_later)


async def test_fifty_a_second(time: Time, ticker: Ticker) -> None:
    ticker.start()
    time.until(60)
    assert (ticker.ticks, ticker.late) == (3000, 0)
    assert time.ticks[:3] == [0.02, 0.04, 0.06]
    assert time.ticks[-1] == 60.0


async def test_what_is_late_is_made_up_for_and_counted(time: Time, ticker: Ticker) -> None:
    ticker.start()
    time.busy = 0.075
    time.until(0.2)
    # Due at 40, 60 and 80 ms, begun at 95: two of them are over 10 ms late, and so is the third.
    assert time.ticks == [0.02, 0.095, 0.095, 0.095, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2]
    assert (ticker.ticks, ticker.late) == (10, 3)


async def test_others_have_a_turn_while_much_is_made_up_for(time: Time, ticker: Ticker) -> None:
    ticker.start()
    time.busy = 0.5
    time.until(0.02)
    assert len(time.ticks) == 5
    assert time.timer is not None
    assert time.timer[0] == time.now


async def test_what_is_very_late_is_given_up(time: Time, ticker: Ticker) -> None:
    ticker.start()
    time.until(0.02)
    time.now += 3600
    time.until(3600.1)
    assert len(time.ticks) < 10
    assert ticker.ticks == 180_005
    assert ticker.late >= 179_999


async def test_ends_when_there_is_nothing_to_do(time: Time) -> None:
    ticker = Ticker(lambda: time.tick() and len(time.ticks) < 3, lambda: time.now, time.call_later)
    ticker.start()
    time.until(10)
    assert len(time.ticks) == 3
    time.now = 110.0
    ticker.start()
    time.until(10.02)
    assert time.ticks[-1] == 10.02
    assert ticker.late == 0


async def test_tells_how_long_ticks_took(time: Time, ticker: Ticker) -> None:
    ticker.start()
    time.busy = 0.004
    time.until(1)
    middle, most = ticker.times()
    assert middle == 0
    assert 0.003 < most < 0.005
    assert ticker.times() == (0.0, 0.0)
