"""The queue of requests to apps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.support.waiting import eventually
from tests.unit.webhooks.delivering import START, WORLD, Queue, Unknown, settle
from trunkline.store import StoreUnavailable
from trunkline.webhooks import deliver
from trunkline.webhooks.hosts import NEW

OTHER = "0" * 31 + "2"
SECOND = timedelta(seconds=1)


@pytest_asyncio.fixture(loop_scope="session")
async def queue() -> AsyncIterator[Queue]:
    queue = Queue()
    yield queue
    await queue.deliver.stop(grace=0)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that are too long for memory with the fifth request."""
    monkeypatch.setattr(deliver, "MOST_WAITING", 4)
    monkeypatch.setattr(deliver, "REFILL", 1)


async def test_requests_of_one_subject_go_one_after_the_other(queue: Queue) -> None:
    queue.app.at_once = False
    first, second, third = queue.send("SM1", 3)
    await settle()
    for delivery in (first, second, third):
        assert list(queue.app.under_way) == [delivery.id]
        queue.app.answer(delivery.id)
        await settle()
    assert queue.app.ended == [first.id, second.id, third.id]
    assert queue.kept == 0


async def test_subjects_do_not_wait_for_each_other(queue: Queue) -> None:
    queue.app.at_once = False
    queue.send("SM1", 2)
    queue.send("SM2", 2)
    await settle()
    assert queue.app.told == ["SM1/1", "SM2/3"]


async def test_the_next_begins_only_when_the_end_of_the_one_before_is_written_down(
    queue: Queue,
) -> None:
    rows: list[set[str]] = []
    queue.app.on_begin = lambda _: rows.append(set(queue.table.rows))
    one, two = queue.make("SM1"), queue.make("SM1")
    queue.commit(one, two)
    await settle()
    assert rows == [{one.id, two.id}, {two.id}]


# --- before the answer ----------------------------------------------------------------------


async def test_no_request_leaves_before_the_answer(queue: Queue) -> None:
    queue.deliver.hold("SM1")
    queue.send("SM1", 2)
    queue.send("SM2")
    await settle()
    assert queue.app.told == ["SM2/3"]
    queue.deliver.release("SM1")
    await settle()
    assert queue.app.told == ["SM2/3", "SM1/1", "SM1/2"]


async def test_several_holds_are_released_one_by_one(queue: Queue) -> None:
    queue.deliver.hold("SM1")
    queue.deliver.hold("SM1")
    queue.send("SM1")
    queue.deliver.release("SM1")
    await settle()
    assert queue.app.begun == []
    queue.deliver.release("SM1")
    await settle()
    assert queue.app.told == ["SM1/1"]


async def test_a_hold_that_nothing_came_of_leaves_nothing_behind(queue: Queue) -> None:
    queue.deliver.hold("SM1")
    queue.deliver.release("SM1")
    assert queue.kept == 0


async def test_a_release_without_a_hold_is_of_no_effect(queue: Queue) -> None:
    queue.deliver.release("SM1")
    queue.deliver.hold("SM1")
    queue.deliver.release("SM1")
    queue.deliver.release("SM1")
    queue.deliver.hold("SM1")
    queue.send("SM1")
    await settle()
    assert queue.app.begun == []
    queue.deliver.release("SM1")


async def test_a_hold_keeps_back_what_comes_after_the_one_under_way(queue: Queue) -> None:
    queue.app.at_once = False
    first, second = queue.send("SM1", 2)
    await settle()
    queue.deliver.hold("SM1")
    queue.app.answer(first.id)
    await settle()
    assert queue.app.under_way == {}
    queue.deliver.release("SM1")
    await settle()
    assert list(queue.app.under_way) == [second.id]


async def test_what_is_held_back_is_not_due(queue: Queue) -> None:
    queue.deliver.hold("SM1")
    queue.send("SM1")
    assert queue.deliver.is_idle(WORLD)
    queue.deliver.release("SM1")
    assert not queue.deliver.is_idle(WORLD)


# --- lines that are too long for memory -----------------------------------------------------


@pytest.mark.usefixtures("small")
async def test_a_long_line_is_kept_in_the_table_and_comes_in_order(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 30)
    most = 0
    for delivery in made:
        await settle()
        assert list(queue.app.under_way) == [delivery.id]
        most = max(most, queue.deliver._of_line[("app.example:80", delivery.account_id)])
        queue.app.answer(delivery.id)
    await settle()
    assert queue.app.ended == [delivery.id for delivery in made]
    assert most <= deliver.MOST_WAITING
    assert queue.kept == 0
    assert queue.table.reads <= 12  # not one for each


@pytest.mark.usefixtures("small")
async def test_what_comes_while_the_table_is_read_comes_in_order(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 5)
    await settle()
    gate = asyncio.Event()
    queue.table.gate = gate.wait
    for delivery in made[:3]:
        queue.app.answer(delivery.id)
        await settle()
    assert queue.table.reads == 1  # and not over
    made += queue.send("SM1", 2)  # not in what is being read
    queue.app.answer(made[3].id)  # in what is being read, but gone by then
    await settle()
    queue.table.gate = None
    gate.set()
    await settle()
    queue.app.at_once = True
    queue.app.answer(made[4].id)
    await settle()
    assert queue.app.ended == [delivery.id for delivery in made]


@pytest.mark.usefixtures("small")
async def test_more_than_memory_takes_comes_while_the_table_is_read(queue: Queue) -> None:
    queue.app.at_once = False
    gate = asyncio.Event()
    queue.table.gate = gate.wait
    queue.deliver.doubt()
    queue.store(queue.make("SM1"))
    recovering = asyncio.create_task(queue.deliver.recover())
    queue.table.gate = None
    await settle()
    queue.table.gate = gate.wait
    queue.app.answer(queue.app.begun[0].id)
    queue.send("SM1", 5)
    await settle()
    reading = asyncio.create_task(queue.deliver.refill())
    await settle()
    made = queue.send("SM1", 30)
    queue.table.gate = None
    gate.set()
    await asyncio.gather(recovering, reading)
    assert queue.deliver._of_line[("app.example:80", made[0].account_id)] <= 4
    queue.app.at_once = True
    queue.app.answer(next(iter(queue.app.under_way)))
    await settle(queue)
    assert queue.app.told == [f"SM1/{n}" for n in range(1, 37)]
    assert queue.kept == 0


@pytest.mark.usefixtures("small")
async def test_a_long_line_does_not_keep_another_from_being_taken(queue: Queue) -> None:
    queue.app.at_once = False
    queue.send("SM1", 10)
    queue.send("SM2", url="http://other.example/")
    await settle()
    assert "SM2/11" in queue.app.told


@pytest.mark.usefixtures("small")
async def test_a_long_line_is_read_on_when_the_table_is_back(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 8)
    await settle()
    queue.table.down = True
    queue.app.at_once = True
    queue.app.answer(made[0].id)
    await settle()
    assert len(queue.app.ended) == 4
    queue.table.down = False
    assert await queue.deliver.load(WORLD) == 4
    await settle()
    assert queue.app.ended == [delivery.id for delivery in made]


@pytest.mark.usefixtures("small")
async def test_load_tells_of_what_comes_with_a_read_that_is_under_way(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 8)
    await settle()
    gate = asyncio.Event()
    queue.table.gate = gate.wait
    for delivery in made[:4]:
        queue.app.answer(delivery.id)
        await settle()
    assert queue.deliver.is_idle(WORLD)
    loading = asyncio.create_task(queue.deliver.load(WORLD))
    await settle()
    assert not loading.done()
    queue.table.gate = None
    gate.set()
    assert await loading == 3  # of the four that were read, one has ended meanwhile
    assert not queue.deliver.is_idle(WORLD)


@pytest.mark.usefixtures("small")
async def test_a_table_that_cannot_be_read_for_no_known_reason_is_read_again(
    queue: Queue,
) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 6)
    await settle()

    async def trouble() -> None:
        raise ValueError("no idea")

    queue.table.gate = trouble
    queue.app.at_once = True
    queue.app.answer(made[0].id)
    await settle()
    queue.table.gate = None
    await queue.deliver.refill()
    await settle()
    assert queue.app.ended == [delivery.id for delivery in made]


# --- trouble --------------------------------------------------------------------------------


async def test_what_could_not_be_written_down_is_read_again_in_order(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 3)
    await settle()
    queue.app.answer(made[0].id, StoreUnavailable("gone"))
    await settle()
    assert queue.deliver.is_idle(WORLD)
    made += queue.send("SM1")  # may not pass those before it
    await settle()
    assert queue.app.under_way == {}
    queue.app.at_once = True
    await queue.deliver.refill()
    await settle()
    assert queue.app.ended == [delivery.id for delivery in made]
    assert queue.app.told == ["SM1/1", "SM1/1", "SM1/2", "SM1/3", "SM1/4"]
    assert queue.kept == 0


async def test_what_was_written_down_all_the_same_is_not_made_again(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 2)
    await settle()
    queue.app.answer(made[0].id, Unknown("gone"))
    await settle()
    queue.app.at_once = True
    await queue.deliver.refill()
    await settle()
    assert queue.app.told == ["SM1/1", "SM1/2"]


async def test_what_fails_while_its_line_is_read_is_not_lost(queue: Queue) -> None:
    queue.app.at_once = False
    first = queue.send("SM1", 2)
    other = queue.send("SM2")
    await settle()
    queue.app.answer(other[0].id, StoreUnavailable("gone"))
    await settle()
    gate = asyncio.Event()
    queue.table.gate = gate.wait
    reading = asyncio.create_task(queue.deliver.refill())
    await settle()
    queue.app.answer(first[0].id, StoreUnavailable("gone"))
    await settle()
    queue.table.gate = None
    gate.set()
    await reading
    queue.app.at_once = True
    await queue.deliver.refill()
    await settle()
    assert queue.table.rows == {}
    assert [e for e in queue.app.ended if e in {d.id for d in first}] == [d.id for d in first]


async def test_a_defect_does_not_stop_those_of_other_subjects(queue: Queue) -> None:
    queue.app.at_once = False
    (bad,) = queue.send("SM1")
    await settle()
    queue.app.answer(bad.id, ValueError("a defect"))
    await settle()
    reads = queue.table.reads
    queue.app.at_once = True
    queue.send("SM2", 50, url="http://other.example/")
    await settle()
    await settle()
    await settle()
    assert len(queue.app.ended) == 50
    assert queue.table.reads == reads


async def test_a_request_that_fails_again_and_again_gives_way_but_stays_in_the_table(
    queue: Queue,
) -> None:
    made = queue.make("SM1"), queue.make("SM1")
    answers = queue.app

    def fail(delivery: Any) -> None:
        if delivery.id == made[0].id:
            raise ValueError("a defect")

    begun = []
    answers.on_begin = lambda delivery: (begun.append(delivery.data["told"]), fail(delivery))[0]
    queue.commit(*made)
    await settle()
    for _ in range(10):
        await queue.deliver.refill()
        await settle()
    assert begun == ["SM1/1", "SM1/1", "SM1/1", "SM1/2"]
    assert list(queue.table.rows) == [made[0].id]
    assert queue.kept == 0
    assert await queue.deliver.load(WORLD) == 0
    assert queue.deliver.is_idle(WORLD)


async def test_a_defect_of_one_request_is_not_tried_again_with_each_of_its_line(
    queue: Queue,
) -> None:
    queue.app.at_once = False
    (bad,) = queue.send("SM0")
    good = [queue.send(f"SM{n}")[0] for n in range(1, 7)]
    await settle()
    queue.app.answer(bad.id, ValueError("a defect"))
    await settle()
    for delivery in good:
        queue.app.answer(delivery.id)
        await settle()
    assert queue.app.told.count("SM0/1") == 1
    assert queue.table.reads == 0


async def test_what_may_have_been_committed_is_looked_for(queue: Queue) -> None:
    queue.store(queue.make("SM1"))
    queue.deliver.doubt()
    queue.send("SM1")  # may not pass it
    await settle()
    assert queue.app.begun == []
    stop = asyncio.Event()
    looking = asyncio.create_task(queue.deliver.look_for_ever(3600, stop))
    await settle()
    assert queue.app.told == ["SM1/1", "SM1/2"]
    queue.send("SM1")
    await settle()
    assert queue.app.told[2:] == ["SM1/3"]
    assert not looking.done()
    stop.set()
    await looking


async def test_doubt_stays_until_the_table_can_be_read(queue: Queue) -> None:
    queue.store(queue.make("SM1"))
    queue.deliver.doubt()
    queue.table.down = True
    stop = asyncio.Event()
    looking = asyncio.create_task(queue.deliver.look_for_ever(0.0, stop))
    await settle()
    queue.table.down = False
    await eventually(lambda: not queue.table.rows)
    stop.set()
    await looking
    assert queue.app.told == ["SM1/1"]


async def test_doubt_that_comes_while_the_table_is_read_is_settled_later(queue: Queue) -> None:
    gate = asyncio.Event()
    queue.table.gate = gate.wait
    queue.deliver.doubt()
    recovering = asyncio.create_task(queue.deliver.recover())
    await settle()
    queue.store(queue.make("SM1"))
    queue.deliver.doubt()
    queue.table.gate = None
    gate.set()
    await recovering
    await settle()
    assert queue.app.begun == []
    await queue.deliver.recover()
    await settle()
    assert queue.app.told == ["SM1/1"]


@pytest.mark.usefixtures("small")
async def test_nothing_passes_what_was_not_heard_of_while_the_table_was_read(
    queue: Queue,
) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 5)
    await settle()
    gate = asyncio.Event()
    queue.table.gate = gate.wait
    queue.app.at_once = True
    queue.app.answer(made[0].id)
    await settle()
    queue.store(queue.make("SM2"))
    queue.deliver.doubt()
    queue.send("SM2")
    queue.table.gate = None
    gate.set()
    await settle()
    await queue.deliver.recover()
    await settle()
    assert queue.app.told[5:] == ["SM2/6", "SM2/7"]


async def test_a_start_takes_up_what_was_left(queue: Queue) -> None:
    first, second = queue.make("SM1"), queue.make("SM1")
    queue.store(second, queue.make("SM2", url="http://other.example/"), first)
    await queue.deliver.recover()
    await settle()
    assert sorted(queue.app.told) == ["SM1/1", "SM1/2", "SM2/3"]
    assert queue.app.told.index("SM1/1") < queue.app.told.index("SM1/2")


async def test_a_world_that_another_node_made_is_followed(queue: Queue) -> None:
    queue.store(queue.make("SM1", world_id=OTHER))
    assert queue.deliver.is_idle(OTHER)
    await queue.deliver.recover()
    await settle()
    assert queue.app.told == ["SM1/1"]


# --- times ----------------------------------------------------------------------------------


async def test_a_request_waits_for_its_time_in_its_world(queue: Queue) -> None:
    queue.send("SM1", due_at=START + 10 * SECOND)
    queue.send("SM2", due_at=START + 5 * SECOND)
    await settle()
    assert queue.app.begun == []
    assert await queue.deliver.earliest(WORLD) == START + 5 * SECOND
    assert queue.deliver.is_idle(WORLD)
    queue.move(5 * SECOND)
    await settle()
    assert queue.app.told == ["SM2/2"]
    assert await queue.deliver.earliest(WORLD) == START + 10 * SECOND
    queue.move(5 * SECOND)
    await settle()
    assert queue.app.told == ["SM2/2", "SM1/1"]
    assert await queue.deliver.earliest(WORLD) is None


async def test_the_next_of_a_subject_waits_for_one_that_waits_for_its_time(queue: Queue) -> None:
    queue.send("SM1", due_at=START + 10 * SECOND)
    queue.send("SM1")
    await settle()
    assert queue.app.begun == []
    queue.move(10 * SECOND)
    await settle()
    assert queue.app.told == ["SM1/1", "SM1/2"]


async def test_another_world_has_its_own_time(queue: Queue) -> None:
    queue.send("SM1", due_at=START + 10 * SECOND, world_id=OTHER)
    queue.move(10 * SECOND)
    await settle()
    assert queue.app.begun == []
    assert await queue.deliver.earliest(WORLD) is None
    assert await queue.deliver.earliest(OTHER) == START + 10 * SECOND


async def test_idle_waits_for_all_requests_that_are_due(queue: Queue) -> None:
    queue.app.at_once = False
    made = queue.send("SM1", 2)
    queue.send("SM2", world_id=OTHER)
    await settle()
    waiting = asyncio.create_task(queue.deliver.idle(WORLD))
    for delivery in made:
        await settle()
        assert not waiting.done()
        assert not queue.deliver.is_idle(WORLD)
        queue.app.answer(delivery.id)
    await asyncio.wait_for(waiting, 5)
    assert queue.deliver.is_idle(WORLD)
    assert not queue.deliver.is_idle(OTHER)


# --- the end --------------------------------------------------------------------------------


async def test_stopping_waits_for_what_is_under_way_and_begins_nothing(queue: Queue) -> None:
    queue.app.at_once = False
    first, _ = queue.send("SM1", 2)
    await settle()
    stopping = asyncio.create_task(queue.deliver.stop(grace=60))
    await settle()
    queue.send("SM2")
    assert not stopping.done()
    queue.app.answer(first.id)
    await asyncio.wait_for(stopping, 5)
    assert queue.app.told == ["SM1/1"]
    assert len(queue.table.rows) == 2


async def test_stopping_cuts_off_what_takes_too_long_and_leaves_it_in_the_table(
    queue: Queue,
) -> None:
    queue.app.at_once = False
    queue.send("SM1", 2)
    queue.send("SM2")
    await settle()
    await asyncio.wait_for(queue.deliver.stop(grace=0), 5)
    assert queue.app.ended == []
    assert len(queue.table.rows) == 3
    assert queue.app.under_way == {}
    assert len(queue.app.begun) == 2


async def test_stopping_with_nothing_under_way_is_at_once(queue: Queue) -> None:
    queue.send("SM1", due_at=START + SECOND)
    await asyncio.wait_for(queue.deliver.stop(grace=3600), 5)
    queue.move(SECOND)
    await settle()
    assert queue.app.begun == []


async def test_of_a_world_that_is_emptied_only_what_is_under_way_comes_to_its_end(
    queue: Queue,
) -> None:
    queue.app.at_once = False
    queue.send("SM1", 2)
    queue.send("SM2", due_at=START + SECOND)
    for n in range(NEW.share.per_host):
        queue.send(f"SM{10 + n}")
    await settle()
    under_way = list(queue.app.under_way)
    assert len(under_way) == NEW.share.per_host  # and one waits in line
    (stays,) = queue.send("SM3", world_id=OTHER)  # behind it
    queue.deliver.forget_world(WORLD)
    for gone in set(queue.table.rows) - {*under_way, stays.id}:
        del queue.table.rows[gone]
    queue.move(SECOND)
    queue.app.at_once = True
    for delivery_id in under_way:
        queue.app.answer(delivery_id)
    await settle()
    assert queue.app.ended == [*under_way, stays.id]
    assert queue.deliver.is_idle(WORLD)
    assert queue.kept == 0


async def test_a_world_is_emptied_while_its_rows_are_read(queue: Queue) -> None:
    queue.store(queue.make("SM1"))
    gate = asyncio.Event()
    recovering = asyncio.create_task(queue.deliver.recover())
    queue.table.gate = gate.wait
    await settle()
    queue.deliver.forget_world(WORLD)
    queue.table.rows.clear()
    queue.table.gate = None
    gate.set()
    await recovering
    await settle()
    assert queue.app.begun == []
    assert queue.deliver.is_idle(WORLD)


async def test_a_hold_outlives_an_emptied_world(queue: Queue) -> None:
    queue.deliver.hold("SM1")
    queue.send("SM1")
    queue.deliver.forget_world(WORLD)
    queue.table.rows.clear()
    queue.send("SM1")
    await settle()
    assert queue.app.begun == []
    queue.deliver.release("SM1")
    await settle()
    assert queue.app.told == ["SM1/2"]
    assert queue.kept == 0


async def test_nothing_passes_what_was_committed_while_its_line_was_left(queue: Queue) -> None:
    queue.app.at_once = False
    lost, other = queue.send("SM1")[0], queue.send("SM2")[0]
    await settle()
    queue.deliver.doubt()
    queue.send("SM3")  # for the table to tell of
    queue.app.answer(lost.id, StoreUnavailable("gone"))
    await settle()
    gates: list[asyncio.Future[None]] = []

    async def gate() -> None:
        gates.append(asyncio.get_running_loop().create_future())
        await gates[-1]

    async def open_gates() -> None:
        while gates:
            gates.pop(0).set_result(None)
            await settle()

    queue.table.gate = gate
    queue.app.answer(other.id)
    await settle()
    (first,) = queue.send("SM4", told="first")  # the line is left: not until the next look
    look = asyncio.create_task(queue.deliver.recover())
    await settle()
    gates.pop().set_result(None)  # the lines that there are
    await settle()
    (second,) = queue.send("SM4", told="second")
    await open_gates()
    await look
    queue.table.gate = None
    await queue.deliver.refill()
    queue.app.at_once = True
    while queue.app.under_way:
        queue.app.answer(next(iter(queue.app.under_way)))
        await settle()
    assert queue.app.ended[-2:] == [first.id, second.id]
