"""An answer that comes after its message was forgotten is not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio

from tests.support.waiting import eventually
from tests.unit.messaging.node import APP, Node, own_number
from trunkline.webhooks.model import Delivery

NEXT = "<Response><Redirect>next</Redirect></Response>"
QUOTES = "<Response><!-- hello --></Response>"
WAITS = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR SHARE%'
"""
REDACT = """
INSERT INTO message_events (subject_id, account_id, seq, kind, data, world_time, real_time)
SELECT id, account_id, 99, 'message.redacted', '{}', now(), now() FROM messages WHERE id = $1
"""
DELETE = "DELETE FROM messages WHERE id = $1"
HOWS = pytest.mark.parametrize("how", [REDACT, DELETE], ids=["redact", "delete"])


@pytest_asyncio.fixture(loop_scope="session")
async def node(make_node: Callable[..., Node]) -> Node:
    node = make_node()
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    return node


async def second(node: Node) -> Delivery:
    """The request for the second document of a session."""
    await node.answered(await node.written_to(), NEXT)
    (delivery,) = node.told
    return delivery


async def kept(node: Node, delivery: Delivery) -> Any:
    return await node.database.fetchrow(
        "SELECT status, response_body, response_headers FROM deliveries WHERE id = $1", delivery.id
    )


async def test_an_answer_about_a_message_that_is_there_is_kept(node: Node) -> None:
    delivery = await second(node)
    await node.answered(delivery, QUOTES)
    assert (await kept(node, delivery))["response_body"] == QUOTES.encode()


@HOWS
async def test_an_answer_about_a_message_that_was_forgotten_is_not(node: Node, how: str) -> None:
    delivery = await second(node)
    await node.database.execute(how, delivery.subject[2:])
    await node.answered(delivery, QUOTES)
    assert tuple(await kept(node, delivery)) == (200, None, None)


@HOWS
async def test_whoever_forgets_it_meanwhile_is_waited_for(node: Node, how: str) -> None:
    delivery = await second(node)
    subject = delivery.subject[2:]
    async with node.database.transaction() as forgetting:
        await forgetting.execute("SELECT FROM messages WHERE id = $1 FOR UPDATE", subject)
        answered = asyncio.create_task(node.answered(delivery, QUOTES))
        await eventually(lambda: node.database.fetchval(WAITS))
        await forgetting.execute(how, subject)
    await answered
    assert tuple(await kept(node, delivery)) == (200, None, None)
