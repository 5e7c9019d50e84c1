"""Engine time: by the event loop's clock in real time, by steps while the clock is held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trunkline.voice.activity import Activity
from trunkline.voice.engine_time import EngineTime
from trunkline.voice.legs import Listener
from trunkline.voice.media.wire import Answered, Digit, Statistics
from trunkline.voice.timed_legs import TimedLegs
from trunkline.worlds import AdvanceClock, ClockNotMovable, World, WorldClock

START = datetime(2026, 1, 1, tzinfo=UTC)
WORLD, OTHER = "0" * 31 + "1", "0" * 31 + "2"
SECOND = timedelta(seconds=1)


class Real:
    """A real clock that stands still."""

    def now(self) -> datetime:
        return START


class Worlds:
    """Worlds whose clocks a test moves."""

    def __init__(self) -> None:
        self.clocks: dict[str, WorldClock] = {}

    def clock(self, world_id: str) -> WorldClock:
        return self.clocks.setdefault(world_id, WorldClock(Real()))

    async def keep_clock(self, world: World, offset: timedelta | None = None) -> None:
        return None


class Media:
    """Media processes with a count of their own. What is to be reported at a frame is told during
    the step that reaches it, before the step returns."""

    def __init__(self) -> None:
        self.at: dict[str, int] = {}
        self.frozen: set[str] = set()
        self.to_report: list[tuple[int, Callable[[int], None]]] = []
        self.pending: list[Callable[[int], None]] = []  # without the passing of time
        self.steps: list[tuple[int, int]] = []
        self.thawed: list[str] = []

    def freeze(self, world_id: str) -> Coroutine[Any, Any, int]:
        self.frozen.add(world_id)

        async def stand() -> int:
            await asyncio.sleep(0)
            return self.at.setdefault(world_id, 7_000)

        return stand()

    async def step(self, world_id: str, until: int) -> int:
        assert world_id in self.frozen
        begun = self.at.setdefault(world_id, 7_000)
        await asyncio.sleep(0)
        if self.pending:
            pending, self.pending = self.pending, []
            for tell in pending:
                tell(begun)
            return begun
        due = sorted((f, tell) for f, tell in self.to_report if begun < f <= until)
        reached = due[0][0] if due else until
        for frame, tell in due:
            if frame == reached:
                self.to_report.remove((frame, tell))
                tell(frame)
        self.at[world_id] = reached
        if reached > begun:
            self.steps.append((begun, reached))
        await asyncio.sleep(0)
        return reached

    def thaw(self, world_id: str) -> None:
        self.frozen.discard(world_id)
        self.thawed.append(world_id)

    def report(self, after: int, tell: Callable[[int], None]) -> None:
        """Let something happen so many frames from now."""
        self.to_report.append((self.at.setdefault(WORLD, 7_000) + after, tell))


class Place:
    """A world with calls, and what moves its clock."""

    def __init__(self) -> None:
        self.worlds = Worlds()
        self.media = Media()
        self.activity = Activity()
        self.real_legs = 0
        self.seconds = 1_000.0  # real ones
        self.time = EngineTime(
            self.worlds,  # type: ignore[arg-type]
            self.activity,
            self.media,
            lambda _: self.real_legs,
            lambda: self.seconds,
        )
        self.clock = self.worlds.clock(WORLD)
        self.world = World(WORLD, "default", self.clock, True, "off", START)
        self.advance = AdvanceClock(
            self.worlds,  # type: ignore[arg-type]
            [],
            self.time,
        )
        self.told: list[tuple[float, int, str]] = []

    def note(self, what: str) -> None:
        """Write down what happens, and when: world time and frame."""
        seconds = (self.clock.now() - START).total_seconds()
        self.told.append((seconds, self.time.frame(WORLD), what))

    async def move(self, seconds: float, until: Callable[[], bool] | None = None) -> float:
        advanced = await asyncio.wait_for(self.advance(self.world, seconds * SECOND, until), 10)
        return (advanced.now - START).total_seconds()

    def later(self, seconds: float, what: str) -> Any:
        frames = round(seconds * 50)
        return self.time.call_later(WORLD, frames, lambda: self.note(what))

    def works(self, then: Callable[[], None]) -> None:
        """A session reacts: it is busy for a few turns of the event loop."""
        self.activity.busy(WORLD)

        async def react() -> None:
            for _ in range(5):
                await asyncio.sleep(0)
            then()
            self.activity.idle(WORLD)

        self._task = asyncio.get_running_loop().create_task(react())


@pytest.fixture
async def place() -> Place:
    return Place()


async def test_timers_happen_in_order_at_their_moments_when_the_clock_is_moved(
    place: Place,
) -> None:
    place.time.frame(WORLD)
    for seconds in (3, 1, 2):
        place.later(seconds, f"after {seconds}")
    assert await place.move(2.5) == 2.5
    frame = place.time.frame(WORLD)
    assert [(s, what) for s, _, what in place.told] == [(1, "after 1"), (2, "after 2")]
    assert place.told[1][1] - place.told[0][1] == 50
    assert frame - place.told[1][1] == 25


async def test_a_cancelled_timer_does_not_happen(place: Place) -> None:
    place.later(1, "no").cancel()
    place.later(1, "yes")
    await place.move(5)
    assert [what for _, _, what in place.told] == ["yes"]


async def test_what_a_timer_sets_off_is_met_on_the_way(place: Place) -> None:
    def again() -> None:
        place.note("timer")
        if len(place.told) < 3:
            place.works(lambda: place.time.call_later(WORLD, 50, again) and None)

    place.time.call_later(WORLD, 50, again)
    await place.move(10)
    assert [seconds for seconds, _, _ in place.told] == [1, 2, 3]


async def test_frames_are_run_up_to_a_report_and_the_clock_is_there_before_anybody_reacts(
    place: Place,
) -> None:
    await place.time.ready(WORLD)
    listener = listening(place, lambda heard: place.note(type(heard).__name__))
    place.media.report(60, lambda frame: listener(Answered(leg="CA1", frame=frame)))
    place.media.report(85, lambda frame: listener(Digit(leg="CA1", frame=frame, digit="1")))
    before = place.time.frame(WORLD)
    await place.move(5)
    assert [(s, what) for s, _, what in place.told] == [(1.2, "Answered"), (1.7, "Digit")]
    assert [frame - before for _, frame, _ in place.told] == [60, 85]
    assert [end - begun for begun, end in place.media.steps] == [60, 25, 165]


async def test_frames_wait_for_whoever_reacts(place: Place) -> None:
    await place.time.ready(WORLD)

    def react(_: Any) -> None:
        place.note("heard")
        place.works(lambda: place.note("reacted"))

    listener = listening(place, react)
    place.media.report(50, lambda frame: listener(Answered(leg="CA1", frame=frame)))
    await place.move(5)
    assert [(s, what) for s, _, what in place.told] == [(1, "heard"), (1, "reacted")]


async def test_what_happens_without_the_passing_of_time_is_met_at_its_end(place: Place) -> None:
    await place.time.ready(WORLD)
    listener = listening(place, lambda _: place.works(lambda: place.note("reacted")))

    def order() -> None:  # at the last moment of the move
        place.media.pending.append(lambda frame: listener(Answered(leg="CA1", frame=frame)))

    place.time.call_later(WORLD, 100, order)
    await place.move(2)
    assert [(s, what) for s, _, what in place.told] == [(2, "reacted")]


async def test_what_comes_of_that_at_once_is_met_too(place: Place) -> None:
    await place.time.ready(WORLD)

    def react(what: str, then: Callable[[], None]) -> Callable[[int], None]:
        def told(_: int) -> None:
            place.activity.busy(WORLD)
            place.note(what)
            then()
            place.activity.idle(WORLD)

        return told

    second = react("second", lambda: None)
    first = react("first", lambda: place.media.pending.append(second))
    place.time.call_later(WORLD, 100, lambda: place.media.pending.append(first))
    await place.move(2)
    assert [what for _, _, what in place.told] == ["first", "second"]


async def test_the_media_processes_stand_still_from_the_first_moment_to_the_last(
    place: Place,
) -> None:
    place.time.frame(WORLD)
    place.clock.pause()
    assert place.media.frozen == {WORLD}
    stood = place.time.frame(WORLD)
    assert place.time.frame(WORLD) == stood
    place.clock.release()
    assert (place.media.frozen, place.media.thawed) == (set(), [WORLD])
    await asyncio.sleep(0)


async def test_a_leg_that_is_opened_while_the_clock_is_held_begins_in_a_frozen_world(
    place: Place,
) -> None:
    place.clock.pause()
    await place.time.ready(WORLD)
    assert place.media.frozen == {WORLD}
    place.clock.release()


async def test_a_world_without_calls_costs_nothing(place: Place) -> None:
    assert await place.move(10 * 365 * 86_400) == 10 * 365 * 86_400
    assert (place.media.steps, place.media.at) == ([], {})


async def test_a_move_ends_early_when_what_was_waited_for_is_there(place: Place) -> None:
    await place.time.ready(WORLD)
    for seconds in (1, 2, 3):
        place.later(seconds, "timer")
    assert await place.move(60, until=lambda: len(place.told) == 2) == 2
    assert await place.move(60, until=lambda: True) == 2
    assert len(place.told) == 2
    # The stored clock may have been ahead: the rest goes on from where it stands.
    assert await place.move(1.5) == 3.5
    assert len(place.told) == 3


async def test_small_moves_add_up(place: Place) -> None:
    place.clock.pause()  # so that no real time passes
    await place.time.ready(WORLD)
    before = place.time.frame(WORLD)
    for n in range(1, 101):
        reached = await place.time.run_until(WORLD, START + n * timedelta(milliseconds=7))
        place.clock.hold(reached)
    assert place.time.frame(WORLD) - before == 35
    assert sum(end - begun for begun, end in place.media.steps) == 35


async def test_time_that_others_share_cannot_be_moved(place: Place) -> None:
    place.real_legs = 2
    with pytest.raises(ClockNotMovable, match="2 calls are going on with somebody outside"):
        await place.move(1)
    place.real_legs = 1
    with pytest.raises(ClockNotMovable, match="A call is going on"):
        await place.move(1)
    assert not place.clock.held
    assert place.media.frozen == set()


async def test_an_engine_that_does_not_go_on_is_no_endless_loop(place: Place) -> None:
    await place.time.ready(WORLD)

    async def stuck(world_id: str, _: int) -> int:
        return place.media.at.setdefault(world_id, 7_000)

    place.media.step = stuck  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="runs no frames"):
        await place.move(1)
    assert not place.clock.held


async def test_one_timer_that_fails_is_not_the_end_of_the_others(place: Place) -> None:
    def fail() -> None:
        raise ValueError("a defect")

    place.time.call_later(WORLD, 50, fail)
    place.later(1, "the other")
    await place.move(2)
    assert [what for _, _, what in place.told] == ["the other"]


async def test_in_real_time_timers_follow_the_real_clock(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []

    class Alarm:
        def cancel(self) -> None:
            alarms.clear()

    def call_later(delay: float, callback: Callable[..., None], *args: Any) -> Alarm:
        alarms.append((round(delay, 3), callback, args))
        return Alarm()

    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", call_later)
    assert place.time.frame(WORLD) == 0
    place.later(2, "second")
    place.later(1, "first")
    assert [delay for delay, _, _ in alarms] == [1]
    place.seconds += 1
    _, ring, args = alarms.pop()
    ring(*args)
    assert [what for _, _, what in place.told] == ["first"]
    assert place.time.frame(WORLD) == 50
    assert [delay for delay, _, _ in alarms] == [1]
    # Held for ten real seconds, it stands still; then the rest of its time is left.
    place.seconds += 0.5
    place.clock.pause()
    assert alarms == []
    place.seconds += 10
    assert place.time.frame(WORLD) == 75
    place.clock.release()
    assert [delay for delay, _, _ in alarms] == [0.5]
    await asyncio.sleep(0)


async def test_a_timer_waits_for_its_whole_time(place: Place) -> None:
    place.time.frame(WORLD)
    place.seconds += 0.01  # within a frame
    place.later(1, "timer")
    await place.move(1)
    assert place.told == []
    await place.move(0.02)
    assert len(place.told) == 1


async def test_timers_of_hours_that_were_cancelled_are_not_kept(place: Place) -> None:
    for _ in range(10_000):
        place.later(14_400, "limit").cancel()
    heap = place.time._times[WORLD].timers._heap
    assert len(heap) < 200
    assert len(place.time._times[WORLD].timers) == 0


async def test_worlds_have_times_of_their_own(place: Place) -> None:
    place.later(1, "timer")
    other: list[str] = []
    place.time.call_later(OTHER, 50, lambda: other.append("timer"))
    await place.move(5)
    assert len(place.told) == 1
    assert other == []


def listening(place: Place, react: Callable[[Any], None]) -> Listener:
    """A listener of a leg, as legs that are opened through `TimedLegs` have it."""
    return TimedLegs(None, place.time)._timed(WORLD, react)  # type: ignore[arg-type]


async def test_reports_of_no_frame_are_passed_on(place: Place) -> None:
    heard: list[Any] = []
    statistics = Statistics(legs=1, ticks=1, late=0, p50_ms=0, p99_ms=0)
    listening(place, heard.append)(statistics)
    assert heard == [statistics]
