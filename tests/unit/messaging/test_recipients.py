"""Recipients as people write them, and what is said of those that cannot be one."""

import pytest

from trunkline.messaging.recipients import Recipient, is_channel_address, masked, valid_recipient
from trunkline.rest.errors import ApiError


@pytest.mark.parametrize(
    ("written", "recipient"),
    [
        ("+15558675309", "+15558675309"),
        ("(415) 555-2671", "+14155552671"),
        ("1 415 555 2671", "+14155552671"),
        ("+44 7700 900123", "+447700900123"),
        ("+2908123", "+2908123"),
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
            "WhatsApp:+15558675309",
            21910,
            "Twilio could not find a Channel with the specified From address",
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


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+15558675309", "+1555867XXXX"), ("+155", "+155"), ("", ""), ("9" * 99, "9" * 60 + "XXXX")],
)
def test_the_last_four_digits_are_not_shown(number: str, shown: str) -> None:
    assert masked(number) == shown
