"""twilio-python asks for messages that are refused: by code, text and status, storing nothing."""

from typing import Any

import pytest
from twilio.base import values
from twilio.rest import Client

from tests.support.control import inbox, settle
from tests.support.platform import World
from tests.support.python_client import connect, refused

PHONE = "+15558675309"
SENDER = "+14155550100"
OWN = {"to": PHONE, "from_": SENDER, "body": "x"}
SERVICE = "MG" + "a" * 32
TEMPLATE = "HX" + "a" * 32
SOON = "2027-01-01T00:00:00Z"

TO = {
    "absent": (values.unset, 21604, "A 'To' phone number is required."),
    "empty": ("", 21604, "A 'To' phone number is required."),
    "blank": ("   ", 21604, "A 'To' phone number is required."),
    "a word": ("nobody", 21211, "Invalid 'To' Phone Number: noXXXX"),
    "too few digits": ("+1555", 21211, "Invalid 'To' Phone Number: +XXXX"),
    "too many digits": ("+155512345678", 21211, "Invalid 'To' Phone Number: +15551234XXXX"),
    "a leading zero": ("+0155512345", 21211, "Invalid 'To' Phone Number: +015551XXXX"),
    "without country": ("447700900123", 21211, "Invalid 'To' Phone Number: 44770090XXXX"),
    "a short code": ("12345", 21265, "The 'To' number 12345 cannot be a Short Code"),
    "the sender": (SENDER, 21266, f"'To' and 'From' number cannot be the same: {SENDER}"),
    "the sender in ten digits": (
        "4155550100",
        21266,
        f"'To' and 'From' number cannot be the same: {SENDER}",
    ),
    "another channel": (
        f"whatsapp:{PHONE}",
        21910,
        "Invalid From and To pair. From and To should be of the same channel.",
    ),
}
NOT_OWNED = "'From' {} is not a Twilio phone number or Short Code country mismatch"
NOT_A_NUMBER = "The 'From' number {} is not a valid phone number or shortcode."
FROM = {
    "absent": (values.unset, 21603, "A 'From' phone number is required."),
    "empty": ("", 21603, "A 'From' phone number is required."),
    "nobody's number": ("+14155550199", 21659, NOT_OWNED.format("+14155550199")),
    "nobody's short code": ("12345", 21659, NOT_OWNED.format("12345")),
    "a magic number": ("+15005550006", 21659, NOT_OWNED.format("+15005550006")),
    "too few digits": ("+1555", 21212, NOT_A_NUMBER.format("+1555")),
    "too long a name": ("TwelveLetter", 21212, NOT_A_NUMBER.format("TwelveLetter")),
    "a name with signs": ("ACME!", 21212, NOT_A_NUMBER.format("ACME!")),
    "a name, to the US": (
        "ACME",
        21612,
        f"The 'To' phone number: {PHONE}, is not currently reachable using the 'From' phone"
        " number: ACME via SMS.",
    ),
    "another channel": (
        f"whatsapp:{SENDER}",
        21910,
        "Invalid From and To pair. From and To should be of the same channel.",
    ),
}
NOTHING_TO_SEND = "A text message body or media urls must be specified."
NO_SERVICE = "The Messaging Service does not exist"
NO_SCHEDULE = "MessagingServiceSid is required to schedule a message"
OTHER: dict[str, tuple[dict[str, Any], int, str]] = {
    "body absent": ({"body": values.unset}, 21619, NOTHING_TO_SEND),
    "body empty": ({"body": ""}, 21602, "Message body is required."),
    "body of 1601": (
        {"body": "x" * 1601},
        21617,
        "The concatenated message body exceeds the 1600 character limit",
    ),
    "media relative": ({"media_url": ["/cat.png"]}, 21620, "Invalid media URL(s)"),
    "media by ftp": ({"media_url": ["ftp://example.com/a"]}, 21620, "Invalid media URL(s)"),
    "one media of two wrong": (
        {"media_url": ["https://example.com/a.png", "nonsense"]},
        21620,
        "Invalid media URL(s)",
    ),
    "eleven media": (
        {"media_url": [f"https://example.com/{n}.png" for n in range(11)]},
        21623,
        "Number of media files exceeds allowed limit",
    ),
    "a service": ({"messaging_service_sid": SERVICE}, 21701, NO_SERVICE),
    "a service alone": (
        {"messaging_service_sid": SERVICE, "from_": values.unset},
        21701,
        NO_SERVICE,
    ),
    "no service's SID": ({"messaging_service_sid": "MGnonsense"}, 21701, NO_SERVICE),
    "a schedule": ({"schedule_type": "fixed", "send_at": SOON}, 35118, NO_SCHEDULE),
    "a schedule without time": ({"schedule_type": "fixed"}, 35118, NO_SCHEDULE),
    "a service's schedule without time": (
        {"schedule_type": "fixed", "messaging_service_sid": SERVICE},
        35111,
        "SendAt cannot be empty for ScheduleType 'fixed'",
    ),
    "a time without schedule": ({"send_at": SOON}, 35126, "ScheduleType is required"),
    "an unknown schedule": (
        {"schedule_type": "optimised", "send_at": SOON},
        35126,
        "The ScheduleType value provided is not supported for this channel",
    ),
    "a time that is none": (
        {"schedule_type": "fixed", "send_at": "soon", "messaging_service_sid": SERVICE},
        35114,
        "SendAt is not a valid time: soon",
    ),
    "a template": ({"content_sid": TEMPLATE}, 21655, "The ContentSid is Invalid"),
    "a template without body": (
        {"content_sid": TEMPLATE, "body": values.unset},
        21655,
        "The ContentSid is Invalid",
    ),
    "no template's SID": ({"content_sid": "HXnonsense"}, 21655, "The ContentSid is Invalid"),
    "variables alone": ({"content_variables": '{"1": "a"}'}, 21654, "ContentSid Required"),
    "variables no object": (
        {"content_sid": TEMPLATE, "content_variables": "[1]"},
        21656,
        "The ContentVariables Parameter is invalid",
    ),
    "variables no JSON": (
        {"content_sid": TEMPLATE, "content_variables": "{"},
        21656,
        "The ContentVariables Parameter is invalid",
    ),
    "variables too long": (
        {"content_sid": TEMPLATE, "content_variables": '{"1": "%s"}' % ("x" * 1601)},
        21658,
        "Parameter exceeded character limit",
    ),
    "short URLs": ({"shorten_urls": True}, 30124, "ShortenUrls requires a MessagingServiceSid"),
    "a fallback sender": (
        {"fallback_from": SENDER},
        21664,
        "FallbackFrom requires a MessagingServiceSid",
    ),
    "validity 0": ({"validity_period": 0}, 21624, "The validity period 0 is invalid"),
    "validity 36001": ({"validity_period": 36001}, 21624, "The validity period 36001 is invalid"),
    "validity in words": ({"validity_period": "1h"}, 21624, "The validity period 1h is invalid"),
    "a price in words": ({"max_price": "cheap"}, 21627, "Max Price must be a valid float"),
    "content retention": (
        {"content_retention": "forever"},
        30029,
        "Invalid ContentRetention: forever",
    ),
    "address retention": (
        {"address_retention": "forever"},
        30030,
        "Invalid AddressRetention: forever",
    ),
    "a callback with an underscore": (
        {"status_callback": "https://my_app.example.com/status"},
        21609,
        "The StatusCallback URL https://my_app.example.com/status is not a valid URL.",
    ),
    "a relative callback": (
        {"status_callback": "/status"},
        21609,
        "The StatusCallback URL /status is not a valid URL.",
    ),
    "an unknown application": (
        {"application_sid": "AP" + "a" * 32},
        21218,
        f"ApplicationSid AP{'a' * 32} is not valid",
    ),
    "no application's SID": (
        {"application_sid": "APnonsense"},
        21218,
        "ApplicationSid APnonsense is not valid",
    ),
    "an attempt in words": (
        {"attempt": "first"},
        20422,
        "Invalid parameter Attempt: not a whole number",
    ),
    "an unknown traffic type": (
        {"traffic_type": "paid"},
        20422,
        "Invalid parameter TrafficType: not one of free",
    ),
    "an unknown risk check": (
        {"risk_check": "maybe"},
        20422,
        "Invalid parameter RiskCheck: not one of enable, disable",
    ),
    "a flag in words": (
        {"smart_encoded": "perhaps"},
        20422,
        "Invalid parameter SmartEncoded: not true or false",
    ),
}


def refused_and_forgotten(
    platform: World, client: Client, parameters: dict[str, Any], code: int, message: str
) -> None:
    """A create is refused with 400, and neither the account nor the phone knows of it."""
    with refused(400, code, message):
        client.messages.create(**parameters)
    settle(platform)
    assert client.messages.list() == []
    assert inbox(platform, PHONE) == []


@pytest.mark.parametrize(("to", "code", "message"), TO.values(), ids=TO)
def test_to(client: Client, platform: World, to: Any, code: int, message: str) -> None:
    refused_and_forgotten(platform, client, OWN | {"to": to}, code, message)


@pytest.mark.parametrize(("sender", "code", "message"), FROM.values(), ids=FROM)
def test_from(client: Client, platform: World, sender: Any, code: int, message: str) -> None:
    refused_and_forgotten(platform, client, OWN | {"from_": sender}, code, message)


@pytest.mark.parametrize(("changes", "code", "message"), OTHER.values(), ids=OTHER)
def test_others(
    client: Client, platform: World, changes: dict[str, Any], code: int, message: str
) -> None:
    refused_and_forgotten(platform, client, OWN | changes, code, message)


def test_a_sender_of_another_account(client: Client, platform: World) -> None:
    branch = client.api.accounts.create(friendly_name="branch")
    branch_client = connect(platform, branch.sid, branch.auth_token)

    text = f"Mismatch between the 'From' number {SENDER} and the account {branch.sid}"
    refused_and_forgotten(platform, branch_client, OWN, 21660, text)


def test_a_sender_of_another_world(client: Client, running: World) -> None:
    """Every world has +14155550100, and none sees those of the others."""
    bought = connect(running).incoming_phone_numbers.create(area_code="415").phone_number

    with refused(400, 21659, NOT_OWNED.format(bought)):
        client.messages.create(**OWN | {"from_": bought})


@pytest.mark.parametrize("media", [[], ["https://example.com/cat.png"]], ids=["text", "media"])
def test_a_sender_that_cannot_text(client: Client, platform: World, media: list[str]) -> None:
    """Exchange 950 is for voice only."""
    voice_only = client.incoming_phone_numbers.create(phone_number="+14159500100").phone_number

    text = "'From' +14159500100 is not SMS-capable"
    parameters = OWN | {"from_": voice_only, "media_url": media}
    refused_and_forgotten(platform, client, parameters, 21661, text)


def test_a_sender_that_was_released(client: Client, platform: World) -> None:
    number = client.incoming_phone_numbers.create(area_code="628")
    assert number.delete()

    text = NOT_OWNED.format(number.phone_number)
    refused_and_forgotten(platform, client, OWN | {"from_": number.phone_number}, 21659, text)


def test_an_application_of_another_account(client: Client, platform: World) -> None:
    branch = client.api.accounts.create(friendly_name="branch")
    theirs = connect(platform, branch.sid, branch.auth_token).applications.create()

    text = f"ApplicationSid {theirs.sid} is not valid"
    refused_and_forgotten(platform, client, OWN | {"application_sid": theirs.sid}, 21218, text)


ORDER: dict[str, tuple[dict[str, Any], int, str]] = {
    "To before From": (
        {"to": values.unset, "from_": values.unset, "body": values.unset},
        21604,
        "A 'To' phone number is required.",
    ),
    "From before content": (
        {"from_": values.unset, "body": values.unset},
        21603,
        "A 'From' phone number is required.",
    ),
    "what is missing before what is wrong": (
        {"to": "nobody", "body": values.unset},
        21619,
        NOTHING_TO_SEND,
    ),
    "a wrong To before a wrong From": (
        {"to": "nobody", "from_": "+1555"},
        21211,
        "Invalid 'To' Phone Number: noXXXX",
    ),
    "a wrong To before a text that is too long": (
        {"to": "nobody", "body": "x" * 1601},
        21211,
        "Invalid 'To' Phone Number: noXXXX",
    ),
}


@pytest.mark.parametrize(("changes", "code", "message"), ORDER.values(), ids=ORDER)
def test_of_several_faults(
    client: Client, platform: World, changes: dict[str, Any], code: int, message: str
) -> None:
    refused_and_forgotten(platform, client, OWN | changes, code, message)


def test_a_text_that_smart_encoding_makes_too_long(client: Client) -> None:
    with refused(400, 21617, "The concatenated message body exceeds the 1600 character limit"):
        client.messages.create(to=PHONE, from_=SENDER, body="\t" * 1600, smart_encoded=True)
