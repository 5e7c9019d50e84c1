"""A message that comes in at a number of a messaging service's pool."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.unit.messaging.make_service import SECOND, SERVICE_APP, make_service
from tests.unit.messaging.node import APP, NUMBER, PHONE, Node, dispatch_for, own_number
from trunkline.clock import RealClock
from trunkline.messaging.consents.service_words import ServiceWords, WordList
from trunkline.messaging.services.model import Service
from trunkline.messaging.works import OptedOut
from trunkline.store import Job

WORDS = ServiceWords(enabled=True, stop=WordList(("STOP", "FERTIG"), "Tschüss."))


@pytest.fixture
async def service(node: Node) -> Service:
    """A service of the account, with two numbers, in the database and in memory."""
    return await make_service(node)


async def write(node: Node, body: str, number: str = NUMBER) -> str:
    return await node.receive(world_id=node.world_id, phone=PHONE, number=number, body=body)


async def blocked(node: Node, sender: str = NUMBER, **more: Any) -> bool:
    """What a create says: the one that is asked synchronously."""
    message = node.message(sender=sender, check_opt_out=True, step=None, **more)
    (result,) = await node.commit.submit(Job(node.create, message))
    return isinstance(result, OptedOut)


async def inbound_row(node: Node) -> Any:
    return (await node.messages("inbound"))[-1]


async def test_the_service_is_asked_and_told_of(node: Node, service: Service) -> None:
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    delivery = await node.written_to("hello")
    assert (delivery.url, delivery.method) == (SERVICE_APP, "GET")
    assert delivery.data["fallback"] == ["https://service.example/fallback", "POST"]
    assert dict(delivery.parameters or ())["MessagingServiceSid"] == service.sid
    assert await node.inbound.parameters(delivery) == delivery.parameters  # after a restart
    assert (await inbound_row(node))["service_id"].hex == service.sid[2:]


async def test_the_number_is_asked_where_the_service_defers_to_it(node: Node) -> None:
    service = await make_service(node, use_inbound_webhook_on_number=True)
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    delivery = await node.written_to("hello")
    assert delivery.url == APP
    assert "fallback" not in delivery.data
    assert dict(delivery.parameters or ())["MessagingServiceSid"] == service.sid


@pytest.mark.parametrize("deferring", [False, True])
async def test_where_neither_has_a_url_nobody_is_asked(node: Node, deferring: bool) -> None:
    await make_service(node, inbound_request_url=None, use_inbound_webhook_on_number=deferring)
    node.numbers.own = own_number(node.account_id, sms_url=None if deferring else APP)
    await write(node, "hello")
    assert node.told == []
    assert (await inbound_row(node))["status"] == "received"


async def test_a_number_that_was_just_given_away_is_no_business_of_its_old_service(
    node: Node,
) -> None:
    """The news of its pool comes after the news of its owner."""
    await make_service(node, account_sid="AC" + "9" * 32)
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    delivery = await node.written_to("hello")
    assert delivery.url == APP
    assert "MessagingServiceSid" not in dict(delivery.parameters or ())
    assert (await inbound_row(node))["service_id"] is None


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_reply_is_the_services_and_comes_from_the_number(
    node: Node, restarted: bool
) -> None:
    service = await make_service(node, status_callback="https://service.example/status")
    delivery = await node.written_to("hello")
    if restarted:
        delivery.parameters = None
    await node.answered(delivery, "<Response><Message>hi</Message></Response>")
    (reply,) = await node.messages("outbound-reply")
    assert (reply["sender"], reply["recipient"]) == (NUMBER, PHONE)
    assert reply["service_id"].hex == service.sid[2:]
    assert reply["status_callback"] == "https://service.example/status"
    assert reply["status"] == "delivered"


async def test_stop_leaves_the_whole_service(node: Node, service: Service) -> None:
    await write(node, "STOP")
    assert await blocked(node)
    assert await blocked(node, SECOND)
    assert await blocked(node, "", service_id=service.sid[2:])
    node.services.known = []  # out of the pool, a number has no block of its own
    assert not await blocked(node)
    assert await blocked(node, service_id=service.sid[2:])


async def test_start_at_any_number_lets_the_whole_service_in_again(
    node: Node, service: Service
) -> None:
    await write(node, "STOP")
    await write(node, "START", SECOND)
    assert not await blocked(node)
    assert not await blocked(node, service_id=service.sid[2:])


async def test_a_pair_that_was_blocked_before_stays_blocked_in_the_pool(node: Node) -> None:
    await write(node, "STOP")
    service = await make_service(node)
    assert await blocked(node)
    assert not await blocked(node, SECOND)
    assert await blocked(node, NUMBER, service_id=service.sid[2:])
    await write(node, "START", SECOND)  # an ordinary message there
    assert await blocked(node)
    await write(node, "START")
    assert not await blocked(node)


async def test_it_is_checked_again_when_a_message_leaves(node: Node, service: Service) -> None:
    message = node.message(sender=SECOND, service_id=service.sid[2:])
    assert await node.check([dispatch_for(message, service_id=service.sid[2:])]) == {}
    await write(node, "STOP")
    found = await node.check([dispatch_for(message, service_id=service.sid[2:])])
    assert found == {message.sid: 21610}
    # A plain message of a number of the pool is one of the service, too.
    assert await node.check([dispatch_for(message)]) == {message.sid: 21610}


# --- advanced opt-out -----------------------------------------------------------------------
async def test_the_words_of_a_service_answer_with_messages_of_the_account(
    node: Node, service: Service
) -> None:
    await node.words.set(service.sid, WORDS, RealClock().now)
    delivery = await node.written_to("fertig")
    assert dict(delivery.parameters or ())["OptOutType"] == "STOP"
    assert await node.inbound.parameters(delivery) == delivery.parameters  # after a restart
    await node.pick_up()
    (reply,) = await node.messages("outbound-reply")
    assert (reply["body"], reply["sender"], reply["status"]) == ("Tschüss.", NUMBER, "delivered")
    assert reply["service_id"].hex == service.sid[2:]
    assert await blocked(node, SECOND)


async def test_an_app_that_answers_stop_is_refused(node: Node, service: Service) -> None:
    await node.words.set(service.sid, WORDS, RealClock().now)
    delivery = await node.written_to("stop")
    await node.answered(delivery, "<Response><Message>stay</Message></Response>")
    await node.pick_up()
    told = {row["body"]: row["error_code"] for row in await node.messages("outbound-reply")}
    assert told == {"Tschüss.": None, "stay": 21610}


async def test_a_phone_that_always_answers_stop_is_answered_once(
    node: Node, service: Service
) -> None:
    await node.words.set(service.sid, WORDS, RealClock().now)
    await node.behave(auto_reply="STOP")
    await write(node, "STOP")
    await node.pick_up()
    assert len(await node.messages("inbound")) == 1
    assert [row["status"] for row in await node.messages("outbound-reply")] == ["delivered"]


async def test_words_that_are_not_enabled_do_not_count(node: Node, service: Service) -> None:
    await node.words.set(
        service.sid, ServiceWords(stop=WordList(("STOP", "FERTIG"), "")), RealClock().now
    )
    delivery = await node.written_to("fertig")
    assert "OptOutType" not in dict(delivery.parameters or ())
    assert not await blocked(node)


# --- any order ------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_of_words_and_sends_nobody_who_left_gets_anything(
    node: Node, seed: int
) -> None:
    """A pool that changes under way; told by a model of pairs and one service."""
    chance = random.Random(seed)
    service = await make_service(node)
    left: set[str] = set()
    for _ in range(60):
        number = chance.choice([NUMBER, SECOND])
        in_pool = bool(node.services.known)
        act = chance.choice(["STOP", "START", "HELP", "pool", "send", "send"])
        if act == "pool":
            node.services.known = [] if in_pool else [service]
        elif act == "send":
            sent = node.message(sender=number, carrier="virtual", check_opt_out=True)
            (result,) = await node.commit.submit(Job(node.create, sent))
            allowed = number not in left and not (in_pool and service.sid in left)
            assert (result is None) == allowed
            await node.pick_up()
            assert (await node.row(sent) is not None) == allowed
        else:
            await write(node, act, number)
            if act == "STOP":
                left.add(service.sid if in_pool else number)
            elif act == "START":
                left -= {number, service.sid} if in_pool else {number}
    arrived = [row["status"] for row in await node.messages("outbound-api")]
    assert set(arrived) <= {"delivered"}
