"""`proxy.claims`: who may send, and who may not because nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.support.waiting import eventually
from tests.unit.gateway.proxy.stand_ins import MovingClock
from trunkline.gateway.errors import Unavailable
from trunkline.gateway.proxy import Claims, DuplicateOfUnknown
from trunkline.gateway.proxy.claims import Claim
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Overloaded


class Node:
    """Claims of one process."""

    def __init__(self, database: Database, clock: MovingClock, sids: SidFactory) -> None:
        self.commit = GroupCommit(database, published=lambda _: None)
        self.slept: list[float] = []
        self.awake = asyncio.Event()
        self.awake.set()
        self.claims = Claims(database, self.commit, clock, sleep=self._sleep)
        self._sids = sids

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.awake.wait()

    async def claim(self, fingerprint: bytes) -> Claim:
        return await self.claims.claim(
            fingerprint,
            id=self._sids.new_id(),
            tenant_id=self._sids.new_id(),
            connection_id=self._sids.new_id(),
            method="POST",
        )

    async def close(self) -> None:
        await self.claims.close()
        await self.commit.close()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def node(database: Database, clock: MovingClock, sids: SidFactory) -> AsyncIterator[Node]:
    node = Node(database, clock, sids)
    yield node
    await node.close()


@pytest.fixture
async def other(database: Database, clock: MovingClock, sids: SidFactory) -> AsyncIterator[Node]:
    node = Node(database, clock, sids)
    yield node
    await node.close()


@pytest.fixture
def print_(sids: SidFactory) -> bytes:
    return bytes.fromhex(sids.new_id()) * 2


async def test_the_row_is_there_before_anything_is_sent(
    node: Node, database: Database, print_: bytes
) -> None:
    claim = await node.claim(print_)
    row = await database.fetchrow("SELECT * FROM gateway_sends WHERE fingerprint = $1", print_)
    assert row is not None
    assert (row["id"].hex, row["ended_at"], row["status"]) == (claim.id, None, None)


async def test_once_free_an_equal_one_is_another_one(node: Node, print_: bytes) -> None:
    for _ in range(5):
        claim = await node.claim(print_)
        claim.answered(201)
        claim.free()


async def test_what_was_not_sent_blocks_nothing(node: Node, print_: bytes) -> None:
    for _ in range(3):
        (await node.claim(print_)).release()


@pytest.mark.parametrize("status", [None, 201, 503])
async def test_what_is_held_blocks_for_a_minute(
    node: Node, other: Node, clock: MovingClock, print_: bytes, status: int | None
) -> None:
    first = await node.claim(print_)
    if status is not None:
        first.answered(status)
    first.hold()
    outcome = {None: "unknown", 201: "answered", 503: "failed"}[status]
    for each in (node, other, node):
        with pytest.raises(DuplicateOfUnknown) as refused:
            await each.claim(print_)
        told = refused.value.data["first"]  # type: ignore[index]
        assert (told["request_id"], told["status"]) == (first.id, status)
        assert told["outcome"] == outcome
    clock.forward(59)
    with pytest.raises(DuplicateOfUnknown):
        await node.claim(print_)
    clock.forward(1)
    (await node.claim(print_)).release()


async def test_only_the_first_end_counts(node: Node, print_: bytes) -> None:
    claim = await node.claim(print_)
    claim.hold()
    claim.free()
    claim.release()
    with pytest.raises(DuplicateOfUnknown):
        await node.claim(print_)


async def test_of_a_hundred_at_once_one_is_sent(node: Node, other: Node, print_: bytes) -> None:
    async def attempt(each: Node) -> Claim | None:
        with suppress(DuplicateOfUnknown):
            return await each.claim(print_)
        return None

    tasks = [asyncio.create_task(attempt(each)) for each in (node, other) * 50]
    done: set[asyncio.Task[Claim | None]] = set()
    while not any(task.result() for task in done):
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    [first] = [claim for task in done if (claim := task.result())]
    first.answered(201)
    first.hold()
    assert sum(claim is not None for claim in await asyncio.gather(*tasks)) == 1


async def test_one_that_waits_hears_what_became_of_the_first(node: Node, print_: bytes) -> None:
    first = await node.claim(print_)
    second = asyncio.create_task(node.claim(print_))
    await asyncio.sleep(0)
    assert not second.done()
    first.answered(201)
    with pytest.raises(DuplicateOfUnknown) as refused:
        await second
    assert refused.value.data["first"]["status"] == 201  # type: ignore[index]
    first.free()  # it was another one that came while the first was under way: still not sent


async def test_one_that_waits_goes_on_when_the_first_was_not_sent(
    node: Node, print_: bytes
) -> None:
    first = await node.claim(print_)
    second = asyncio.create_task(node.claim(print_))
    await asyncio.sleep(0)
    first.release()
    (await second).release()


async def test_a_crash_leaves_it_unknown(
    node: Node, other: Node, clock: MovingClock, print_: bytes
) -> None:
    await node.claim(print_)  # and the process dies: nothing of it is ever written again
    with pytest.raises(DuplicateOfUnknown) as refused:
        await other.claim(print_)
    assert refused.value.data["first"]["outcome"] == "unknown"  # type: ignore[index]
    assert sum(other.slept) == pytest.approx(1.0)  # in case that its end was on its way
    clock.forward(119)
    with pytest.raises(DuplicateOfUnknown):
        await other.claim(print_)
    clock.forward(1)
    (await other.claim(print_)).release()


async def test_elsewhere_the_end_may_arrive_a_moment_after_the_answer(
    node: Node, other: Node, print_: bytes
) -> None:
    first = await node.claim(print_)
    first.answered(201)
    other.awake.clear()
    second = asyncio.create_task(other.claim(print_))
    await eventually(lambda: other.slept)
    first.free()
    await node.claims.close()
    other.awake.set()
    (await second).release()


async def test_what_takes_long_goes_on_blocking(
    node: Node, other: Node, clock: MovingClock, print_: bytes
) -> None:
    first = await node.claim(print_)
    for _ in range(10):
        clock.forward(30)
        await node.claims.renew()
    with pytest.raises(DuplicateOfUnknown):
        await other.claim(print_)
    first.answered(200)
    first.free()
    (await node.claim(print_)).release()


async def test_rows_that_block_nothing_are_swept(
    node: Node, database: Database, clock: MovingClock, sids: SidFactory
) -> None:
    prints = [bytes.fromhex(sids.new_id()) for _ in range(4)]
    free, held, open_, fresh = prints
    (await node.claim(free)).release()
    (await node.claim(held)).hold()
    await node.claim(open_)
    clock.forward(61)
    (await node.claim(fresh)).release()
    await node.claims.close()
    await node.claims.sweep()
    left = await database.fetch(
        "SELECT fingerprint FROM gateway_sends WHERE fingerprint = ANY($1)", prints
    )
    assert {row["fingerprint"] for row in left} == {open_, fresh}


async def test_one_that_is_called_off_while_it_claims_blocks_nothing(
    node: Node, print_: bytes
) -> None:
    task = asyncio.create_task(node.claim(print_))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (await node.claim(print_)).release()


async def test_overload_refuses_before_anything_is_written(
    database: Database, clock: MovingClock, sids: SidFactory, print_: bytes
) -> None:
    node = Node(database, clock, sids)
    await node.commit.close()  # takes nothing any more
    with pytest.raises(Unavailable) as refused:
        await node.claim(print_)
    assert isinstance(refused.value.__cause__, Overloaded)
    with pytest.raises(Unavailable):  # and it is not taken for one that is under way
        await node.claim(print_)
