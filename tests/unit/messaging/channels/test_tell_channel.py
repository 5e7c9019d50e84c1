"""What requests say of a message that goes or comes on a channel."""

from __future__ import annotations

import pytest

from tests.unit.messaging.node import own_number
from trunkline.messaging.channels.tell_channel import (
    inbound_channel_parameters,
    status_channel_parameters,
)

SENDER = own_number("a" * 32, sid="XE" + "1" * 32, phone_number="whatsapp:+14155550100")
PHONE = "whatsapp:+14155550123"


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("sent", "SENT"),
        ("delivered", "DELIVERED"),
        ("read", "READ"),
        ("undelivered", "UNDELIVERED"),
        ("failed", "UNDELIVERED"),
    ],
)
def test_a_status_callback_names_channel_sender_and_event(status: str, event: str) -> None:
    assert status_channel_parameters(PHONE, status, SENDER) == [
        ("ChannelPrefix", "whatsapp"),
        ("ChannelToAddress", "+14155550123"),
        ("ChannelInstallSid", "XE" + "1" * 32),
        ("EventType", event),
    ]


def test_other_statuses_are_no_events_and_senders_may_be_gone() -> None:
    assert status_channel_parameters("rcs:+14155550123", "queued", None) == [
        ("ChannelPrefix", "rcs"),
        ("ChannelToAddress", "+14155550123"),
    ]


def test_sms_says_nothing_of_channels() -> None:
    assert status_channel_parameters("+14155550123", "sent", SENDER) == []
    assert inbound_channel_parameters("+14155550123") == []
    assert inbound_channel_parameters("rcs:+14155550123") == []


def test_whatsapp_says_who_wrote() -> None:
    assert inbound_channel_parameters("whatsapp:+447700900123") == [
        ("ReferralNumMedia", "0"),
        ("ProfileName", "+447700900123"),
        ("WaId", "447700900123"),
    ]
