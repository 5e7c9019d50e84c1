"""Senders keep to their rates, with twilio-python and the moved clock (behaviour 5.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.support.app_server import CustomerApp
from tests.support.control import advance, now, settle
from tests.support.platform import World

PHONE = "+14155550123"


def statuses(client: Client, sent: list[Any]) -> list[str]:
    return [client.messages(message.sid).fetch().status for message in sent]


def send(client: Client, platform: World, count: int, **more: Any) -> list[Any]:
    sender = platform.numbers[0]
    return [
        client.messages.create(to=PHONE, from_=sender, body=f"No. {n}", **more)
        for n in range(count)
    ]


def test_a_number_sends_a_segment_a_second(client: Client, platform: World) -> None:
    platform.control("PUT", "/limits", {"limits": "custom", "long_code": 0.1})
    begun = now(platform)
    sent = send(client, platform, 4)
    settle(platform)
    assert statuses(client, sent) == ["delivered", "queued", "queued", "queued"]
    advance(platform, 11)
    assert statuses(client, sent) == ["delivered", "delivered", "queued", "queued"]
    advance(platform, 20)
    assert set(statuses(client, sent)) == {"delivered"}
    last = client.messages(sent[-1].sid).fetch().date_sent
    assert last is not None
    assert last - begun >= timedelta(seconds=28)


def test_what_waits_for_longer_than_it_is_valid_fails_when_that_time_is_over(
    client: Client, platform: World
) -> None:
    platform.control("PUT", "/limits", {"limits": "custom", "long_code": 0.001})
    sent = send(client, platform, 2, validity_period=60)
    advance(platform, 55)
    assert statuses(client, sent) == ["delivered", "queued"]
    advance(platform, 10)
    assert statuses(client, sent) == ["delivered", "failed"]
    assert client.messages(sent[1].sid).fetch().error_code == 30036


def test_limits_that_are_taken_away_let_go_of_what_waits(client: Client, platform: World) -> None:
    platform.control("PUT", "/limits", {"limits": "custom", "long_code": 0.001})
    sent = send(client, platform, 5)
    settle(platform)
    assert statuses(client, sent).count("queued") == 4
    platform.control("PUT", "/limits", {"limits": "off"})
    settle(platform)
    assert set(statuses(client, sent)) == {"delivered"}


def test_a_reset_world_owes_nothing(client: Client, platform: World) -> None:
    slow = {"limits": "custom", "long_code": 0.001}
    platform.control("PUT", "/limits", slow)
    send(client, platform, 3)
    advance(platform, "1h")
    platform.control("POST", "/reset")
    assert platform.control("GET", "/limits")["limits"] == "custom"
    sent = send(client, platform, 2)
    settle(platform)
    assert statuses(client, sent) == ["delivered", "queued"]


def test_a_queue_of_a_hundred_is_sent_in_a_hundred_seconds_and_told_in_order(
    client: Client, platform: World, app: CustomerApp
) -> None:
    platform.control("PUT", "/limits", {"limits": "twilio"})
    begun = now(platform)
    sent = send(client, platform, 100, status_callback=app.url("/status"))
    advance(platform, 50)
    half = statuses(client, sent).count("delivered")
    # What passed while they were created counts as well.
    assert 50 <= half < 100
    assert half <= 52 + (now(platform) - begun).total_seconds() - 50
    advance(platform, 60)
    found = platform.control("GET", f"/phones/{PHONE}/messages?limit=200")
    received = list(reversed(found["messages"]))
    assert [message["body"] for message in received] == [f"No. {n}" for n in range(100)]
    times = [datetime.fromisoformat(message["arrived_at"]) for message in received]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert min(gaps) >= 0.85  # a tenth of a second may be saved up: the burst
    assert 98 <= (times[-1] - times[0]).total_seconds() <= 101
    told = [(asked["MessageSid"], asked["MessageStatus"]) for asked in app.asked]
    assert [t for t in told if t[1] == "delivered"] == [(m.sid, "delivered") for m in sent]
    assert sorted(told) == sorted((m.sid, s) for m in sent for s in ("sent", "delivered"))


def test_a_full_queue_refuses_a_named_sender_and_fails_a_chosen_one(
    client: Client, platform: World
) -> None:
    service = client.messaging.v1.services.create(friendly_name="codes")
    number = client.incoming_phone_numbers.list(phone_number=platform.numbers[0])[0]
    service.phone_numbers.create(phone_number_sid=number.sid)
    slow = {"limits": "custom", "long_code": 0.01, "queue_seconds": 300}
    platform.control("PUT", "/limits", slow)
    sent = send(client, platform, 1)
    settle(platform)
    sent += send(client, platform, 3)  # as many as 300 seconds send
    with pytest.raises(TwilioRestException) as refused:
        send(client, platform, 1)
    assert (refused.value.code, refused.value.status) == (21611, 400)
    chosen = client.messages.create(to=PHONE, messaging_service_sid=service.sid, body="late")
    assert chosen.status == "accepted"
    settle(platform)
    failed = client.messages(chosen.sid).fetch()
    assert (failed.status, failed.error_code) == ("failed", 30001)
    assert statuses(client, sent) == ["delivered", "queued", "queued", "queued"]
    advance(platform, 110)
    assert len(send(client, platform, 1)) == 1


def test_it_is_told_why_a_message_waits(client: Client, platform: World) -> None:
    platform.control("PUT", "/limits", {"limits": "custom", "long_code": 0.01})
    sent = send(client, platform, 3)
    settle(platform)
    done, first, second = (
        platform.control("GET", f"/messages/{message.sid}/explanation") for message in sent
    )
    assert done["turn"] is None
    assert (first["turn"]["rate"], first["turn"]["segments_ahead"]) == (0.01, 0)
    assert second["turn"]["segments_ahead"] == 1
    expected = datetime.fromisoformat(second["turn"]["expected_at"])
    assert abs((expected - now(platform)).total_seconds() - 200) < 10
    advance(platform, 110)
    assert platform.control("GET", f"/messages/{sent[2].sid}/explanation")["turn"] is not None
    platform.control("PUT", "/limits", {"limits": "off"})
    settle(platform)
    assert platform.control("GET", f"/messages/{sent[2].sid}/explanation")["turn"] is None
