from __future__ import annotations

import uuid

from tests.unit.voice.calls import CALLER, NUMBER, Node
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.voice.between_calls import BetweenCalls


async def test_who_calls_whom_is_told_of_the_worlds_calls(
    node: Node, database: Database, sids: SidFactory
) -> None:
    one = await node.call()
    other = await node.call(recipient="client:alice")
    between = BetweenCalls(database)
    asked = [one, other, sids.new("CA"), sids.new("SM"), "SM" + one[2:]]
    assert await between(node.world_id, asked) == {
        one: (NUMBER, CALLER),
        other: (NUMBER, "client:alice"),
    }
    assert await between(uuid.uuid4().hex, [one]) == {}
    assert await between(node.world_id, []) == {}
