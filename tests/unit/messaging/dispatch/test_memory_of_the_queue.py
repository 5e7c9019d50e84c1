"""A queue that is longer than memory: what is left to the table, and when it is read."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.dispatch.table_in_memory import START, WORLD, Setting, dispatch
from trunkline.messaging.dispatch import memory, read_queue
from trunkline.messaging.model import Dispatch
from trunkline.store import StoreUnavailable

MOST, REFILL, FEW = 20, 10, 4
ONE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Setting:
    for module in (memory, read_queue):
        monkeypatch.setattr(module, "FEW", FEW)
    monkeypatch.setattr(memory, "REFILL", REFILL)
    monkeypatch.setattr(memory, "MOST", MOST)
    return Setting()


def watched(setting: Setting) -> list[int]:
    """A runner's view of how much is in memory; one message at a time."""
    seen: list[int] = []

    async def run(batch: list[Dispatch]) -> None:
        seen.append(len(setting.dispatcher._memory.known))
        await setting.run(batch)
        await asyncio.sleep(0)

    setting.dispatcher.add_lane("c", run, at_once=1, most=2)
    return seen


def sids(*numbers: int) -> list[str]:
    return [dispatch(n).sid for n in numbers]


async def test_a_campaign_is_in_memory_by_part_and_goes_out_whole_and_in_order(
    setting: Setting,
) -> None:
    seen = watched(setting)
    setting.commit(*(dispatch(n) for n in range(500)))
    await eventually(lambda: len(setting.sent) == 500)
    assert max(seen) <= MOST
    assert setting.sent == sids(*range(500))
    assert setting.dispatcher._memory.known == {}
    assert setting.dispatcher._memory._lines == {}, "nothing is kept of a line that is done"


async def test_a_start_with_a_long_queue_reads_a_little_of_every_line_first(
    setting: Setting,
) -> None:
    setting.table = [dispatch(n, account=ONE, after=n / 1000 - 9) for n in range(1000)]
    setting.table += [dispatch(2000, account=OTHER), dispatch(2001, account=OTHER, sender="+9")]
    seen = watched(setting)
    assert await setting.dispatcher.load(WORLD) >= FEW + 2
    await eventually(lambda: set(sids(2000, 2001)) <= set(setting.sent))
    assert max(setting.sent.index(sid) for sid in sids(2000, 2001)) < 2 * FEW
    await eventually(lambda: not setting.table)
    assert max(seen) <= MOST + 3
    assert [sid for sid in setting.sent if sid in sids(*range(1000))] == sids(*range(1000))


async def test_where_many_campaigns_wait_none_is_filled_again(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above MOST_IN_ALL what is read on is little, too: a thousand lines are read on."""
    monkeypatch.setattr(memory, "MOST_IN_ALL", 2 * MOST)
    lines = 3 * MOST
    seen = watched(setting)
    setting.table = [
        dispatch(n * 100 + m, sender=f"+{n}", after=m / 1000 - 9)
        for n in range(lines)
        for m in range(REFILL)
    ]
    await setting.dispatcher.load(WORLD)
    await eventually(lambda: not setting.table)
    assert max(seen) <= lines * FEW


async def test_what_is_committed_while_a_line_is_left_goes_behind_it_and_is_not_lost(
    setting: Setting,
) -> None:
    watched(setting)
    setting.commit(*(dispatch(n) for n in range(60)))
    for n in range(60, 200):
        setting.commit(dispatch(n))
        await asyncio.sleep(0)
    await eventually(lambda: not setting.table)
    assert setting.sent == sids(*range(200))


async def test_what_is_committed_while_the_line_is_read_is_not_lost(setting: Setting) -> None:
    watched(setting)
    setting.may_read.clear()
    setting.commit(*(dispatch(n) for n in range(25)))
    await setting.reading.wait()
    setting.commit(*(dispatch(n) for n in range(25, 90)))
    setting.may_read.set()
    await eventually(lambda: not setting.table)
    assert setting.sent == sids(*range(90))


async def test_a_password_does_not_wait_behind_what_is_scheduled_by_the_same_service(
    setting: Setting,
) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.table = [dispatch(n, after=60, service="5" * 32) for n in range(100)]
    await setting.dispatcher.load(WORLD)
    setting.commit(dispatch(1000, service="5" * 32))
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == sids(1000)


async def test_while_the_database_is_away_it_is_not_asked_without_end(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.trouble = StoreUnavailable("gone")
    setting.commit(*(dispatch(n) for n in range(100)))
    await setting.dispatcher.idle(WORLD)
    assert len(setting.sent) == MOST
    for _ in range(20):
        await asyncio.sleep(0)
    assert not setting.dispatcher._reader._tasks
    setting.trouble = None
    while setting.table:
        await setting.dispatcher.load(WORLD)
        await setting.dispatcher.idle(WORLD)
    assert setting.sent == sids(*range(100))


async def test_a_carrier_that_is_configured_no_more_holds_up_nothing_of_its_line(
    setting: Setting,
) -> None:
    watched(setting)
    setting.table = [dispatch(n, carrier="gone", after=-5) for n in range(100)]
    setting.table += [dispatch(n) for n in range(100, 200)]
    await setting.dispatcher.load(WORLD)
    await eventually(lambda: len(setting.sent) == 100)
    assert setting.sent == sids(*range(100, 200))


async def test_far_schedules_cost_nothing_and_the_due_ones_go_out(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.commit(*(dispatch(n, after=86_400, service="5" * 32) for n in range(300)))
    await setting.dispatcher.load(WORLD)
    assert (setting.dispatcher._memory.known, setting.read) == ({}, [])
    assert await setting.dispatcher.earliest(WORLD) == START + timedelta(days=1)


async def advance(setting: Setting, target: datetime) -> list[datetime]:
    """As AdvanceClock; the moments at which something ran."""
    dispatcher, moments = setting.dispatcher, []
    while True:
        while True:
            await dispatcher.idle(WORLD)
            if not await dispatcher.load(WORLD, target) and dispatcher.is_idle(WORLD):
                break
        due = await dispatcher.earliest(WORLD)
        if due is None or due > target:
            setting.clock.hold(target)
            return moments
        moments.append(due)
        setting.clock.hold(due)


@pytest.mark.parametrize("seed", range(12))
async def test_a_moved_clock_runs_all_that_is_due_in_its_order(setting: Setting, seed: int) -> None:
    chance = random.Random(seed)
    ran: list[tuple[float, str]] = []
    most = 0

    async def run(batch: list[Dispatch]) -> None:
        nonlocal most
        most = max(most, len(setting.dispatcher._memory.known))
        now = setting.clock.now()
        ran.extend(((now - START).total_seconds(), d.sid) for d in batch)
        await setting.run(batch)

    setting.dispatcher.add_lane("c", run, at_once=1)
    due: dict[str, float] = {}
    for n in range(400):
        d = dispatch(n, after=chance.randrange(1, 40) * 1000, sender=f"+{chance.randrange(3)}")
        due[d.sid] = (d.due_at - START).total_seconds()
        if chance.random() < 0.3:
            setting.commit(d)
        else:
            setting.table.append(d)
    if chance.random() < 0.5:
        await setting.dispatcher.load(WORLD)
    await advance(setting, START + timedelta(seconds=20_000))
    late = {sid: at for sid, at in due.items() if at > 20_000}
    assert {sid: at for at, sid in ran} == {s: at for s, at in due.items() if s not in late}
    for n in range(400, 440):  # while the clock stands somewhere, more is scheduled
        setting.commit(d := dispatch(n, after=20_000 + chance.randrange(20_000)))
        due[d.sid] = (d.due_at - START).total_seconds()
    await advance(setting, START + timedelta(seconds=50_000))
    assert {sid: at for at, sid in ran} == due
    assert ran == sorted(ran, key=lambda entry: entry[0])
    assert most <= 3 * 2 * MOST
    assert setting.table == []


async def test_a_world_that_is_emptied_is_not_read_meanwhile(setting: Setting) -> None:
    go = asyncio.Event()

    async def run(batch: list[Dispatch]) -> None:
        await go.wait()
        await setting.run(batch)

    setting.dispatcher.add_lane("c", run, at_once=1, most=2)
    setting.commit(*(dispatch(n) for n in range(100)), dispatch(500, after=5))
    await eventually(lambda: setting.dispatcher._in_hand)
    with setting.dispatcher.emptying(WORLD):
        go.set()
        await setting.dispatcher.idle(WORLD)
        assert await setting.dispatcher.load(WORLD) == 0
        await setting.dispatcher._load_all()
        await setting.dispatcher.idle(WORLD)
        setting.table = []
    assert len(setting.sent) <= 2
    assert setting.dispatcher._memory.known == {}
    setting.commit(dispatch(1000))
    await setting.dispatcher.idle(WORLD)
    assert setting.sent[-1:] == sids(1000)


async def test_what_is_read_while_the_world_is_emptied_is_not_taken(setting: Setting) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.table = [dispatch(1)]
    setting.may_read.clear()
    loading = asyncio.create_task(setting.dispatcher.load(WORLD))
    await setting.reading.wait()
    with setting.dispatcher.emptying(WORLD):
        setting.table = []
    setting.may_read.set()
    assert await loading == 0
    assert setting.dispatcher._memory.known == {}


async def test_a_reading_that_was_to_begin_while_the_world_is_emptied_does_not(
    setting: Setting,
) -> None:
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    setting.table = [dispatch(n) for n in range(30)]
    await setting.dispatcher._reader.look(WORLD, START)
    assert setting.dispatcher._reader._tasks, "about to read on"
    with setting.dispatcher.emptying(WORLD):
        await setting.dispatcher.idle(WORLD)
        for _ in range(5):
            await asyncio.sleep(0)
    assert setting.found == [FEW]
