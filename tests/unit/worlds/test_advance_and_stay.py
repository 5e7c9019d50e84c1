"""A world whose time stands still between the moves of its clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.unit.worlds.test_advance_clock import SECOND, START, WORLD, FakeWorlds, Real
from trunkline.worlds import AdvanceClock, World, WorldClock


async def test_time_stands_still_until_it_is_let_go() -> None:
    real, kept, staying = Real(), FakeWorlds(), {WORLD}
    worlds: Any = kept
    advance = AdvanceClock(worlds, [], stays=staying.__contains__)
    world = World(WORLD, "test", WorldClock(real), True, "off", START)
    await advance(world, 5 * SECOND)
    real.time += 60 * SECOND
    assert world.clock.now() == START + 5 * SECOND
    await advance(world, SECOND)
    # What passed meanwhile is not lost, and the clock is kept as far as it came.
    assert world.clock.now() == START + 66 * SECOND
    assert kept.kept[-1] == timedelta(seconds=6)
    staying.clear()
    await advance(world, timedelta())
    real.time += SECOND
    assert world.clock.now() == START + 67 * SECOND


async def test_who_ends_what_it_stood_still_for_lets_it_pass() -> None:
    real, staying = Real(), {WORLD}
    world = World(WORLD, "test", WorldClock(real), True, "off", START)
    worlds: Any = FakeWorlds()
    worlds.clock = lambda _: world.clock
    advance = AdvanceClock(worlds, [], stays=staying.__contains__)
    advance.let_go(WORLD)  # nobody holds it
    await advance(world, SECOND)
    advance.let_go(WORLD)  # something else holds it
    real.time += SECOND
    assert world.clock.now() == START + SECOND
    staying.clear()
    advance.let_go(WORLD)
    real.time += SECOND
    assert world.clock.now() == START + 3 * SECOND


async def test_a_world_that_is_being_moved_is_not_let_go_on_the_way() -> None:
    real, staying = Real(), {WORLD}
    world = World(WORLD, "test", WorldClock(real), True, "off", START)
    worlds: Any = FakeWorlds()
    worlds.clock = lambda _: world.clock
    advance = AdvanceClock(worlds, [], stays=staying.__contains__)

    def over() -> bool:
        staying.clear()
        advance.let_go(WORLD)
        return not world.clock.held

    await advance(world, SECOND, until=over)
    assert world.clock.now() == START + SECOND
    assert not world.clock.held
