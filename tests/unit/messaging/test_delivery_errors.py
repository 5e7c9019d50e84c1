"""Titles of asynchronous errors, as in Twilio's error dictionary."""

import pytest

from trunkline.messaging.delivery_errors import title


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (30001, "Queue overflow"),
        (30003, "Unreachable destination handset"),
        (30007, "Message filtered"),
        (30008, "Unknown error"),
        (30034, "US A2P 10DLC - Message from an Unregistered Number"),
        (30036, "Validity Period Expired"),
        (30044, "Trial Message Length Exceeded"),
        (21610, "Attempt to send to unsubscribed recipient"),
        (
            21703,
            "The Messaging Service does not have a phone number available to send a message",
        ),
        (21704, "The Messaging Service contains no phone numbers"),
        (11200, "HTTP retrieval failure"),
    ],
)
def test_title_of_a_known_code(code: int, expected: str) -> None:
    assert title(code) == expected


@pytest.mark.parametrize("code", [0, -1, 29999, 99999])
def test_an_unknown_code_is_an_unknown_error(code: int) -> None:
    assert title(code) == "Unknown error"


def test_every_delivery_code_that_the_platform_may_report_has_a_title() -> None:
    reported = [
        *range(30001, 30011),
        30017,
        30018,
        30019,
        30022,
        30023,
        30027,
        *range(30032, 30041),
    ]
    untitled = [code for code in [*reported, 30044] if title(code) == "Unknown error"]

    assert untitled == [30008]  # whose title that is
