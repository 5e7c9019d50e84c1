"""Whose number a message may come from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.messaging.node import NUMBER, PHONE, Numbers, own_number
from trunkline.messaging.choose_sender import choose_sender
from trunkline.rest.errors import ApiError

ACCOUNT = "a" * 32
SILENT, PLAIN, FOREIGN = "+14155550102", "+14155550103", "+14155550104"
ABROAD = "+447700900123"


def choose(raw: str, recipient: str = PHONE, *, media: bool = False) -> tuple[str, str]:
    numbers = Numbers(own_number(ACCOUNT, type="tollfree"))
    others: list[dict[str, Any]] = [
        {"phone_number": SILENT, "sms_capable": False},
        {"phone_number": PLAIN, "mms_capable": False},
    ]
    numbers.others = [own_number(ACCOUNT, **other) for other in others]
    numbers.others.append(own_number("b" * 32, phone_number=FOREIGN))
    return choose_sender(
        numbers,
        world_id="w" * 32,
        account_sid="AC" + ACCOUNT,
        raw=raw,
        recipient=recipient,
        media=media,
    )


def test_a_number_of_the_account_however_it_is_written() -> None:
    assert choose(NUMBER) == (NUMBER, "tollfree")
    assert choose("(415) 555-0100") == (NUMBER, "tollfree")
    assert choose(PLAIN) == (PLAIN, "local")


def test_a_name_abroad() -> None:
    assert choose(" ACME ", ABROAD) == ("ACME", "alphanumeric")


@pytest.mark.parametrize(
    ("raw", "recipient", "media", "code"),
    [
        ("whatsapp:" + NUMBER, PHONE, False, 21910),
        ("+1415", PHONE, False, 21212),
        ("not a sender at all", ABROAD, False, 21212),
        (NUMBER, NUMBER, False, 21266),
        ("+12125550147", PHONE, False, 21659),
        ("12345", PHONE, False, 21659),
        (FOREIGN, PHONE, False, 21660),
        (SILENT, PHONE, False, 21661),
        (PLAIN, PHONE, True, 21621),
        ("ACME", PHONE, False, 21612),
    ],
)
def test_any_other_is_refused_by_its_code(raw: str, recipient: str, media: bool, code: int) -> None:
    with pytest.raises(ApiError) as refusal:
        choose(raw, recipient, media=media)
    assert refusal.value.code == code
