from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from trunkline.voice.legs import EngineLost, Leg, Legs, Listener, MediaUnavailable
from trunkline.voice.media.wire import HungUp, Refused, Ringing, ScriptDone
from trunkline.voice.phones.script import Step, StepAnswer, StepHear, StepPress, StepWait
from trunkline.voice.phones.watch_phones import NotOnPhone, WatchPhones

SID = "CA" + "0" * 32


class FakeLeg:
    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.did: list[Step] = []
        self.hung_up: list[str] = []
        self.played = 0

    def do(self, steps: Sequence[Step]) -> None:
        self.did += steps

    def hang_up(self, reason: str = "normal") -> None:
        self.hung_up.append(reason)

    def play(self, sources: Sequence[Any], *, loop: int = 1) -> int:
        self.played += 1
        return 7


class FakeLegs:
    def __init__(self) -> None:
        self.legs: dict[str, FakeLeg] = {}
        self.near: Any = None
        self.listener: Listener | None = None
        self.full = False

    async def open_phone(self, sid: str, _: str, listener: Listener, **asked: Any) -> Leg:
        if self.full:
            raise MediaUnavailable("full")
        self.near = asked["near"]
        self.listener = listener
        leg = self.legs[sid] = FakeLeg(sid)
        return cast(Leg, leg)


@pytest.fixture
def legs() -> FakeLegs:
    return FakeLegs()


@pytest.fixture
def watch(legs: FakeLegs) -> WatchPhones:
    return WatchPhones(cast(Legs, legs))


async def opened(
    watch: WatchPhones,
    *script: Step,
    rings: bool = True,
    heard: list[Any] | None = None,
    sid: str = SID,
) -> Leg:
    told = [] if heard is None else heard
    return await watch.open_phone(
        sid, "0" * 32, told.append, rings=rings, script=script, heard=None
    )


async def test_it_is_done_when_as_many_steps_are_done_as_were_told(
    watch: WatchPhones, legs: FakeLegs
) -> None:
    heard: list[Any] = []
    await opened(watch, StepAnswer(), StepHear(), heard=heard)
    assert legs.listener is not None
    assert not watch.is_done(SID)
    legs.listener(ScriptDone(leg=SID, frame=1, steps=2))
    assert watch.is_done(SID)
    watch.do(SID, [StepPress(keys="1")])
    legs.listener(ScriptDone(leg=SID, frame=1, steps=2))  # it was on its way
    assert not watch.is_done(SID)
    legs.listener(ScriptDone(leg=SID, frame=9, steps=3))
    assert watch.is_done(SID)
    assert legs.legs[SID].did == [StepPress(keys="1")]
    assert len(heard) == 3


async def test_a_phone_that_rings_has_nothing_to_do(watch: WatchPhones) -> None:
    await opened(watch)
    assert watch.is_done(SID)
    assert watch.rings(SID)
    watch.do(SID, [StepWait(ms=5)])
    assert watch.rings(SID)
    watch.do(SID, [StepAnswer()])
    assert not watch.rings(SID)


async def test_who_hears_or_presses_has_answered(watch: WatchPhones) -> None:
    await opened(watch, StepHear())
    assert not watch.rings(SID)


async def test_a_phone_that_calls_does_not_ring(watch: WatchPhones) -> None:
    await opened(watch, rings=False)
    assert not watch.rings(SID)


@pytest.mark.parametrize(
    "report",
    [HungUp(leg=SID, frame=1), Refused(leg=SID, frame=1, reason="busy"), EngineLost(SID)],
)
async def test_the_call_ends(watch: WatchPhones, legs: FakeLegs, report: Any) -> None:
    heard: list[Any] = []
    await opened(watch, StepAnswer(), heard=heard)
    assert legs.listener is not None
    legs.listener(Ringing(leg=SID, frame=1))
    assert watch.is_in_call(SID)
    legs.listener(report)
    assert heard[-1] == report
    assert not watch.is_in_call(SID)
    assert watch.is_done(SID)
    with pytest.raises(NotOnPhone):
        watch.do(SID, [])
    with pytest.raises(NotOnPhone):
        watch.rings(SID)


async def test_the_platform_ends_the_call(watch: WatchPhones, legs: FakeLegs) -> None:
    leg = await opened(watch, StepAnswer())
    assert leg.play([]) == 7  # all else is the leg's own
    leg.hang_up("busy")
    assert legs.legs[SID].hung_up == ["busy"]
    assert not watch.is_in_call(SID)


async def test_near_is_the_leg_that_the_engine_knows(watch: WatchPhones, legs: FakeLegs) -> None:
    near = await opened(watch)
    own = legs.legs[SID]
    await watch.open_phone(
        "CA" + "1" * 32, "0" * 32, print, rings=True, script=(), heard=None, near=near
    )
    assert legs.near is own


async def test_a_leg_that_cannot_be_opened_is_none(watch: WatchPhones, legs: FakeLegs) -> None:
    legs.full = True
    with pytest.raises(MediaUnavailable):
        await opened(watch)
    assert not watch.is_in_call(SID)


async def test_a_world_is_held_as_long_as_the_call_lasts(watch: WatchPhones) -> None:
    watch.hold(SID)
    assert not watch.holds("0" * 32)  # it waits to be dialled
    leg = await opened(watch)
    assert watch.holds("0" * 32)
    assert not watch.holds("1" * 32)
    watch.let_go("1" * 32)
    assert watch.holds("0" * 32)
    watch.let_go("0" * 32)
    assert not watch.holds("0" * 32)
    watch.hold(SID)
    leg.hang_up()
    await opened(watch)
    assert not watch.holds("0" * 32)


async def test_the_end_of_the_last_call_that_is_held_is_told(watch: WatchPhones) -> None:
    free: list[str] = []
    watch.on_free = free.append
    first, second, other = (SID[:-1] + number for number in "123")
    held = [await opened(watch, StepAnswer(), sid=sid) for sid in (first, second)]
    alone = await opened(watch, StepAnswer(), sid=other)
    watch.hold(first)
    watch.hold(second)
    alone.hang_up()
    held[0].hang_up()
    assert free == []
    held[1].hang_up()
    assert free == ["0" * 32]
    assert not watch.holds("0" * 32)
