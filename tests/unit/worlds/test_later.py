"""What waits for a time of a world."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from trunkline.clock import RealClock
from trunkline.worlds import Later, WorldClock

HOUR = timedelta(hours=1)


class Waiting:
    """A world's clock, what waits for it, and what came due, in order."""

    def __init__(self) -> None:
        self.clock = WorldClock(RealClock())
        self.start = self.clock.pause()
        self.came: list[str] = []
        self.later: Later[str] = Later(self.clock, self.came.append)

    def add(self, hours: float, item: str) -> None:
        self.later.add(self.start + hours * HOUR, item)

    def move(self, hours: float) -> None:
        self.clock.hold(self.start + hours * HOUR)


@pytest.fixture
async def waiting() -> Waiting:
    return Waiting()


async def test_a_clock_that_is_moved_brings_what_is_due_in_its_order(waiting: Waiting) -> None:
    for hours, item in ((3, "third"), (1, "first"), (2, "second"), (1, "first, too"), (9, "late")):
        waiting.add(hours, item)
    assert waiting.later.earliest == waiting.start + HOUR
    waiting.move(3)
    assert waiting.came == ["first", "first, too", "second", "third"]
    assert len(waiting.later) == 1
    assert waiting.later.earliest == waiting.start + 9 * HOUR


async def test_time_that_passes_brings_it_too() -> None:
    clock = WorldClock(RealClock())
    came: asyncio.Queue[str] = asyncio.Queue()
    later: Later[str] = Later(clock, came.put_nowait)
    later.add(clock.now() + timedelta(milliseconds=20), "second")
    later.add(clock.now() + timedelta(milliseconds=1), "first")
    assert [await asyncio.wait_for(came.get(), 10) for _ in range(2)] == ["first", "second"]


async def test_what_is_taken_away_does_not_come(waiting: Waiting) -> None:
    for item in ("a", "b", "c"):
        waiting.add(1, item)
    waiting.later.remove("b")
    waiting.move(2)
    assert waiting.came == ["a", "c"]


async def test_what_was_cleared_does_not_come(waiting: Waiting) -> None:
    waiting.add(1, "a")
    waiting.add(2, "b")
    assert sorted(waiting.later.clear()) == ["a", "b"]
    waiting.move(3)
    assert waiting.came == []
    assert waiting.later.earliest is None


async def test_what_is_added_while_things_come_due_comes_in_its_turn(waiting: Waiting) -> None:
    came: list[str] = []

    def due(item: str) -> None:
        came.append(item)
        if item == "a":
            later.add(waiting.start + 1.5 * HOUR, "between")

    later: Later[str] = Later(waiting.clock, due)
    later.add(waiting.start + HOUR, "a")
    later.add(waiting.start + 2 * HOUR, "b")
    waiting.move(2)
    assert came == ["a", "between", "b"]
