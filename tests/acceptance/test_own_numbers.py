"""A message from one number of the world to another comes in there, as it does at Twilio."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.support.control import set_phone, settle
from tests.support.platform import World
from tests.support.python_client import connect


def test_both_messages_are_listed(platform: World, client: Client) -> None:
    first, second = platform.numbers[:2]
    sent = client.messages.create(to=second, from_=first, body="across the room")
    settle(platform)
    inbound, outbound = client.messages.list()
    assert (outbound.sid, outbound.status, outbound.direction) == (
        sent.sid,
        "delivered",
        "outbound-api",
    )
    assert (inbound.status, inbound.direction) == ("received", "inbound")
    assert (inbound.from_, inbound.to, inbound.body) == (first, second, "across the room")


def test_stop_from_a_number_blocks_the_way_back(platform: World, client: Client) -> None:
    first, second = platform.numbers[:2]
    client.messages.create(to=second, from_=first, body="STOP")
    settle(platform)
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=first, from_=second, body="are you there?")
    assert refused.value.code == 21610


def test_a_failing_default_phone_does_not_deliver(platform: World, client: Client) -> None:
    set_phone(platform, "default", fail=30003)
    client.messages.create(to=platform.numbers[1], from_=platform.numbers[0], body="x")
    settle(platform)
    assert [m.direction for m in client.messages.list()] == ["outbound-api"]


def test_a_clock_that_is_moved_while_messages_are_sent_fails_none(
    platform: World, client: Client
) -> None:
    stop = threading.Event()
    sids: list[str] = []

    def send() -> None:
        own = connect(platform)
        while not stop.is_set():
            made = own.messages.create(
                to="+14155550188", from_=platform.numbers[0], body="x", validity_period=36000
            )
            sids.append(str(made.sid))

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send) for _ in range(4)]
        for _ in range(4):
            platform.control("POST", "/clock/advance", {"by": "11h"})
        stop.set()
        for sender in senders:
            sender.result()
    settle(platform)
    assert sids
    assert {m.status for m in client.messages.list()} == {"delivered"}


def test_a_world_that_is_reset_while_messages_are_sent_stays_whole(
    platform: World, client: Client
) -> None:
    stop = threading.Event()

    def send() -> None:
        own = connect(platform)
        while not stop.is_set():
            own.messages.create(to="+14155550188", from_=platform.numbers[0], body="x")

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send) for _ in range(4)]
        for _ in range(3):
            platform.control("POST", "/reset", {})
        stop.set()
        for sender in senders:
            sender.result()
    settle(platform)
    for message in client.messages.list():
        events = platform.control("GET", f"/messages/{message.sid}/events")["events"]
        assert message.body == "x"
        assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
