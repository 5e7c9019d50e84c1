"""A phone writes, the customer's app is asked and answers: what tests of that share."""

from __future__ import annotations

from typing import Any

from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.twiml.messaging_response import MessagingResponse

from tests.support.app_server import Asked, CustomerApp, Reply, twiml
from tests.support.control import settle, text_from
from tests.support.platform import World

PHONE = "+14155550123"
OTHER = "+12125550147"
NUMBER = "+12065550100"
SECOND_NUMBER = "+14155550100"
TOLL_FREE = "+18005550100"


def configure(client: Client, number: str = NUMBER, **settings: Any) -> None:
    """Set up a number, as people do in Twilio's Console."""
    client.incoming_phone_numbers.list(phone_number=number)[0].update(**settings)


def write(
    platform: World, app: CustomerApp, body: str = "hello", *, sender: str = PHONE
) -> list[Asked]:
    """Let a phone write and wait until nothing more follows from it; what the app was asked,
    each with a valid signature."""
    before = len(app.asked)
    text_from(platform, sender, NUMBER, body)
    settle(platform)
    asked = app.asked[before:]
    assert [each.url for each in asked if not each.signed] == []
    return asked


def replies(client: Client, to: str = PHONE) -> list[MessageInstance]:
    """The messages that answered, oldest first."""
    listed = client.messages.list(to=to)
    return [m for m in reversed(listed) if m.direction == "outbound-reply"]


def reply_with(*texts: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """TwiML that sends these texts."""
    response = MessagingResponse()
    for text in texts:
        response.message(text)
    return twiml(response, *headers)
