"""The queue of messages on their way out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.unit.messaging.dispatch.table_in_memory import START, WORLD, Real, Setting, dispatch
from trunkline.messaging.model import Dispatch
from trunkline.store import StoreUnavailable
from trunkline.worlds import WorldClock


@pytest.fixture
def setting() -> Setting:
    return Setting()


async def test_what_is_due_runs_and_the_world_is_idle_after(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    for n in range(3):
        setting.dispatcher.accept(dispatch(n))
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == [dispatch(n).sid for n in range(3)]


async def test_the_same_message_is_taken_once(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.dispatcher.accept(dispatch(1))
    setting.dispatcher.accept(dispatch(1))
    await setting.dispatcher.idle(WORLD)
    assert setting.ran == [[dispatch(1).sid]]


async def test_later_work_waits_for_the_worlds_clock_and_runs_in_due_order(
    setting: Setting,
) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    for n, after in ((1, 30), (2, 10), (3, 20)):
        setting.dispatcher.accept(dispatch(n, after=after))
    await setting.dispatcher.idle(WORLD)
    assert setting.ran == []
    for seconds in (10, 20, 30):
        setting.clock.hold(START + timedelta(seconds=seconds))
        await setting.dispatcher.idle(WORLD)
    assert setting.ran == [[dispatch(n).sid] for n in (2, 3, 1)]


async def test_what_the_table_holds_is_loaded_without_what_is_known(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.table = [dispatch(1, after=5), dispatch(2, after=3600)]
    assert await setting.dispatcher.load(WORLD) == 1
    assert await setting.dispatcher.load(WORLD) == 0
    assert await setting.dispatcher.earliest(WORLD) == START + timedelta(seconds=5)
    assert await setting.dispatcher.load(WORLD, START + timedelta(hours=2)) == 1


async def test_of_many_worlds_only_those_are_read_that_have_something_due(
    setting: Setting,
) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    for n in range(300):
        setting.dispatcher.watch_world(f"{n:032x}")
    setting.table = [dispatch(1), dispatch(2, after=3600)]
    stop = asyncio.Event()
    task = asyncio.create_task(setting.dispatcher.load_for_ever(60, stop))
    while not setting.ran:  # noqa: ASYNC110 - what it waits for has no event
        await asyncio.sleep(0)
    stop.set()
    await task
    assert setting.ran == [[dispatch(1).sid]]
    assert [[world for world, _, _ in lines] for lines in setting.read] == [[WORLD]]


async def test_what_a_world_far_ahead_has_due_is_read(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.dispatcher.watch_world("0" * 32)
    setting.clocks["0" * 32] = WorldClock(Real())
    setting.clock.hold(START + timedelta(hours=1))
    setting.table = [dispatch(1, after=3600)]
    await setting.dispatcher._load_all()
    await setting.dispatcher.idle(WORLD)
    assert setting.ran == [[dispatch(1).sid]]


async def test_a_row_that_is_not_for_this_process_does_not_hide_what_comes_after(
    setting: Setting,
) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    claimed_elsewhere = dispatch(1)
    setting.table = [claimed_elsewhere]
    setting.dispatcher.accept(dispatch(2, after=5))
    assert await setting.dispatcher.earliest(WORLD) == START + timedelta(seconds=5)


async def test_after_trouble_with_the_store_the_table_is_read_again(setting: Setting) -> None:
    calls = 0

    async def fails_once(batch: list[Dispatch]) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise StoreUnavailable("gone")
        await setting.run(batch)

    setting.dispatcher.add_lane("c", fails_once, at_once=1)
    setting.table = [dispatch(1)]
    await setting.dispatcher.load(WORLD)
    await setting.dispatcher.idle(WORLD)
    assert setting.ran == []
    await setting.dispatcher.load(WORLD)
    await setting.dispatcher.idle(WORLD)
    assert setting.ran == [[dispatch(1).sid]]


async def test_a_slow_lane_does_not_hold_up_another(setting: Setting) -> None:
    release = asyncio.Event()

    async def slow(_batch: list[Dispatch]) -> None:
        await release.wait()

    ran = asyncio.Event()

    async def quick(_batch: list[Dispatch]) -> None:
        ran.set()

    setting.dispatcher.add_lane("slow", slow, at_once=1)
    setting.dispatcher.add_lane("media", quick, at_once=1)
    setting.dispatcher.accept(dispatch(1, carrier="slow"))
    setting.dispatcher.accept(dispatch(2, carrier="slow", step="media"))
    await asyncio.wait_for(ran.wait(), 5)
    release.set()
    await setting.dispatcher.stop()


async def test_a_carrier_that_is_configured_no_more_leaves_the_row(setting: Setting) -> None:
    setting.table = [dispatch(1, carrier="gone")]
    await setting.dispatcher.load(WORLD)
    await asyncio.wait_for(setting.dispatcher.idle(WORLD), 5)
    assert [row.sid for row in setting.table] == [dispatch(1).sid]


async def test_stop_waits_for_the_batch_that_runs_and_begins_no_other(setting: Setting) -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def run(batch: list[Dispatch]) -> None:
        started.set()
        await release.wait()
        await setting.run(batch)

    setting.dispatcher.add_lane("c", run, at_once=1)
    setting.dispatcher.accept(dispatch(1))
    await started.wait()
    setting.dispatcher.accept(dispatch(2))
    stopping = asyncio.create_task(setting.dispatcher.stop())
    release.set()
    await stopping
    assert setting.ran == [[dispatch(1).sid]]
