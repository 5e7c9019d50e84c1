"""Recipients as people write them, and what is said of those that cannot be one."""

import pytest

from trunkline.messaging.recipients import (
    Recipient,
    channel_of,
    is_channel_address,
    masked,
    number_of,
    valid_recipient,
)
from trunkline.rest.errors import ApiError


@pytest.mark.parametrize(
    ("written", "recipient"),
    [
        ("+15558675309", "+15558675309"),
        ("(415) 555-2671", "+14155552671"),
        ("1 415 555 2671", "+14155552671"),
        ("+44 7700 900123", "+447700900123"),
        ("+2908123", "+2908123"),
        ("WhatsApp:+1 (415) 555-2671", "whatsapp:+14155552671"),
        (" rcs:+447700900123 ", "rcs:+447700900123"),
    ],
)
def test_a_recipient_is_put_in_e164(written: str, recipient: str) -> None:
    assert valid_recipient(written) == recipient
    assert Recipient().parse("To", written) == recipient


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("nobody", 21211, "Invalid 'To' Phone Number: noXXXX"),
        ("+1555867530", 21211, "Invalid 'To' Phone Number: +155586XXXX"),
        ("+0123456789", 21211, "Invalid 'To' Phone Number: +012345XXXX"),
        (" 12345 ", 21265, "The 'To' number 12345 cannot be a Short Code"),
        (
            "messenger:15558675309",
            21910,
            "Invalid From and To pair. From and To should be of the same channel.",
        ),
        ("whatsapp:12345", 21211, "Invalid 'To' Phone Number: whatsapp:1XXXX"),
        ("rcs:twilio_agent", 21211, "Invalid 'To' Phone Number: rcs:twilio_aXXXX"),
        ("whatsapp:", 21211, "Invalid 'To' Phone Number: whatsXXXX"),
        (
            "rcs:whatsapp:+14155552671",
            21211,
            "Invalid 'To' Phone Number: rcs:whatsapp:+1415555XXXX",
        ),
    ],
)
def test_what_cannot_be_a_recipient(written: str, code: int, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        valid_recipient(written)
    assert (caught.value.code, caught.value.status, caught.value.message) == (code, 400, message)


def test_channels() -> None:
    assert is_channel_address("messenger:12345")
    assert not is_channel_address("+15558675309")
    assert (channel_of("whatsapp:+15558675309"), channel_of("+15558675309")) == ("whatsapp", None)
    assert number_of("whatsapp:+15558675309") == number_of("+15558675309") == "+15558675309"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+15558675309", "+1555867XXXX"), ("+155", "+155"), ("", ""), ("9" * 99, "9" * 60 + "XXXX")],
)
def test_the_last_four_digits_are_not_shown(number: str, shown: str) -> None:
    assert masked(number) == shown
