"""twilio-python creates messages that are accepted: what each parameter does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.rest import Client

from tests.support.control import advance, bodies, inbox, set_phone, settle
from tests.support.platform import World
from tests.support.python_client import raw

PHONE = "+15558675309"
SENDER = "+14155550100"


def test_the_answer_to_a_create(client: Client, platform: World) -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    created = raw(
        client,
        "POST",
        f"/2010-04-01/Accounts/{platform.account_sid}/Messages.json",
        To=PHONE,
        From=SENDER,
        Body="one – Grüße 👋",
    )

    sid = created["sid"]
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages/{sid}"
    assert sid[:2] == "SM"
    assert created["date_created"] == created["date_updated"]
    moment = datetime.strptime(created["date_created"], "%a, %d %b %Y %H:%M:%S %z")
    assert before <= moment <= datetime.now(UTC)
    assert created == {
        "account_sid": platform.account_sid,
        "api_version": "2010-04-01",
        "body": "one – Grüße 👋",
        "date_created": created["date_created"],
        "date_sent": None,
        "date_updated": created["date_updated"],
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": SENDER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": PHONE,
        "uri": f"{path}.json",
    }


def test_the_message_reaches_the_phone(client: Client, platform: World) -> None:
    message = client.messages.create(to=PHONE, from_=SENDER, body="Hello there!")

    settle(platform)

    (entry,) = inbox(platform, PHONE)
    assert entry == {
        "sid": message.sid,
        "kind": "message",
        "from": SENDER,
        "to": PHONE,
        "body": "Hello there!",
        "num_media": 0,
        "buttons": [],
        "arrived_at": entry["arrived_at"],
    }


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("4155552671", "+14155552671"),
        ("(415) 555-2671", "+14155552671"),
        ("1-415-555-2671", "+14155552671"),
        ("+1 415 555 2671", "+14155552671"),
        ("+44 7700 900123", "+447700900123"),
        ("+15551234567", "+15551234567"),
    ],
)
def test_numbers_are_answered_in_e164(client: Client, written: str, normalised: str) -> None:
    message = client.messages.create(to=written, from_=SENDER, body="x")

    assert message.to == normalised
    assert client.messages(message.sid).fetch().to == normalised


def test_a_sender_of_ten_digits_is_answered_in_e164(client: Client) -> None:
    message = client.messages.create(to=PHONE, from_="415-555-0100", body="x")

    assert message.from_ == "+14155550100"


def test_an_alphanumeric_sender_reaches_a_phone_abroad(client: Client, platform: World) -> None:
    message = client.messages.create(to="+447700900123", from_="ACME Ltd", body="x")

    settle(platform)
    assert message.from_ == "ACME Ltd"
    assert inbox(platform, "+447700900123")[0]["from"] == "ACME Ltd"


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, "1"),
        ("a" * 161, "2"),
        ("a" * 1600, "11"),
        ("ç" * 70, "1"),
        ("ç" * 71, "2"),
        ("👍" * 67, "3"),
        ("a" * 152 + "€" + "a" * 152, "3"),
    ],
    ids=["160", "161", "1600", "70 UCS-2", "71 UCS-2", "67 emoji", "an escape pair kept whole"],
)
def test_segments_are_counted(client: Client, body: str, segments: str) -> None:
    message = client.messages.create(to=PHONE, from_=SENDER, body=body)

    assert message.num_segments == segments
    assert message.body == body


def test_smart_encoding_replaces_what_does_not_fit(client: Client, platform: World) -> None:
    message = client.messages.create(
        to=PHONE, from_=SENDER, body="“" + "’" * 158 + "”", smart_encoded=True
    )

    assert message.body == '"' + "'" * 158 + '"'
    assert message.num_segments == "1"
    settle(platform)
    assert bodies(platform, PHONE) == [message.body]


def test_smart_encoding_can_be_left_off(client: Client) -> None:
    message = client.messages.create(to=PHONE, from_=SENDER, body="“hi”", smart_encoded=False)

    assert message.body == "“hi”"


def test_a_text_sent_as_mms_is_one_segment(client: Client) -> None:
    message = client.messages.create(to=PHONE, from_=SENDER, body="a" * 500, send_as_mms=True)

    assert (message.sid or "")[:2] == "MM"
    assert message.num_segments == "1"
    assert message.num_media == "0"
    assert client.messages(message.sid).fetch().sid == message.sid


@pytest.mark.parametrize(
    "parameters",
    [
        {"validity_period": 1},
        {"validity_period": 36000},
        {"max_price": 0.5},
        {"attempt": 3},
        {"provide_feedback": True},
        {"force_delivery": True},
        {"traffic_type": "free"},
        {"risk_check": "enable"},
        {"risk_check": "disable"},
        {"message_intent": "otp"},
        {"persistent_action": ["geo:37.7,-122.4|here"]},
        {"content_retention": "retain"},
        {"address_retention": "retain"},
        {"shorten_urls": False},
        {"status_callback": "https://example.com/status"},
        {"status_callback": ""},
    ],
    ids=str,
)
def test_parameters_that_change_nothing_in_the_answer(
    client: Client, platform: World, parameters: dict[str, Any]
) -> None:
    message = client.messages.create(to=PHONE, from_=SENDER, body="same", **parameters)

    assert (message.status, message.body, message.to) == ("queued", "same", PHONE)
    settle(platform)
    assert client.messages(message.sid).fetch().status == "delivered"


def test_an_application_of_the_account_may_be_named(client: Client, platform: World) -> None:
    application = client.applications.create(
        friendly_name="callbacks", message_status_callback="https://example.com/status"
    )

    message = client.messages.create(
        to=PHONE, from_=SENDER, body="x", application_sid=application.sid
    )

    settle(platform)
    assert client.messages(message.sid).fetch().status == "delivered"


def test_discarded_content_is_gone_once_it_was_delivered(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, deliver_after="1h")
    message = client.messages.create(
        to=PHONE, from_=SENDER, body="secret", content_retention="discard"
    )
    settle(platform)
    assert client.messages(message.sid).fetch().body == "secret"

    advance(platform, "1h")

    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.body) == ("delivered", "")


def test_an_obfuscated_recipient_is_masked_once_it_was_delivered(
    client: Client, platform: World
) -> None:
    message = client.messages.create(
        to=PHONE, from_=SENDER, body="x", address_retention="obfuscate"
    )
    assert message.to == PHONE

    settle(platform)

    assert client.messages(message.sid).fetch().to == "+1555867XXXX"


def test_validity_counts_the_time_before_the_carrier_only(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, deliver_after="2h")
    message = client.messages.create(to=PHONE, from_=SENDER, body="x", validity_period=60)

    advance(platform, "2h")

    assert client.messages(message.sid).fetch().status == "delivered"
