"""The gate and the real dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.waiting import eventually
from tests.unit.messaging.rates.setting import RatedNode
from trunkline.carriers.routes import VIRTUAL
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.model import Dispatch

MakeRated = Callable[..., RatedNode]


class EmptyTable:
    async def lines(self, *_: Any) -> dict[Any, Any]:
        return {}

    async def load(self, *_: Any) -> list[Dispatch]:
        return []

    async def next_due(self, *_: Any) -> None:
        return None


def connected(node: RatedNode) -> tuple[Dispatcher, list[str]]:
    dispatcher = Dispatcher(node.worlds, EmptyTable(), gate=node.gate)
    node.gate.admit, node.gate.leave = dispatcher.admit, dispatcher.leave
    node.gate.knows = dispatcher.knows
    dispatcher.watch_world(node.world_id)
    ran: list[str] = []

    async def run(batch: list[Dispatch]) -> None:
        for dispatch in batch:
            ran.append(dispatch.sid)
            dispatch.turn = None  # submitted
            dispatcher.finish(dispatch)

    dispatcher.add_lane(VIRTUAL, run, at_once=1)
    return dispatcher, ran


async def test_what_waits_for_its_turn_runs_in_order_and_leaves_nothing(node: RatedNode) -> None:
    dispatcher, ran = connected(node)
    sent = [node.dispatch("12345") for _ in range(30)]
    for dispatch in sent:
        dispatcher.accept(dispatch)
    await eventually(lambda: len(ran) == 30)
    assert ran == [dispatch.sid for dispatch in sent]
    assert not any(dispatcher.knows(sid) for sid in ran)
    assert dispatcher._memory._lines == {}


async def test_what_is_left_to_another_node_takes_no_room(make_rated: MakeRated) -> None:
    other, node = make_rated(), make_rated()
    other.accept(other.dispatch())
    await other.move(0)
    dispatcher, ran = connected(node)
    given = [node.dispatch() for _ in range(3)]
    await node.store(*given)
    for dispatch in given:
        dispatcher.accept(dispatch)
    await eventually(lambda: not any(dispatcher.knows(dispatch.sid) for dispatch in given))
    assert dispatcher._memory._lines == {}
    assert dispatcher.is_idle(node.world_id)
    assert ran == []
