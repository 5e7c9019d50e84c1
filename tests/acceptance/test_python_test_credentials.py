"""Test credentials and their magic numbers (behaviour 7.3), through twilio-python."""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base import values
from twilio.rest import Client

from tests.support.control import inbox, settle
from tests.support.media_server import PNG, File, media_server
from tests.support.platform import World
from tests.support.python_client import connect, raw, refused

PHONE = "+15558675309"
MAGIC = "+15005550006"
NOT_CAPABLE = (
    "The 'From' phone number provided ({}) is not a valid message-capable Twilio phone number"
    " for this destination"
)
NOT_FOR_TESTS = (403, 20008, "Resource not accessible with Test Account Credentials")


@pytest.fixture
def test_client(platform: World) -> Client:
    return connect(platform, platform.test_account_sid, platform.test_auth_token)


TO = {
    "+15005550001": (21211, "Invalid 'To' Phone Number: +1500555XXXX"),
    "+15005550002": (
        21612,
        "The 'To' phone number: +15005550002, is not currently reachable using the 'From' phone"
        " number: +15005550006 via SMS.",
    ),
    "+15005550003": (
        21408,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To'"
        " number: +15005550003.",
    ),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "To number: +15005550009, is not a mobile number"),
    "+1555": (21211, "Invalid 'To' Phone Number: +XXXX"),
    "12345": (21265, "The 'To' number 12345 cannot be a Short Code"),
}
FROM = {
    "+15005550001": (
        21212,
        "The 'From' number +15005550001 is not a valid phone number or shortcode.",
    ),
    "+15005550007": (21606, NOT_CAPABLE.format("+15005550007")),
    "+15005550008": (
        21611,
        "This 'From' number +15005550008 has exceeded the maximum number of queued messages",
    ),
    "+14155550100": (21606, NOT_CAPABLE.format("+14155550100")),
    "+1555": (21606, NOT_CAPABLE.format("+1555")),
    "12345": (21606, NOT_CAPABLE.format("12345")),
}


@pytest.mark.parametrize("to", TO)
def test_magic_recipients(test_client: Client, to: str) -> None:
    code, message = TO[to]
    with refused(400, code, message):
        test_client.messages.create(to=to, from_=MAGIC, body="x")


@pytest.mark.parametrize("sender", FROM)
def test_magic_senders(test_client: Client, sender: str) -> None:
    code, message = FROM[sender]
    with refused(400, code, message):
        test_client.messages.create(to=PHONE, from_=sender, body="x")


@pytest.mark.parametrize("to", [PHONE, "+15005550006", "+15005550008", "+447700900123"])
def test_any_other_recipient_is_good(test_client: Client, platform: World, to: str) -> None:
    message = test_client.messages.create(to=to, from_=MAGIC, body="hello")

    assert (message.sid or "")[:2] == "SM"
    assert (message.status, message.direction) == ("queued", "outbound-api")
    assert (message.to, message.from_, message.body) == (to, MAGIC, "hello")
    assert message.account_sid == platform.test_account_sid


def test_the_answer_has_every_key_of_a_real_one(
    test_client: Client, client: Client, platform: World
) -> None:
    path = "/2010-04-01/Accounts/{}/Messages.json"
    pretended = raw(
        test_client,
        "POST",
        path.format(platform.test_account_sid),
        To=PHONE,
        From=MAGIC,
        Body="x" * 161,
    )
    real = raw(
        client,
        "POST",
        path.format(platform.account_sid),
        To=PHONE,
        From="+14155550100",
        Body="x" * 161,
    )

    own = ("account_sid", "date_created", "date_updated", "from", "sid", "subresource_uris", "uri")
    assert pretended | dict.fromkeys(own) == real | dict.fromkeys(own)


MESSAGE_FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "body empty": ({"body": ""}, 21602, "Message body is required."),
    "body absent": (
        {"body": values.unset},
        21619,
        "A text message body or media urls must be specified.",
    ),
    "body too long": (
        {"body": "x" * 1601},
        21617,
        "The concatenated message body exceeds the 1600 character limit",
    ),
    "To absent": ({"to": values.unset}, 21604, "A 'To' phone number is required."),
    "From absent": ({"from_": values.unset}, 21603, "A 'From' phone number is required."),
    "a service": (
        {"messaging_service_sid": "MG" + "a" * 32},
        21701,
        "The Messaging Service does not exist",
    ),
}


@pytest.mark.parametrize("fault", MESSAGE_FAULTS)
def test_other_faults_of_a_message(test_client: Client, fault: str) -> None:
    changes, code, message = MESSAGE_FAULTS[fault]
    with refused(400, code, message):
        test_client.messages.create(**{"to": PHONE, "from_": MAGIC, "body": "x"} | changes)


def test_nothing_is_sent_and_nothing_fetched(
    test_client: Client, client: Client, platform: World
) -> None:
    with media_server() as server:
        message = test_client.messages.create(
            to=PHONE,
            from_=MAGIC,
            body="hello",
            media_url=[server.add("cat.png", File("image/png", PNG))],
            status_callback=server.add("status", File("image/png", PNG)),
        )
        settle(platform)
        assert server.asked == []

    assert (message.sid or "")[:2] == "MM"
    assert message.num_media == "1"
    assert inbox(platform, PHONE) == []
    assert client.messages.list() == []
    with refused(
        404,
        20404,
        f"The requested resource {message.uri} was not found".replace(
            platform.test_account_sid, platform.account_sid
        ),
    ):
        client.messages(message.sid).fetch()


NUMBERS = {
    "+15005550000": (21422, "+15005550000 is not available."),
    "+15005550001": (21421, "PhoneNumber is invalid: +15005550001"),
    "+14155550123": (21422, "+14155550123 is not available."),
    "+1555": (21421, "PhoneNumber is invalid: +1555"),
}
AREA_CODES = {
    "533": (21452, "No phone numbers found in area code 533"),
    "415": (21452, "No phone numbers found in area code 415"),
    "12": (21451, "Area code 12 is invalid"),
}


def test_buy_the_magic_number(test_client: Client, client: Client, platform: World) -> None:
    number = test_client.incoming_phone_numbers.create(
        phone_number=MAGIC, friendly_name="mine", sms_url="https://example.com/sms"
    )

    assert (number.phone_number, number.friendly_name) == (MAGIC, "mine")
    assert number.account_sid == platform.test_account_sid
    assert (number.sid or "")[:2] == "PN"
    assert number.sms_url == "https://example.com/sms"
    assert sorted(each.phone_number for each in client.incoming_phone_numbers.list()) == sorted(
        platform.numbers
    )


def test_buy_in_the_magic_area_code(test_client: Client) -> None:
    number = test_client.incoming_phone_numbers.create(area_code="500")

    assert (number.phone_number or "").startswith("+1500")


@pytest.mark.parametrize("number", NUMBERS)
def test_magic_numbers_to_buy(test_client: Client, number: str) -> None:
    code, message = NUMBERS[number]
    with refused(400, code, message):
        test_client.incoming_phone_numbers.create(phone_number=number)


@pytest.mark.parametrize("area_code", AREA_CODES)
def test_magic_area_codes(test_client: Client, area_code: str) -> None:
    code, message = AREA_CODES[area_code]
    with refused(400, code, message):
        test_client.incoming_phone_numbers.create(area_code=area_code)


def test_a_number_or_an_area_code_is_needed(test_client: Client) -> None:
    with refused(400, 21421, "A PhoneNumber or AreaCode is required"):
        test_client.incoming_phone_numbers.create()


def test_bought_twice_it_is_still_for_sale(test_client: Client) -> None:
    first = test_client.incoming_phone_numbers.create(phone_number=MAGIC)
    second = test_client.incoming_phone_numbers.create(phone_number=MAGIC)

    assert first.sid != second.sid


SOME_MESSAGE, SOME_NUMBER = "SM" + "0" * 32, "PN" + "0" * 32
ELSEWHERE: dict[str, Callable[[Client], Any]] = {
    "list messages": lambda client: client.messages.list(),
    "fetch a message": lambda client: client.messages(SOME_MESSAGE).fetch(),
    "redact a message": lambda client: client.messages(SOME_MESSAGE).update(body=""),
    "delete a message": lambda client: client.messages(SOME_MESSAGE).delete(),
    "feedback": lambda client: client.messages(SOME_MESSAGE).feedback.create(),
    "media": lambda client: client.messages(SOME_MESSAGE).media.list(),
    "list numbers": lambda client: client.incoming_phone_numbers.list(),
    "fetch a number": lambda client: client.incoming_phone_numbers(SOME_NUMBER).fetch(),
    "buy a local number": lambda client: client.incoming_phone_numbers.local.create(MAGIC),
    "search numbers": lambda client: client.available_phone_numbers("US").local.list(),
    "list applications": lambda client: client.applications.list(),
    "create an application": lambda client: client.applications.create(),
    "list keys": lambda client: client.keys.list(),
    "create a key": lambda client: client.new_keys.create(),
    "balance": lambda client: client.balance.fetch(),
    "list accounts": lambda client: client.api.accounts.list(),
    "fetch its account": lambda client: client.api.accounts(client.account_sid).fetch(),
    "create an account": lambda client: client.api.accounts.create(),
    "keys of iam": lambda client: client.iam.v1.get_api_keys.list(account_sid=client.account_sid),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_everything_else_is_closed(test_client: Client, what: str) -> None:
    with refused(*NOT_FOR_TESTS):
        ELSEWHERE[what](test_client)


def test_they_do_not_open_the_real_account(test_client: Client, platform: World) -> None:
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages.json"
    with refused(404, 20404, f"The requested resource {path} was not found"):
        test_client.api.accounts(platform.account_sid).messages.create(
            to=PHONE, from_="+14155550100", body="x"
        )


def test_the_real_account_does_not_open_theirs(client: Client, platform: World) -> None:
    path = f"/2010-04-01/Accounts/{platform.test_account_sid}/Messages.json"
    with refused(404, 20404, f"The requested resource {path} was not found"):
        client.api.accounts(platform.test_account_sid).messages.create(
            to=PHONE, from_=MAGIC, body="x"
        )
    assert platform.test_account_sid not in [each.sid for each in client.api.accounts.list()]


def test_their_token_is_checked(platform: World) -> None:
    stranger = connect(platform, platform.test_account_sid, platform.auth_token)
    with refused(401, 20003, "Authenticate"):
        stranger.messages.create(to=PHONE, from_=MAGIC, body="x")


def test_magic_numbers_mean_nothing_to_real_credentials(client: Client, platform: World) -> None:
    message = client.messages.create(to="+15005550004", from_="+14155550100", body="x")

    settle(platform)
    assert client.messages(message.sid).fetch().status == "delivered"
