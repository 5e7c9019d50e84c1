"""Calls that wait for their turn to be dialled."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.rates.call_queue import CallQueue
from trunkline.worlds import AdvanceClock, Limits, World, WorldClock

START = datetime(2026, 1, 1, tzinfo=UTC)
WORLD, OTHER = "0" * 31 + "1", "0" * 31 + "2"
A, B = "0" * 31 + "a", "0" * 31 + "b"
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


class Desk:
    """A queue, and what it has dialled when."""

    def __init__(self, limits: Limits | None) -> None:
        self.worlds = Worlds()
        self.limits = limits
        self.dialled: list[tuple[float, str]] = []
        self.queue = CallQueue(self.worlds, self, self._dial)  # type: ignore[arg-type]
        self.clock = self.worlds.clock(WORLD)
        self._advance = AdvanceClock(self.worlds, [self.queue])  # type: ignore[arg-type]
        self._count = 0

    def of(self, _: str) -> Limits | None:
        return self.limits

    def _dial(self, call: NewCall) -> None:
        seconds = (self.worlds.clock(call.world_id).now() - START).total_seconds()
        self.dialled.append((seconds, call.sid))

    def call(self, account: str = A, world: str = WORLD) -> str:
        self._count += 1
        sid = f"CA{self._count}"
        self.queue(
            NewCall(
                sid=sid,
                account_id=account,
                world_id=world,
                direction="outbound-api",
                path=("queued",),
                sender="+14155550100",
                recipient="+14155550123",
                document=DocumentSource(),
                created_at=START,
                real_time=START,
            )
        )
        return sid

    async def move(self, seconds: float) -> None:
        world = World(WORLD, "default", self.clock, True, "off", START)
        await asyncio.wait_for(self._advance(world, seconds * SECOND), 10)

    def change(self, limits: Limits | None) -> None:
        before, self.limits = self.limits, limits
        self.queue.changed(WORLD, before, limits)


@pytest.fixture
async def desk() -> Any:
    desk = Desk(Limits())
    yield desk
    desk.queue.stop()


async def test_without_limits_a_call_is_dialled_at_once() -> None:
    desk = Desk(None)
    sids = [desk.call() for _ in range(100)]
    assert [sid for _, sid in desk.dialled] == sids


async def test_an_account_dials_a_call_a_second_in_their_order(desk: Desk) -> None:
    sids = [desk.call() for _ in range(4)]
    assert desk.dialled == [(0, sids[0])]
    await desk.move(10)
    assert desk.dialled == list(zip((0.0, 1.0, 2.0, 3.0), sids, strict=True))


async def test_accounts_and_worlds_do_not_wait_for_each_other(desk: Desk) -> None:
    for account, world in ((A, WORLD), (B, WORLD), (A, OTHER)):
        desk.call(account, world)
    assert len(desk.dialled) == 3


async def test_what_time_has_saved_up_is_no_burst(desk: Desk) -> None:
    desk.call()
    await desk.move(3600)
    for _ in range(3):
        desk.call()
    await desk.move(10)
    # A tenth of a second may be saved up, for timers that fire late.
    assert [seconds for seconds, _ in desk.dialled] == [0, 3600, 3600.9, 3601.9]


async def test_a_call_that_is_cancelled_leaves_its_turn_to_the_next(desk: Desk) -> None:
    _, second, third = (desk.call() for _ in range(3))
    assert desk.queue.knows(second)
    assert desk.queue.cancel(second)
    assert not desk.queue.cancel(second)
    assert not desk.queue.cancel("CA0")
    await desk.move(10)
    assert desk.dialled[1:] == [(1, third)]
    assert not desk.queue.knows(third)


async def test_a_call_that_waits_is_given_a_shorter_limit(desk: Desk) -> None:
    first, second, third = (desk.call() for _ in range(3))
    assert desk.queue.limit(second, 5)
    assert not desk.queue.limit(first, 5)  # its turn has come
    await desk.move(1)
    assert [sid for _, sid in desk.dialled] == [first, second]
    assert desk.queue.limit(third, 7)
    call = desk.queue.cancel(third)
    assert call is not None
    assert call.options["time_limit"] == 7


async def test_all_that_waited_is_cancelled(desk: Desk) -> None:
    _, second = desk.call(), desk.call()
    desk.queue.cancel(second)
    await desk.move(10)
    desk.call()
    assert [seconds for seconds, _ in desk.dialled] == [0, 10]


async def test_a_call_is_queued_once(desk: Desk) -> None:
    desk.call()
    second = desk.call()
    desk._count -= 1
    assert desk.call() == second
    await desk.move(10)
    assert len(desk.dialled) == 2


async def test_the_queue_has_an_end() -> None:
    desk = Desk(Limits(calls_per_second=2, queue_seconds=3))
    assert desk.queue.room_for(WORLD, A)
    desk.call()
    for _ in range(6):
        assert desk.queue.room_for(WORLD, A)
        desk.call()
    assert not desk.queue.room_for(WORLD, A)
    assert desk.queue.room_for(WORLD, B)
    await desk.move(0.5)
    assert desk.queue.room_for(WORLD, A)
    desk.limits = None
    assert desk.queue.room_for(WORLD, A)
    desk.queue.stop()


async def test_it_is_known_when_a_turn_comes(desk: Desk) -> None:
    first, second, third = (desk.call() for _ in range(3))
    assert desk.queue.waits(first) is None
    assert desk.queue.waits(second) == START + SECOND
    assert desk.queue.waits(third) == START + 2 * SECOND


async def test_another_rate_holds_at_once(desk: Desk) -> None:
    for _ in range(4):
        desk.call()
    await desk.move(0.5)
    desk.change(Limits(calls_per_second=10))
    await desk.move(10)
    assert [seconds for seconds, _ in desk.dialled] == [0, 0.55, 0.65, 0.75]


async def test_what_waits_is_dialled_when_nothing_is_limited_any_more(desk: Desk) -> None:
    for _ in range(4):
        desk.call()
    desk.change(None)
    assert len(desk.dialled) == 4
    await desk.move(10)
    assert len(desk.dialled) == 4


async def test_the_calls_of_a_world_that_is_emptied_are_not_dialled(desk: Desk) -> None:
    for _ in range(4):
        desk.call()
    desk.queue.forget_world(WORLD)
    await desk.move(10)
    assert len(desk.dialled) == 1
    desk.call()
    await desk.move(10)
    assert len(desk.dialled) == 2


async def test_accounts_that_called_are_not_kept_for_ever(desk: Desk) -> None:
    waiting = [desk.call(), desk.call()]
    for n in range(5_000):
        desk.call(account=f"{n + 100:032x}")
        desk.clock.hold(START + n * timedelta(milliseconds=100))
    assert len(desk.dialled) == 5_002
    assert len(desk.queue._lines) < 2_100
    assert [sid for _, sid in desk.dialled if sid in waiting] == waiting
