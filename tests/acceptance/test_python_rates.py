"""Senders keep to their rates, with twilio-python and the moved clock (behaviour 5.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from twilio.rest import Client

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
