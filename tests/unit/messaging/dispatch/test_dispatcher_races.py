"""The queue in memory while the table is read, while batches fail, and while the platform stops."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.dispatch.table_in_memory import START, WORLD, Setting, dispatch
from trunkline.messaging.model import Dispatch
from trunkline.store import StoreUnavailable


@pytest.fixture
def setting() -> Setting:
    return Setting()


async def test_what_came_and_went_while_the_table_was_read_is_not_taken_again(
    setting: Setting,
) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.may_read.clear()
    setting.table = [dispatch(1)]
    loading = asyncio.create_task(setting.dispatcher.load(WORLD))
    await setting.reading.wait()
    setting.dispatcher.accept(dispatch(1))  # by the request that had just committed it
    await setting.dispatcher.idle(WORLD)
    setting.may_read.set()
    assert await loading == 0
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == [dispatch(1).sid]


async def test_what_is_far_off_is_left_to_the_table_and_comes_back_in_time(
    setting: Setting,
) -> None:
    async def once_more_in_an_hour(batch: list[Dispatch]) -> None:
        for d in batch:
            if d.due_at == START:
                d.due_at = START + timedelta(hours=1)
                setting.table = [d]
                setting.dispatcher.postpone(d)
            else:
                await setting.run([d])

    setting.dispatcher.add_lane("c", once_more_in_an_hour, at_once=1)
    setting.dispatcher.accept(dispatch(1))
    await setting.dispatcher.idle(WORLD)
    assert not setting.dispatcher.knows(dispatch(1).sid)
    assert await setting.dispatcher.earliest(WORLD) == START + timedelta(hours=1)
    setting.clock.hold(START + timedelta(hours=1))
    await setting.dispatcher.load(WORLD)
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == [dispatch(1).sid]


async def test_one_that_fails_does_not_take_its_batch_along_and_is_tried_again_later(
    setting: Setting,
) -> None:
    bad = dispatch(2).sid

    async def run(batch: list[Dispatch]) -> None:
        if any(d.sid == bad for d in batch):
            raise ZeroDivisionError
        await setting.run(batch)

    setting.dispatcher.add_lane("c", run, at_once=1)
    setting.table = [dispatch(n) for n in range(5)]
    await setting.dispatcher.load(WORLD)
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == [dispatch(n).sid for n in (0, 1, 3, 4)]
    assert await setting.dispatcher.load(WORLD) == 0, "not at once: it would only fail again"

    bad = ""
    setting.dispatcher.pause = 0.0
    assert await setting.dispatcher.load(WORLD) == 1
    await setting.dispatcher.idle(WORLD)
    assert setting.table == []


async def test_a_clock_that_is_moved_reads_the_table_only_for_what_memory_may_lack(
    setting: Setting,
) -> None:
    async def gives_the_first_back(batch: list[Dispatch]) -> None:
        for d in batch:
            if not setting.ran:
                setting.ran.append([""])
                d.due_at = START + timedelta(minutes=30)
                setting.table = [d]
                setting.dispatcher.release(d)
            else:
                await setting.run([d])

    setting.dispatcher.add_lane("c", gives_the_first_back, at_once=1)
    target = START + timedelta(hours=1)
    setting.table = [dispatch(1)]
    assert await setting.dispatcher.load(WORLD, target) == 1
    setting.reading.clear()
    assert await setting.dispatcher.load(WORLD, target) == 0
    assert not setting.reading.is_set(), "all until then is in memory"

    await setting.dispatcher.idle(WORLD)
    assert await setting.dispatcher.earliest(WORLD) == START + timedelta(minutes=30)
    assert await setting.dispatcher.load(WORLD, target) == 1, "it was given back to the table"
    setting.clock.hold(target)
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == ["", dispatch(1).sid]


async def test_what_is_given_back_while_the_table_is_read_is_not_overlooked(
    setting: Setting,
) -> None:
    target = START + timedelta(hours=1)
    go = asyncio.Event()

    async def gives_back(batch: list[Dispatch]) -> None:
        await go.wait()
        for d in batch:
            d.due_at = START + timedelta(minutes=30)
            setting.table = [d]
            setting.dispatcher.release(d)

    setting.dispatcher.add_lane("c", gives_back, at_once=1)
    setting.commit(dispatch(1))
    await eventually(lambda: setting.dispatcher._in_hand)
    setting.may_read.clear()
    loading = asyncio.create_task(setting.dispatcher.load(WORLD, target))
    await setting.reading.wait()
    go.set()
    await setting.dispatcher.idle(WORLD)
    setting.may_read.set()
    assert await loading == 0
    assert await setting.dispatcher.load(WORLD, target) == 1


async def test_reading_the_table_goes_on_after_any_trouble(setting: Setting) -> None:
    setting.table = [dispatch(1)]
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    stop = asyncio.Event()
    setting.trouble = StoreUnavailable("gone")
    task = asyncio.create_task(setting.dispatcher.load_for_ever(0.01, stop))
    await eventually(lambda: setting.looks >= 2)
    setting.trouble, looks = ZeroDivisionError(), setting.looks
    await eventually(lambda: setting.looks >= looks + 2)
    assert not setting.ran
    setting.trouble = None
    await eventually(lambda: setting.ran)
    stop.set()
    await task


async def test_one_that_hangs_holds_up_only_itself(setting: Setting) -> None:
    never = asyncio.Event()

    async def act(d: Dispatch) -> None:
        if d.sid == dispatch(0).sid:
            await never.wait()
        await setting.run([d])

    async def run(batch: list[Dispatch]) -> None:
        await setting.dispatcher.each(batch, act)

    setting.dispatcher.add_lane("c", run, at_once=4, most=4)
    for n in range(40):
        setting.dispatcher.accept(dispatch(n))
    await eventually(lambda: len(setting.sent) == 39)
    assert setting.dispatcher.knows(dispatch(0).sid)
    never.set()
    await setting.dispatcher.idle(WORLD)
    assert len(setting.sent) == 40


async def test_no_more_is_in_hand_than_the_lane_may_hold(setting: Setting) -> None:
    in_hand = most = 0

    async def act(d: Dispatch) -> None:
        nonlocal in_hand, most
        in_hand += 1
        most = max(most, in_hand)
        await asyncio.sleep(0)
        in_hand -= 1
        await setting.run([d])

    async def run(batch: list[Dispatch]) -> None:
        await setting.dispatcher.each(batch, act)

    setting.dispatcher.add_lane("c", run, at_once=8, most=8)
    for n in range(100):
        setting.dispatcher.accept(dispatch(n))
    await setting.dispatcher.idle(WORLD)
    assert len(setting.sent) == 100
    assert most == 8


async def test_the_trouble_of_one_is_settled_by_itself(setting: Setting) -> None:
    async def act(d: Dispatch) -> None:
        if d.sid == dispatch(1).sid:
            raise StoreUnavailable("gone")
        if d.sid == dispatch(2).sid:
            raise ZeroDivisionError
        await setting.run([d])

    async def run(batch: list[Dispatch]) -> None:
        await setting.dispatcher.each(batch, act)

    setting.dispatcher.add_lane("c", run, at_once=1)
    for n in range(4):
        setting.dispatcher.accept(dispatch(n))
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == [dispatch(0).sid, dispatch(3).sid]
    assert not setting.dispatcher.knows(dispatch(1).sid), "to be read again"
    assert setting.dispatcher.knows(dispatch(2).sid), "held"


async def test_a_world_with_something_in_hand_is_not_idle(setting: Setting) -> None:
    steps = [START, START]

    async def twice(batch: list[Dispatch]) -> None:
        for d in batch:
            if steps:
                d.due_at = steps.pop()
                setting.dispatcher.postpone(d)  # due at once
            else:
                await setting.run([d])

    setting.dispatcher.add_lane("c", twice, at_once=1)
    setting.dispatcher.accept(dispatch(1))
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == [dispatch(1).sid]


async def test_stop_does_not_wait_for_ever(setting: Setting) -> None:
    cut_off = asyncio.Event()

    async def hangs(_batch: list[Dispatch]) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut_off.set()
            raise

    setting.dispatcher.add_lane("c", hangs, at_once=1)
    setting.dispatcher.accept(dispatch(1))
    await eventually(lambda: setting.dispatcher._in_hand)
    await setting.dispatcher.stop(grace=0.05)
    assert cut_off.is_set()
