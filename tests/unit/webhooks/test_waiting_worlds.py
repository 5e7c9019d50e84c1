"""Requests that wait for their time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.waiting import eventually
from tests.unit.webhooks.delivering import START, WORLD, FakeWorlds, Queue, settle
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.waiting_worlds import WaitingWorlds

OTHER = "0" * 31 + "2"
SECOND = timedelta(seconds=1)


class Place:
    """A world whose clock a test moves, and what has entered."""

    def __init__(self) -> None:
        self.worlds = FakeWorlds()
        self.entered: list[Delivery] = []
        self.times = WaitingWorlds(self.worlds, self.entered.append)  # type: ignore[arg-type]
        self.times.watch(WORLD)
        self.make = Queue().make

    def due(self, seconds: float, world_id: str = WORLD) -> Delivery:
        made = self.make("SM1", due_at=START + seconds * SECOND, world_id=world_id)
        self.times.place(made)
        return made

    def hold(self, seconds: float) -> None:
        self.worlds.clock(WORLD).hold(START + seconds * SECOND)


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    yield place
    place.times.stop()


async def test_what_is_due_enters_at_once(place: Place) -> None:
    now, past = place.due(0), place.due(-1)
    assert place.entered == [now, past]
    assert not place.times.is_idle(WORLD)


async def test_what_is_later_enters_in_the_order_of_its_times(place: Place) -> None:
    third, first, second, far = place.due(3), place.due(1), place.due(1), place.due(100)
    assert place.entered == []
    assert place.times.is_idle(WORLD)
    place.hold(3)
    assert place.entered == [first, second, third]
    assert place.times.earliest(WORLD) == far.due_at


async def test_real_time_brings_it_too(place: Place) -> None:
    place.worlds.clock(WORLD).release()
    soon = place.due(0.01)
    # The real clock stands still in these tests, so only the timer can have looked.
    place.worlds.clock(WORLD)._offset = SECOND
    await eventually(lambda: place.entered)
    assert place.entered == [soon]


async def test_what_was_dropped_does_not_enter(place: Place) -> None:
    kept, dropped = place.due(5), place.due(1)
    assert place.times.drop(dropped)
    assert not place.times.drop(dropped)
    assert place.times.earliest(WORLD) == kept.due_at
    place.hold(10)
    assert place.entered == [kept]
    assert not place.times.drop(kept)


async def test_what_was_never_placed_cannot_be_dropped(place: Place) -> None:
    assert not place.times.drop(place.make("SM1"))


async def test_a_world_is_idle_when_the_last_that_entered_is_removed(place: Place) -> None:
    first, second = place.due(0), place.due(0)
    waiting = asyncio.create_task(place.times.idle(WORLD))
    place.times.remove(first)
    await settle()
    assert not waiting.done()
    place.times.remove(second)
    third = place.due(0)  # before who waits could look
    await settle()
    assert not waiting.done()
    place.times.remove(third)
    await asyncio.wait_for(waiting, 5)
    assert place.times.is_idle(WORLD)


async def test_worlds_do_not_wait_for_each_other(place: Place) -> None:
    place.due(0, OTHER)
    later = place.due(1, OTHER)
    await asyncio.wait_for(place.times.idle(WORLD), 5)
    place.hold(10)
    assert later not in place.entered
    assert place.times.earliest(WORLD) is None


async def test_a_world_that_was_not_watched_is_idle(place: Place) -> None:
    assert place.times.is_idle(OTHER)
    assert place.times.earliest(OTHER) is None
    place.times.watch(OTHER)
    place.times.watch(OTHER)
    place.due(1, OTHER)
    place.worlds.clock(OTHER).hold(START + SECOND)
    assert len(place.entered) == 1


async def test_nothing_enters_by_itself_after_the_stop(place: Place) -> None:
    place.due(0.01)
    place.times.stop()
    place.due(0.005)
    place.worlds.clock(WORLD)._offset = SECOND
    loop = asyncio.get_running_loop()
    later = loop.create_future()
    loop.call_later(0.02, later.set_result, None)  # after both of their timers
    await later
    assert place.entered == []
