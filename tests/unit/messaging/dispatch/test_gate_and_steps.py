"""What the gate keeps, and steps that are taken in memory only."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.unit.messaging.dispatch.table_in_memory import START, WORLD, Setting, dispatch
from trunkline.messaging.model import Dispatch


class OneEachSecond:
    """A gate that lets one message pass in each second."""

    def __init__(self) -> None:
        self.setting: Setting
        self.kept: list[Dispatch] = []
        self.passed = 0

    def keeps(self, dispatch: Dispatch) -> bool:
        """All of them."""
        self.kept.append(dispatch)
        return True

    def earliest(self, world_id: str) -> datetime | None:
        """A second after the last."""
        return START + timedelta(seconds=self.passed + 1) if self.kept else None

    def clear(self, world_id: str) -> list[Dispatch]:
        """All of them."""
        kept, self.kept = self.kept, []
        return kept

    def look(self) -> None:
        """The clock was moved."""
        while self.kept and START + timedelta(seconds=self.passed + 1) <= self.setting.clock.now():
            self.passed += 1
            self.setting.dispatcher.admit(self.kept.pop(0))


@pytest.fixture
def gate() -> OneEachSecond:
    return OneEachSecond()


@pytest.fixture
def setting(gate: OneEachSecond) -> Setting:
    gate.setting = setting = Setting(gate)
    setting.clock.watch(gate.look)
    setting.dispatcher.add_lane("c", setting.run, at_once=1)
    return setting


async def test_a_world_rests_while_the_gate_keeps_its_messages(setting: Setting) -> None:
    setting.commit(dispatch(1), dispatch(2), dispatch(3, after=10))
    await setting.dispatcher.idle(WORLD)
    assert setting.dispatcher.is_idle(WORLD)
    assert setting.dispatcher.knows(dispatch(1).sid)
    assert await setting.dispatcher.load(WORLD, START + timedelta(hours=1)) == 0
    for second in (1, 2):
        assert await setting.dispatcher.earliest(WORLD) == START + timedelta(seconds=second)
        setting.clock.hold(START + timedelta(seconds=second))
        await setting.dispatcher.idle(WORLD)
        assert setting.sent == [dispatch(n).sid for n in range(1, second + 1)]
    assert await setting.dispatcher.earliest(WORLD) == START + timedelta(seconds=10)


async def test_the_turn_of_a_message_comes_when_the_gate_lets_it_pass(
    setting: Setting, gate: OneEachSecond
) -> None:
    setting.commit(dispatch(1))
    (kept,) = gate.kept
    setting.clock.hold(START + timedelta(seconds=7))
    assert kept.ready_at == START + timedelta(seconds=7)


async def test_only_what_is_about_to_be_submitted_is_shown_to_the_gate(
    setting: Setting, gate: OneEachSecond
) -> None:
    for step in ("deliver", "in_doubt"):
        setting.commit(dispatch(len(setting.sent), step=step))
        await setting.dispatcher.idle(WORLD)
    assert (len(setting.sent), gate.kept) == (2, [])


async def test_what_was_dropped_with_its_world_is_not_admitted(
    setting: Setting, gate: OneEachSecond
) -> None:
    setting.commit(dispatch(1))
    (kept,) = gate.kept
    with setting.dispatcher.emptying(WORLD):
        setting.table = []
    assert gate.kept == []
    setting.dispatcher.admit(kept)
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == []


async def test_a_step_that_is_taken_in_memory_goes_on_without_the_table(
    setting: Setting, gate: OneEachSecond
) -> None:
    chosen: list[str] = []

    async def choose(batch: list[Dispatch]) -> None:
        for d in batch:
            chosen.append(d.sid)
            d.sender, d.step = "+15", "submit"
            setting.dispatcher.go_on(d)

    setting.dispatcher.add_lane("choose", choose, at_once=1)
    setting.commit(dispatch(1, step="choose", sender="", service="5" * 32))
    await setting.dispatcher.idle(WORLD)
    assert chosen == [dispatch(1).sid]
    assert [(d.sid, d.sender) for d in gate.kept] == [(dispatch(1).sid, "+15")]
    assert await setting.dispatcher.load(WORLD) == 0, "it is known, whatever its row says"
    setting.clock.hold(START + timedelta(seconds=1))
    await setting.dispatcher.idle(WORLD)
    assert setting.sent == chosen
    assert setting.dispatcher._memory.known == {}
