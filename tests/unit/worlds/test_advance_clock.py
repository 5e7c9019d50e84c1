"""Moving a world's clock forward."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trunkline.store import StoreUnavailable
from trunkline.worlds import AdvanceClock, ClockNotMovable, World, WorldClock

START = datetime(2026, 1, 1, tzinfo=UTC)
WORLD = "0" * 31 + "1"
SECOND = timedelta(seconds=1)


class Real:
    """A real clock that a test moves."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


class FakeWorlds:
    """Keeps the offsets that were stored."""

    def __init__(self) -> None:
        self.kept: list[timedelta] = []
        self.failure: Exception | None = None

    async def keep_clock(self, world: World, offset: timedelta | None = None) -> None:
        if self.failure is not None:
            raise self.failure
        self.kept.append(world.clock.offset if offset is None else offset)


class Source:
    """Work of a world: each piece is done in a task of its own, once its time has come.

    `then` is called when a piece is done and may make more, here or in another source. `table`
    holds what is not in memory, until it is loaded.
    """

    def __init__(self, clock: WorldClock, name: str) -> None:
        self.clock = clock
        self.name = name
        self.later: list[tuple[datetime, str]] = []
        self.table: list[tuple[datetime, str]] = []
        self.active = 0
        self.done: list[tuple[float, str]] = []
        self.then: Callable[[str], None] = lambda _: None
        self.gate: asyncio.Event | None = None
        self.failure: Exception | None = None
        self.asked: Callable[[], None] = lambda: None
        self._quiet = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        clock.watch(self._due)

    def add(self, what: str, seconds: float) -> None:
        """Work that is due so many seconds after the start."""
        self.later.append((START + seconds * SECOND, what))
        self._due()

    def now(self, what: str) -> None:
        """Work that is due now."""
        self.later.append((self.clock.now(), what))
        self._due()

    def is_idle(self, world_id: str) -> bool:
        return not self.active

    async def idle(self, world_id: str) -> None:
        while self.active:
            self._quiet.clear()
            await self._quiet.wait()

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        assert until is not None
        found = [entry for entry in self.table if entry[0] <= until]
        self.table = [entry for entry in self.table if entry[0] > until]
        await asyncio.sleep(0)
        self.later += found
        self._due()
        return len(found)

    async def earliest(self, world_id: str) -> datetime | None:
        if self.failure is not None:
            raise self.failure
        self.asked()
        await asyncio.sleep(0)
        return min((moment for moment, _ in self.later), default=None)

    def _due(self) -> None:
        now = self.clock.now()
        for entry in sorted(entry for entry in self.later if entry[0] <= now):
            self.later.remove(entry)
            self.active += 1
            task = asyncio.get_running_loop().create_task(self._work(entry[1]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, what: str) -> None:
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        self.done.append(((self.clock.now() - START).total_seconds(), what))
        self.then(what)
        self.active -= 1
        if not self.active:
            self._quiet.set()


class Place:
    """A world with two sources of work."""

    def __init__(self, *, movable: bool = True) -> None:
        self.real = Real()
        self.clock = WorldClock(self.real)
        self.world = World(WORLD, "default", self.clock, movable, "off", START)
        self.worlds = FakeWorlds()
        self.messages = Source(self.clock, "messages")
        self.webhooks = Source(self.clock, "webhooks")
        self.advance = AdvanceClock(
            self.worlds,  # type: ignore[arg-type]
            [self.messages, self.webhooks],
        )

    async def move(self, seconds: float) -> Any:
        return await asyncio.wait_for(self.advance(self.world, seconds * SECOND), 10)


async def test_time_passes_and_goes_on_from_there() -> None:
    place = Place()
    advanced = await place.move(3600)
    assert (advanced.now, advanced.ran) == (START + 3600 * SECOND, 0)
    place.real.time += SECOND
    assert place.clock.now() == START + 3601 * SECOND
    assert place.worlds.kept == [3600 * SECOND, 3600 * SECOND]


async def test_a_world_that_only_comes_to_rest_keeps_its_clock_and_writes_nothing() -> None:
    place = Place()
    await place.move(3600)
    place.worlds.kept.clear()
    place.messages.now("due")
    place.messages.then = lambda _: setattr(place.real, "time", START + SECOND)
    advanced = await place.move(0)
    assert [what for _, what in place.messages.done] == ["due"]
    assert advanced.now == START + 3601 * SECOND
    assert place.worlds.kept == []


async def test_what_is_due_runs_at_its_own_time_in_its_order() -> None:
    place = Place()
    place.messages.add("third", 30)
    place.webhooks.add("first", 10)
    place.messages.add("second", 20)
    place.messages.add("also second", 20)
    place.messages.add("too late", 61)
    advanced = await place.move(60)
    assert place.webhooks.done == [(10, "first")]
    assert place.messages.done == [(20, "also second"), (20, "second"), (30, "third")]
    assert (advanced.now, advanced.ran) == (START + 60 * SECOND, 3)


async def test_work_that_is_due_at_the_end_is_done() -> None:
    place = Place()
    place.messages.add("at the end", 60)
    assert (await place.move(60)).ran == 1
    assert place.messages.done == [(60, "at the end")]


async def test_a_conversation_comes_to_its_end() -> None:
    place = Place()
    turns: list[str] = []

    def answer(other: Source) -> Callable[[str], None]:
        def then(what: str) -> None:
            turns.append(what)
            if len(turns) < 25:
                other.now(f"{what}'")

        return then

    place.messages.then = answer(place.webhooks)
    place.webhooks.then = answer(place.messages)
    place.messages.add("m", 10)
    await place.move(60)
    assert len(turns) == 25
    assert {moment for moment, _ in place.messages.done + place.webhooks.done} == {10.0}


async def test_what_the_last_of_it_brings_about_is_waited_for() -> None:
    place = Place()
    place.webhooks.then = lambda what: place.messages.now("reply") if what == "last" else None
    place.messages.then = lambda _: place.webhooks.now("callback")
    place.webhooks.add("last", 60)
    await place.move(60)
    assert place.messages.done == [(60, "reply")]
    assert place.webhooks.done == [(60, "last"), (60, "callback")]


async def test_what_arrives_while_the_next_time_is_looked_for_is_waited_for() -> None:
    place = Place()
    place.messages.gate = asyncio.Event()
    arrivals = ["a phone writes"]
    # The last to be asked: what arrives is not among the times.
    place.webhooks.asked = lambda: place.messages.now(arrivals.pop()) if arrivals else None
    moving = asyncio.create_task(place.move(60))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not moving.done()
    place.messages.gate.set()
    await moving
    assert [what for _, what in place.messages.done] == ["a phone writes"]


async def test_what_is_in_the_table_alone_is_done_too() -> None:
    place = Place()
    place.messages.table = [(START + 10 * SECOND, "stored"), (START + 90 * SECOND, "too late")]
    # Too much for memory: it was left in the table by what was done at the very end.
    place.messages.add("last", 60)
    place.messages.then = lambda what: (
        place.webhooks.table.append((place.clock.now(), "left")) if what == "last" else None
    )
    await place.move(60)
    assert place.messages.done == [(10, "stored"), (60, "last")]
    assert place.webhooks.done == [(60, "left")]
    assert place.messages.table == [(START + 90 * SECOND, "too late")]


async def test_the_clock_stands_still_while_work_is_done_and_that_time_is_not_lost() -> None:
    place = Place()
    place.messages.gate = asyncio.Event()
    place.messages.add("slow", 10)
    moving = asyncio.create_task(place.move(60))
    while not place.messages.active:  # noqa: ASYNC110 – a step of the loop, no waiting
        await asyncio.sleep(0)
    place.real.time += 5 * SECOND
    assert place.clock.now() == START + 10 * SECOND
    assert not moving.done()
    place.messages.gate.set()
    assert (await moving).now == START + 65 * SECOND


@pytest.mark.parametrize("where", ["keep_clock", "earliest"])
async def test_the_clock_goes_on_after_an_error(where: str) -> None:
    place = Place()
    place.messages.add("due", 5)
    if where == "keep_clock":
        place.worlds.failure = StoreUnavailable("gone")
    else:
        place.webhooks.failure = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        await place.move(60)
    place.real.time += SECOND
    assert place.clock.now() == START + SECOND
    place.worlds.failure = place.webhooks.failure = None
    assert (await place.move(10)).now == START + 11 * SECOND
    assert place.messages.done == [(5, "due")]


async def test_the_clock_goes_on_when_who_moves_it_goes_away() -> None:
    place = Place()
    place.messages.gate = asyncio.Event()
    place.messages.add("slow", 10)
    moving = asyncio.create_task(place.advance(place.world, 60 * SECOND))
    while not place.messages.active:  # noqa: ASYNC110 – a step of the loop, no waiting
        await asyncio.sleep(0)
    moving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await moving
    place.real.time += SECOND
    assert place.clock.now() == START + 11 * SECOND
    place.messages.gate.set()
    await place.move(1)
    assert [what for _, what in place.messages.done] == ["slow"]


async def test_two_moves_of_one_world_follow_each_other() -> None:
    place = Place()
    place.messages.add("a", 10)
    place.messages.add("b", 70)
    first, second = await asyncio.gather(place.move(60), place.move(60))
    assert first.now == START + 60 * SECOND
    assert second.now == START + 120 * SECOND
    assert place.messages.done == [(10, "a"), (70, "b")]


async def test_a_clock_that_follows_real_time_is_not_moved() -> None:
    place = Place(movable=False)
    with pytest.raises(ClockNotMovable, match="follows real time"):
        await place.move(60)
    assert place.clock.now() == START
    assert place.worlds.kept == []


@settings(max_examples=60, deadline=None)
@given(
    due=st.lists(st.tuples(st.integers(1, 20), st.booleans(), st.integers(0, 6)), max_size=10),
    moves=st.lists(st.integers(1, 10), min_size=1, max_size=4),
)
def test_every_move_ends_with_all_work_done_that_was_due(
    due: list[tuple[int, bool, int]], moves: list[int]
) -> None:
    async def conversation() -> None:
        place = Place()
        left: dict[str, int] = {}

        def then(other: Source) -> Callable[[str], None]:
            def follow(what: str) -> None:
                left[what] -= 1
                if left[what] >= 0:
                    # At once, or a little later: the conversation goes on in time.
                    (
                        other.now
                        if left[what] % 2
                        else lambda w: other.later.append((place.clock.now() + SECOND, w))
                    )(what)

            return follow

        place.messages.then = then(place.webhooks)
        place.webhooks.then = then(place.messages)
        for number, (seconds, stored, turns) in enumerate(due):
            left[f"{number}"] = turns
            if stored:
                place.messages.table.append((START + seconds * SECOND, f"{number}"))
            else:
                place.messages.add(f"{number}", seconds)
        for seconds in moves:
            before = place.clock.now()
            advanced = await place.move(seconds)
            assert advanced.now == before + seconds * SECOND
            for source in (place.messages, place.webhooks):
                assert not source.active
                assert all(moment > advanced.now for moment, _ in source.later + source.table)
        for source in (place.messages, place.webhooks):
            assert [moment for moment, _ in source.done] == sorted(
                moment for moment, _ in source.done
            )

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(conversation())
    finally:
        loop.close()


async def test_a_move_ends_when_what_was_waited_for_is_there() -> None:
    place = Place()
    for seconds in (10, 20, 30):
        place.messages.add(f"after {seconds}", seconds)
    advanced = await asyncio.wait_for(
        place.advance(place.world, 60 * SECOND, lambda: len(place.messages.done) == 2), 10
    )
    assert (advanced.now, advanced.ran) == (START + 20 * SECOND, 2)
    assert not place.clock.held
    # What is stored for the next start is not ahead of the clock any more.
    assert place.worlds.kept == [60 * SECOND, 20 * SECOND]
