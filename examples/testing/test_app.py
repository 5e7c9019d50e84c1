"""The waiting list, as its guests see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app import app, call_next, unreachable, waiting

from trunkline.testing import Trunkline

ALICE, BOB = "+14155550123", "+14155550124"
URL = "https://tables.example.com"


@pytest.fixture(autouse=True)
def restaurant(trunkline: Trunkline) -> Iterator[None]:
    trunkline.app(app, webhook="/sms", public_url=URL)
    yield
    waiting.clear()
    unreachable.clear()


def test_guests_are_called_in_turn(trunkline: Trunkline) -> None:
    alice, bob = trunkline.phone(ALICE), trunkline.phone(BOB)
    alice.send("Join")
    alice.expects("You are number 1 in line.")
    bob.send("Join")
    bob.expects("You are number 2 in line.")
    call_next(URL)
    alice.expects("Your table is ready. OK or NO?")
    alice.replies("OK")
    alice.expects("See you soon!")
    bob.expects_nothing()


def test_a_guest_whose_phone_is_off_is_known(trunkline: Trunkline) -> None:
    bob = trunkline.phone(BOB)
    bob.send("JOIN")
    bob.expects("You are number 1 in line.")
    bob.set(fail=30003)
    call_next(URL)
    trunkline.settle()
    assert unreachable == [BOB]
    told = [request.params["MessageStatus"] for request in trunkline.webhooks.to("/status")]
    assert told == ["sent", "undelivered"]


def test_joining_twice_keeps_the_place_though_the_network_repeats(trunkline: Trunkline) -> None:
    trunkline.chaos(duplicate=1)
    for guest in (ALICE, BOB, ALICE):
        trunkline.phone(guest).send("JOIN")
    assert (
        trunkline.transcript()
        == """
        +14155550123 -> +12065550100: JOIN
        +12065550100 -> +14155550123: You are number 1 in line.
        +14155550124 -> +12065550100: JOIN
        +12065550100 -> +14155550124: You are number 2 in line.
        +14155550123 -> +12065550100: JOIN
        +12065550100 -> +14155550123: You are number 1 in line.
    """
    )
