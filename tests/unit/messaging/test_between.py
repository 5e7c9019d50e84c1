from __future__ import annotations

from collections.abc import Callable

from tests.unit.messaging.node import Node
from trunkline.messaging.between import Between
from trunkline.sids import SidFactory
from trunkline.store import Database


async def test_sender_and_recipient_are_told_of_the_worlds_messages(
    make_node: Callable[..., Node], database: Database, sids: SidFactory, world_id: str
) -> None:
    node = make_node()
    one = await node.store()
    other = await node.store(recipient="+14155550124")
    unknown = sids.new("SM")
    between = Between(database)
    assert await between(world_id, [one.sid, other.sid, unknown]) == {
        one.sid: (one.sender, one.recipient),
        other.sid: (other.sender, "+14155550124"),
    }
    assert await between("0" * 32, [one.sid]) == {}
    assert await between(world_id, []) == {}
