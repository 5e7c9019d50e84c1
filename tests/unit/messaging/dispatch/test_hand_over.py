"""Messages that were just committed go on at once, without a look at the table."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.messaging.node import Node
from trunkline.messaging.dispatch.hand_over import HandOver
from trunkline.messaging.works import CreateMessages
from trunkline.store import Job


async def test_they_are_sent_and_others_are_not(node: Node) -> None:
    create = CreateMessages(node.owner, HandOver(node.dispatcher, node.worlds))
    sent = [node.message(carrier="virtual") for _ in range(2)]
    received = node.message(direction="inbound", path=("receiving", "received"), step=None)
    await node.commit.submit(*(Job(create, message) for message in (*sent, received)))
    await node.dispatcher.idle(node.world_id)
    for message in sent:
        assert (await node.row(message))["status"] == "delivered"
    assert (await node.row(received))["status"] == "received"


async def test_a_clock_that_was_moved_meanwhile_has_not_aged_them(node: Node) -> None:
    create = CreateMessages(node.owner, HandOver(node.dispatcher, node.worlds))
    message = node.message(carrier="virtual")
    node.clock.hold(node.clock.now() + timedelta(days=1))
    await node.commit.submit(Job(create, message))
    await node.dispatcher.idle(node.world_id)
    assert (await node.row(message))["status"] == "delivered"
