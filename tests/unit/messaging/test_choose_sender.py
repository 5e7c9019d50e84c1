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
WHATSAPP = "whatsapp:" + PHONE


def choose(raw: str, recipient: str = PHONE, *, media: bool = False) -> tuple[str, str]:
    numbers = Numbers(own_number(ACCOUNT, type="tollfree"))
    others: list[dict[str, Any]] = [
        {"phone_number": SILENT, "sms_capable": False},
        {"phone_number": PLAIN, "mms_capable": False},
    ]
    numbers.others = [own_number(ACCOUNT, **other) for other in others]
    numbers.others.append(own_number("b" * 32, phone_number=FOREIGN))
    others = [
        {"phone_number": "12345", "type": "short_code", "sid": "SC" + "0" * 32},
        {"phone_number": "54321", "type": "short_code", "mms_capable": False},
        {"phone_number": "222", "type": "short_code", "iso_country": "GB"},
        {"phone_number": "whatsapp:" + NUMBER, "type": "whatsapp", "iso_country": "ZZ"},
        {"phone_number": "whatsapp:" + SILENT, "type": "whatsapp", "sms_capable": False},
        {"phone_number": "rcs:acme_agent", "type": "rcs", "iso_country": "ZZ"},
    ]
    numbers.others += [own_number(ACCOUNT, **other) for other in others]
    numbers.others.append(own_number("b" * 32, phone_number="33333", type="short_code"))
    numbers.others.append(own_number("b" * 32, phone_number="whatsapp:" + FOREIGN))
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


def test_a_short_code_within_its_country() -> None:
    assert choose(" 12345 ", media=True) == ("12345", "short_code")
    assert choose("222", ABROAD) == ("222", "short_code")


@pytest.mark.parametrize("raw", ["whatsapp:" + NUMBER, " WhatsApp:(415) 555-0100 "])
def test_the_sender_of_a_channel_towards_that_channel(raw: str) -> None:
    assert choose(raw, WHATSAPP, media=True) == ("whatsapp:" + NUMBER, "whatsapp")


def test_an_agent_of_rcs_has_a_name() -> None:
    assert choose("rcs:acme_agent", "rcs:" + PHONE) == ("rcs:acme_agent", "rcs")


@pytest.mark.parametrize(
    ("raw", "recipient", "media", "code"),
    [
        ("whatsapp:" + NUMBER, PHONE, False, 21910),
        (NUMBER, WHATSAPP, False, 21910),
        ("12345", WHATSAPP, False, 21910),
        ("ACME", "whatsapp:" + ABROAD, False, 21910),
        ("rcs:acme_agent", WHATSAPP, False, 21910),
        ("messenger:" + NUMBER, WHATSAPP, False, 21910),
        ("whatsapp:+12125550147", WHATSAPP, False, 63007),
        ("whatsapp:" + FOREIGN, WHATSAPP, False, 63007),  # another account's
        ("whatsapp:" + SILENT, WHATSAPP, False, 63007),  # not online
        ("whatsapp:", WHATSAPP, False, 63007),
        ("whatsapp:" + NUMBER, "whatsapp:" + NUMBER, False, 21266),
        ("+1415", PHONE, False, 21212),
        ("not a sender at all", ABROAD, False, 21212),
        (NUMBER, NUMBER, False, 21266),
        ("+12125550147", PHONE, False, 21659),
        ("99999", PHONE, False, 21659),
        ("12345", ABROAD, False, 21659),  # a short code of another country
        ("12345", "+16135550147", False, 21659),  # Canada has its own
        ("222", PHONE, False, 21659),
        ("33333", PHONE, False, 21660),
        ("54321", PHONE, True, 21621),
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
