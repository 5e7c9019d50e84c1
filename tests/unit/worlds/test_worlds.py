"""The worlds that a platform knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds


async def make(worlds: Worlds, database: Database, name: str) -> str:
    async with database.transaction() as connection:
        world = await worlds.create(connection, name, clock_movable=True, limits="off")
    worlds.adopt(world)
    return world.id


async def test_a_world_is_found_by_its_name_and_its_id(
    database: Database, sids: SidFactory
) -> None:
    worlds = Worlds(database, RealClock(), sids)
    name = f"found-{sids.new_id()}"
    assert worlds.named(name) is None
    world_id = await make(worlds, database, name)
    found = worlds.named(name)
    assert found is not None
    assert (found.id, found.name) == (world_id, name)
    assert worlds.get(world_id) is found
    assert worlds.clock(world_id) is found.clock


async def test_the_next_start_knows_it_and_how_far_its_clock_is(
    database: Database, sids: SidFactory
) -> None:
    before = Worlds(database, RealClock(), sids)
    name = f"kept-{sids.new_id()}"
    world_id = await make(before, database, name)
    await before.keep_clock(before.get(world_id), timedelta(hours=3))
    after = Worlds(database, RealClock(), sids)
    await after.load()
    found = after.named(name)
    assert found is not None
    assert found.id == world_id
    assert found.clock.offset == timedelta(hours=3)


async def test_what_was_not_committed_is_not_known(database: Database, sids: SidFactory) -> None:
    worlds = Worlds(database, RealClock(), sids)
    async with database.transaction() as connection:
        world = await worlds.create(connection, "lost", clock_movable=True, limits="off")
        assert worlds.named("lost") is None
        await connection.execute("DELETE FROM worlds WHERE id = $1", world.id)
    with pytest.raises(KeyError):
        worlds.get(world.id)
