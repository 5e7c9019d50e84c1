"""What an app is told of a message, in the order and with the names that Twilio uses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.messaging.node import APP, BASE_URL, NUMBER, PHONE, Node, own_number
from trunkline.messaging.inbound.inbound_webhook import inbound_parameters
from trunkline.messaging.media.files import MediaFile
from trunkline.messaging.replies.reply_session import Session
from trunkline.webhooks.model import Delivery, Parameters

ACCOUNT, MEDIA = "a" * 32, "e" * 32
SID = "SM" + "1" * 32


def told(**changed: Any) -> Parameters:
    values: dict[str, Any] = {
        "sid": SID,
        "account_id": ACCOUNT,
        "sender": "+12125550147",
        "recipient": "+12065550100",
        "body": "hello",
        "segments": 1,
        "media": (),
        "base_url": BASE_URL,
    }
    return inbound_parameters(**{**values, **changed})


def test_the_order_is_the_one_that_was_captured() -> None:
    names = [name for name, _ in told()]
    assert names == [
        "ToCountry",
        "ToState",
        "SmsMessageSid",
        "NumMedia",
        "ToCity",
        "FromZip",
        "SmsSid",
        "FromState",
        "SmsStatus",
        "FromCity",
        "Body",
        "FromCountry",
        "To",
        "ToZip",
        "NumSegments",
        "MessageSid",
        "AccountSid",
        "From",
        "ApiVersion",
    ]
    assert dict(told())["AccountSid"] == "AC" + ACCOUNT


def test_a_service_is_told_only_where_there_is_one() -> None:
    names = [name for name, _ in told(service_id="f" * 32)]
    assert names[names.index("To") + 1] == "MessagingServiceSid"


def test_media_are_told_with_absolute_urls() -> None:
    parameters = told(media=[(MEDIA, "image/png"), ("d" * 32, "image/gif")])
    found = dict(parameters)
    assert found["NumMedia"] == "2"
    assert (found["MediaContentType0"], found["MediaContentType1"]) == ("image/png", "image/gif")
    path = f"/2010-04-01/Accounts/AC{ACCOUNT}/Messages/{SID}/Media/ME{MEDIA}"
    assert found["MediaUrl0"] == BASE_URL + path
    without = [pair for pair in parameters if "Media" not in pair[0] or pair[0] == "NumMedia"]
    assert [name for name, _ in without] == [name for name, _ in told()]


@pytest.mark.parametrize("sender", ["ACME", "+15005550006", "+99999", ""])
def test_what_is_not_known_of_a_place_is_there_and_empty(sender: str) -> None:
    found = dict(told(sender=sender))
    assert (found["FromState"], found["FromCity"], found["FromZip"]) == ("", "", "")


async def written(node: Node, **more: Any) -> Delivery:
    node.numbers.own = own_number(node.account_id, sms_url=APP, api_version="2008-08-01")
    return await node.written_to("Grüße 👋", **more)


@pytest.mark.parametrize("files", [[], [MediaFile("image/png", b"1"), MediaFile("a/b", b"2")]])
async def test_after_a_restart_the_same_is_told(node: Node, files: list[MediaFile]) -> None:
    delivery = await written(node, media=files)
    assert delivery.parameters is not None
    assert dict(delivery.parameters)["ApiVersion"] == "2008-08-01"
    assert await node.inbound.parameters(delivery) == delivery.parameters


async def test_a_text_that_was_redacted_is_not_told_again(node: Node) -> None:
    delivery = await written(node)
    await node.database.execute(
        "UPDATE message_content SET body = '' WHERE message_id = $1", delivery.subject[2:]
    )
    assert dict(await node.inbound.parameters(delivery) or ())["Body"] == ""


async def test_of_a_message_that_is_gone_nothing_is_told_and_nothing_follows(node: Node) -> None:
    delivery = await written(node)
    await node.database.execute("DELETE FROM messages WHERE id = $1", delivery.subject[2:])
    assert await node.inbound.parameters(delivery) is None
    delivery.parameters = None
    completion = await node.answered(delivery, "<Response><Message>x</Message></Response>")
    assert completion.jobs == []
    assert await node.replies() == []


async def test_a_request_of_a_restart_is_answered_like_any(node: Node) -> None:
    delivery = await written(node)
    delivery.parameters = None  # as it is read from the table
    await node.answered(delivery, "<Response><Message>x</Message></Response>")
    assert await node.replies() == [("x", PHONE, "delivered")]


async def test_the_data_of_a_request_hold_no_text(node: Node) -> None:
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    delivery = await node.written_to("s3cret")
    stored = await node.database.fetchrow("SELECT * FROM deliveries_due WHERE id = $1", delivery.id)
    assert "s3cret" not in repr(stored)
    assert delivery.data == Session().data()
    assert stored is not None
    assert (stored["kind"], stored["subject_kind"]) == ("message.inbound", "SM")
    assert NUMBER not in repr(stored)
