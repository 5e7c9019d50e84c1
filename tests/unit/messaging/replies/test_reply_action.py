"""The action of a Message: the app is asked how to go on once the message is sent, or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import pytest_asyncio

from tests.unit.messaging.node import APP, NUMBER, PHONE, Node, failed, own_number
from trunkline.messaging.replies.reply_action import ACTION, action_delivery
from trunkline.messaging.replies.run_session import INBOUND
from trunkline.webhooks.model import Delivery

ASKS = (
    "<Response><Message action='next' method='GET'>first</Message>"
    "<Message>never said</Message></Response>"
)


@pytest_asyncio.fixture(loop_scope="session")
async def node(make_node: Callable[..., Node]) -> Node:
    """A node whose number has an app with a fallback."""
    made = make_node()
    made.numbers.own = own_number(
        made.account_id, sms_url=APP, sms_fallback_url="https://app.example/fallback"
    )
    return made


async def asked(node: Node, body: str = "hello") -> tuple[Delivery, Delivery]:
    """The request about an inbound message, and that of its reply's action."""
    delivery = await node.written_to(body)
    await node.answered(delivery, ASKS)
    (action,) = node.told
    node.told.clear()
    return delivery, action


async def test_it_follows_when_the_message_is_sent(node: Node) -> None:
    delivery, action = await asked(node)
    (reply,) = await node.messages("outbound-reply")
    sid = f"SM{reply['id'].hex}"
    assert (action.kind, action.subject) == (ACTION, delivery.subject)
    assert (action.url, action.method) == ("https://app.example/next", "GET")
    assert action.parameters == [
        ("SmsSid", sid),
        ("SmsStatus", "sent"),
        ("MessageStatus", "sent"),
        ("To", PHONE),
        ("MessageSid", sid),
        ("AccountSid", f"AC{node.account_id}"),
        ("From", NUMBER),
        ("ApiVersion", "2010-04-01"),
    ]
    assert await node.kinds[ACTION].parameters(action) == action.parameters
    assert "first" not in repr(action.data)


async def test_it_follows_once_for_a_slow_phone(node: Node) -> None:
    await node.behave(deliver_after_ms=5000)
    _, action = await asked(node)
    assert action.data["status"] == "sent"
    (reply,) = await node.messages("outbound-reply")
    assert reply["status"] == "sent"
    assert node.told == []


async def test_a_failure_is_told_with_its_code(node: Node) -> None:
    _, action = await asked(node, "STOP")
    parameters = list(action.parameters or ())
    assert parameters[0] == ("ErrorCode", "21610")
    assert dict(parameters)["MessageStatus"] == "failed"
    assert await node.kinds[ACTION].parameters(action) == parameters


async def test_what_it_answers_goes_on_with_the_conversation(node: Node) -> None:
    _, action = await asked(node)
    answer = "<Response><Message>second</Message><Redirect>other</Redirect></Response>"
    await node.answered(action, answer)
    assert [body for body, _, _ in await node.replies()] == ["first", "second"]
    assert [to for _, to, _ in await node.replies()] == [PHONE, PHONE]
    (following,) = node.told
    assert (following.kind, following.data["documents"]) == (INBOUND, 3)
    assert following.data["replies"] == 2
    assert following.parameters is None
    told = dict(await node.inbound.parameters(following) or ())
    assert (told["From"], told["Body"]) == (PHONE, "hello")


async def test_the_fallback_stands_in_for_it(node: Node) -> None:
    _, action = await asked(node)
    await node.answered(action, exchange=failed(action))
    (fallback,) = node.told
    assert fallback.url == "https://app.example/fallback"
    told = dict(await node.inbound.parameters(fallback) or ())
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11200", "https://app.example/next")
    assert told["Body"] == "hello"


async def test_nothing_comes_of_it_when_the_messages_are_gone(node: Node) -> None:
    _, action = await asked(node)
    await node.database.execute("DELETE FROM messages WHERE world_id = $1", node.world_id)
    assert await node.kinds[ACTION].parameters(action) is None
    completion = await node.answered(action, "<Response><Message>x</Message></Response>")
    assert (completion.follow, completion.alerts) == ([], [])
    assert await node.replies() == []


@pytest.mark.parametrize("status", ["queued", "sending", "delivered", "undelivered", "read"])
def test_other_statuses_ask_nothing(node: Node, status: str) -> None:
    options = {"reply_to": "SM" + "1" * 32, "action": {"url": APP, "method": "POST"}}
    assert delivery_of(node, options, status) is None


@pytest.mark.parametrize("options", [None, {}, {"reply_to": "SM" + "1" * 32}])
def test_other_messages_ask_nothing(node: Node, options: dict[str, str] | None) -> None:
    assert delivery_of(node, options, "sent") is None


def delivery_of(node: Node, options: dict[str, object] | None, status: str) -> Delivery | None:
    return action_delivery(
        node.make_delivery,
        options=options,
        sid="SM" + "2" * 32,
        status=status,
        account_id=node.account_id,
        world_id=node.world_id,
        sender=NUMBER,
        recipient=PHONE,
    )
