"""A session on a real database: one answer after the other, each committed with what it makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.unit.messaging.node import APP, NUMBER, PHONE, Node, failed, own_number, replied
from trunkline.messaging.replies.reply_session import MOST_DOCUMENTS
from trunkline.store import Job
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery

FALLBACK = "https://desk:s3cret@app.example/fallback"
SECOND = "+14155550101"


@pytest_asyncio.fixture(loop_scope="session")
async def node(make_node: Callable[..., Node]) -> Node:
    """A node whose number has an app with a fallback."""
    return with_app(make_node(), sms_fallback_url=FALLBACK, sms_fallback_method="GET")


def with_app(node: Node, **settings: Any) -> Node:
    node.numbers.own = own_number(node.account_id, sms_url=APP, **settings)
    return node


def texts(*bodies: str) -> str:
    return "".join(f"<Message>{body}</Message>" for body in bodies)


def document(*parts: str) -> str:
    return f"<Response>{''.join(parts)}</Response>"


def codes(completion: Completion) -> list[int]:
    return [alert.code for alert in completion.alerts]


async def test_replies_are_sent_and_refer_to_what_they_answer(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery, document(texts("one", "two")))
    assert await node.replies() == [("one", PHONE, "delivered"), ("two", PHONE, "delivered")]
    for row in await node.messages("outbound-reply"):
        assert row["sender"] == NUMBER
        assert row["options"] == {"reply_to": delivery.subject}
    (inbound,) = await node.messages("inbound")
    assert inbound["status"] == "received"


async def test_a_reply_is_made_once_though_the_end_is_written_twice(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery, document(texts("once")))
    await node.answered(delivery, document(texts("once")))
    assert len(await node.replies()) == 1


async def test_an_opted_out_phone_gets_no_reply_and_the_message_says_so(node: Node) -> None:
    delivery = await node.written_to("STOP")
    completion = await node.answered(delivery, document(texts("bye")))
    assert codes(completion) == []
    (row,) = await node.messages("outbound-reply")
    assert (row["status"], row["error_code"]) == ("failed", 21610)


async def test_a_redirect_takes_the_parameters_along(node: Node) -> None:
    delivery = await node.written_to("hello")
    await node.answered(delivery, document(texts("one"), "<Redirect method='GET'>n</Redirect>"))
    (following,) = node.told
    assert (following.url, following.method) == ("https://app.example/n", "GET")
    assert following.subject == delivery.subject
    assert following.parameters == delivery.parameters
    assert following.data["documents"] == 2
    assert following.data["replies"] == 1
    # After a restart they come from the table.
    assert await node.inbound.parameters(following) == following.parameters


async def test_the_message_is_received_once(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery, document("<Redirect>n</Redirect>"))
    await node.answered(node.told.pop(), document(texts("two")))
    assert [body for body, _, _ in await node.replies()] == ["two"]
    (inbound,) = await node.messages("inbound")
    assert inbound["event_seq"] == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda d: failed(d, 11200), 11200),
        (lambda d: failed(d, 11205, "No connection."), 11205),
        (lambda d: replied(d, "<Response><Message>"), 12100),
        (lambda d: replied(d, "<Answer/>"), 12102),
        (lambda d: replied(d, "{}", "application/json"), 12300),
    ],
)
async def test_the_fallback_is_asked_once_and_told_why(
    node: Node, answer: Callable[[Delivery], Exchange], code: int
) -> None:
    delivery = await node.written_to()
    exchange = answer(delivery)
    completion = await node.answered(delivery, exchange=exchange)
    assert codes(completion) == [code]
    assert exchange.error == code  # what was not executed has failed
    following = node.told.pop()
    assert (following.url, following.method) == (FALLBACK, "GET")
    assert delivery.parameters is not None
    assert following.parameters == [
        *delivery.parameters,
        ("ErrorCode", str(code)),
        ("ErrorUrl", APP),
    ]
    assert await node.inbound.parameters(following) == following.parameters

    completion = await node.answered(following, exchange=failed(following))
    assert (codes(completion), node.told) == ([11200], [])
    assert await node.replies() == []


async def test_a_message_for_an_account_that_is_not_active_is_received(node: Node) -> None:
    delivery = await node.written_to()
    refused = Exchange(url=APP, error=10001, reason="The account is not active.")
    completion = await node.answered(delivery, exchange=refused)
    (alert,) = completion.alerts
    assert (alert.code, alert.level, alert.details) == (10001, "error", {})
    (inbound,) = await node.messages("inbound")
    assert inbound["status"] == "received"
    assert await node.replies() == []


async def test_the_fallback_stands_in_for_a_later_document_too(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery, document("<Redirect>n</Redirect>"))
    second = node.told.pop()
    await node.answered(second, exchange=failed(second))
    fallback = node.told.pop()
    assert dict(fallback.parameters or ())["ErrorUrl"] == "https://app.example/n"
    await node.answered(fallback, document(texts("sorry"), "<Redirect>m</Redirect>"))
    assert [body for body, _, _ in await node.replies()] == ["sorry"]
    last = node.told.pop()
    assert last.url == "https://desk:s3cret@app.example/m"  # the credentials are still its own
    assert "ErrorCode" not in dict(last.parameters or ())


async def test_an_error_url_has_no_password(node: Node) -> None:
    with_app(node, sms_fallback_url="https://app.example/f")
    own = node.numbers.own
    node.numbers.own = own_number(
        node.account_id, sms_url=FALLBACK, sms_fallback_url=own.sms_fallback_url
    )
    delivery = await node.written_to()
    completion = await node.answered(delivery, exchange=failed(delivery))
    told = dict(node.told[0].parameters or ())
    assert told["ErrorUrl"] == "https://app.example/fallback"
    assert completion.alerts[0].url == "https://app.example/fallback"


async def test_without_a_fallback_nothing_follows(make_node: Callable[..., Node]) -> None:
    node = with_app(make_node())
    delivery = await node.written_to()
    completion = await node.answered(delivery, exchange=failed(delivery))
    assert (codes(completion), node.told, await node.replies()) == ([11200], [], [])
    (inbound,) = await node.messages("inbound")
    assert inbound["status"] == "received"


async def test_a_document_that_asks_for_itself_ends(node: Node) -> None:
    delivery = await node.written_to()
    asked = 0
    while True:
        asked += 1
        completion = await node.answered(delivery, document(texts("x"), "<Redirect/>"))
        if not node.told:
            break
        delivery = node.told.pop()
    # The eleventh reply ends it; without replies the fifty-first document would.
    assert (asked, codes(completion)) == (11, [14109])
    assert len(await node.replies()) == 10


async def test_redirects_without_replies_end_with_the_fiftieth(node: Node) -> None:
    delivery = await node.written_to()
    for _ in range(MOST_DOCUMENTS - 1):
        await node.answered(delivery, document("<Redirect/>"))
        delivery = node.told.pop()
    completion = await node.answered(delivery, document("<Redirect/>"))
    assert (codes(completion), node.told) == ([14106], [])


async def test_alerts_name_the_message_and_hold_nothing_of_it(node: Node) -> None:
    node.numbers.own = own_number(node.account_id, sms_url=APP, sms_method="GET")
    delivery = await node.written_to("my s3cret")
    exchange = failed(delivery, reason=f"GET {APP} answered 500.")
    exchange.url = f"{APP}?Body=my+s3cret&From=%2B1"
    (alert,) = (await node.answered(delivery, exchange=exchange)).alerts
    assert (alert.resource, alert.url, alert.method) == (delivery.subject, APP, "GET")
    assert alert.message == f"GET {APP} answered 500."
    assert "s3cret" not in repr(alert)


@pytest.mark.parametrize("content_type", [None, ""])
async def test_an_answer_without_a_content_type_is_told_as_a_bad_gateway(
    node: Node, content_type: str | None
) -> None:
    delivery = await node.written_to()
    exchange = replied(delivery, document(texts("one")))
    exchange.content_type = content_type
    completion = await node.answered(delivery, exchange=exchange)
    alert = completion.alerts[0]
    assert (alert.code, alert.details) == (11200, {"httpResponse": "502"})
    assert exchange.status == 200  # the log of requests has what the app said


async def test_other_failures_are_told_with_their_status(node: Node) -> None:
    for exchange_of, status in (
        (lambda d: replied(d, "{}", "application/json"), "200"),
        (lambda d: failed(d), "500"),
    ):
        delivery = await node.written_to()
        completion = await node.answered(delivery, exchange=exchange_of(delivery))
        assert completion.alerts[0].details == {"httpResponse": status}


async def test_warnings_become_alerts_with_their_line(node: Node) -> None:
    delivery = await node.written_to()
    completion = await node.answered(delivery, "<Response>\n<Say/><Message>x</Message></Response>")
    (alert,) = completion.alerts
    assert (alert.code, alert.level, alert.details["line"]) == (14110, "warning", "2")
    assert len(await node.replies()) == 1


# Repetitions --------------------------------------------------------------------------------------


async def again(node: Node, delivery: Delivery, **data: Any) -> Delivery:
    """The request put into the queue again, as a developer can ask for."""
    repeated = node.make_delivery(
        subject=delivery.subject,
        account_id=delivery.account_id,
        world_id=delivery.world_id,
        kind=delivery.kind,
        url=delivery.url,
        method=delivery.method,
        data={**delivery.data, "resent": True, **data},
        token=delivery.token,
    )
    await node.commit.submit(Job(node.due, repeated))
    return node.told.pop()


async def test_what_was_answered_is_not_executed_again(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery, document(texts("once")))
    for answer in (document(texts("twice"), "<Redirect>n</Redirect>"), "<broken"):
        repeated = await again(node, delivery, execute=False)
        completion = await node.answered(repeated, answer)
        assert (completion.follow, completion.alerts) == ([], [])
    assert len(await node.replies()) == 1


async def test_a_repetition_that_fails_is_told_and_has_no_fallback(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery)
    repeated = await again(node, delivery, execute=False)
    completion = await node.answered(repeated, exchange=failed(repeated))
    assert (codes(completion), completion.follow) == ([11200], [])


async def test_what_had_failed_is_executed_when_it_is_repeated(node: Node) -> None:
    delivery = await node.written_to()
    await node.answered(delivery, exchange=failed(delivery))
    repeated = await again(node, delivery)
    await node.answered(repeated, document(texts("now")))
    assert [body for body, _, _ in await node.replies()] == ["now"]


# Loops --------------------------------------------------------------------------------------------


async def test_two_numbers_that_answer_each_other_are_stopped(node: Node) -> None:
    node.numbers.others = [own_number(node.account_id, phone_number=SECOND, sms_url=APP)]
    world_id = node.world_id
    await node.receive(world_id=world_id, phone=SECOND, number=NUMBER, body="hello")
    alerts: list[int] = []
    rounds = 0
    while node.told:
        rounds += 1
        assert rounds < 50
        completion = await node.answered(node.told.pop(), document(texts("and you?")))
        alerts += codes(completion)
    rows = await node.messages("outbound-reply")
    assert [(row["status"], row["error_code"]) for row in rows] == [
        *[("delivered", None)] * 30,
        ("failed", 30039),
    ]
    assert alerts == [14107]


async def test_a_phone_that_answers_by_itself_is_no_endless_loop(node: Node) -> None:
    await node.behave(auto_reply="I am a phone.")
    delivery = await node.written_to()
    rounds = 0
    while True:
        rounds += 1
        assert rounds < 50
        await node.answered(delivery, document(texts("hello, phone")))
        if not node.told:
            break
        delivery = node.told.pop()
    statuses = [status for _, _, status in await node.replies()]
    assert statuses == ["delivered"] * 30 + ["failed"]


async def test_who_takes_his_time_may_go_on(node: Node) -> None:
    for _ in range(32):
        await node.answered(await node.written_to(), document(texts("yes?")))
        node.clock.hold(node.clock.now() + timedelta(seconds=31))
    assert {status for _, _, status in await node.replies()} == {"delivered"}


async def test_a_refused_reply_with_media_is_not_fetched(node: Node) -> None:
    for _ in range(30):
        node.loops.refuses(node.world_id, NUMBER, PHONE, node.clock.now())
    delivery = await node.written_to()
    await node.answered(delivery, document("<Message><Media>a.png</Media></Message>"))
    (row,) = await node.messages("outbound-reply")
    assert (row["status"], row["error_code"]) == ("failed", 30039)


async def test_nothing_is_made_of_a_request_that_another_node_has_ended(node: Node) -> None:
    delivery = await node.written_to()
    await node.database.execute("DELETE FROM deliveries_due WHERE id = $1", delivery.id)
    await node.answered(delivery, document(texts("late")))
    assert await node.replies() == []
