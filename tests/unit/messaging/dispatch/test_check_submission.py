"""What is checked once more when a message is about to leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.messaging.node import Node

SLOW = timedelta(hours=5) // timedelta(milliseconds=1)


@pytest.mark.parametrize("carrier", ["virtual", "fake"])
@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_a_message_of_an_account_that_is_not_active_fails(
    node: Node, carrier: str, status: str
) -> None:
    node.account_status = status
    message = await node.sent(carrier=carrier)
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 30002)
    assert await node.queued(message) is None


async def test_a_message_that_was_sent_before_still_arrives(node: Node) -> None:
    await node.behave(deliver_after_ms=SLOW)
    message = await node.sent(carrier="virtual")
    node.account_status = "suspended"
    node.clock.hold((await node.queued(message))["due_at"])
    await node.pick_up()
    assert (await node.row(message))["status"] == "delivered"


@pytest.mark.parametrize("carrier", ["virtual", "fake"])
async def test_a_message_that_was_made_to_fail_fails_by_its_code(node: Node, carrier: str) -> None:
    message = await node.sent(carrier=carrier, options={"refused": 30039})
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 30039)
    assert node.carrier.submitted == []


async def test_nobody_is_asked_for_nothing(node: Node) -> None:
    assert await node.check([]) == {}
