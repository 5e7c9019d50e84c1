"""Messages on their way to virtual phones, as twilio-python sees them while time is moved."""

from datetime import UTC, datetime, timedelta

from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.support.control import (
    advance,
    bodies,
    inbox,
    now,
    set_phone,
    settle,
    text_from,
    timeline,
)
from tests.support.platform import World

PHONE = "+15558675309"
OTHER = "+15551234567"
SENDER = "+14155550100"


def send(client: Client, to: str = PHONE, body: str = "hello") -> MessageInstance:
    return client.messages.create(to=to, from_=SENDER, body=body)


def test_an_ordinary_phone_takes_a_message_at_once(client: Client, platform: World) -> None:
    message = send(client)

    settle(platform)

    fetched = client.messages(message.sid).fetch()
    assert fetched.status == "delivered"
    assert (fetched.error_code, fetched.error_message) == (None, None)
    assert fetched.date_sent is not None
    assert fetched.date_created <= fetched.date_sent <= fetched.date_updated
    assert timeline(platform, str(message.sid)) == [
        "message.queued",
        "message.sending",
        "message.sent",
        "message.delivered",
    ]


def test_deliver_after(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, deliver_after="2h")
    message = send(client)

    settle(platform)
    assert client.messages(message.sid).fetch().status == "sent"
    assert inbox(platform, PHONE) == []

    advance(platform, "1h59m")
    assert client.messages(message.sid).fetch().status == "sent"

    arrived = advance(platform, "1m")
    fetched = client.messages(message.sid).fetch()
    assert fetched.status == "delivered"
    assert fetched.date_updated - fetched.date_sent == timedelta(hours=2)
    assert fetched.date_updated <= arrived
    assert bodies(platform, PHONE) == ["hello"]


def test_messages_arrive_in_the_order_of_their_times(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, deliver_after="3h")
    set_phone(platform, OTHER, deliver_after="1h")
    slow, quick = send(client, PHONE), send(client, OTHER)

    advance(platform, "1d")

    slow, quick = client.messages(slow.sid).fetch(), client.messages(quick.sid).fetch()
    assert (slow.status, quick.status) == ("delivered", "delivered")
    assert slow.date_updated - quick.date_updated in (
        timedelta(hours=2),
        timedelta(hours=2, seconds=1),
    )


def test_fail(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, fail=30003)
    message = send(client)

    settle(platform)

    fetched = client.messages(message.sid).fetch()
    assert fetched.status == "undelivered"
    assert fetched.error_code == 30003
    assert fetched.error_message == "Unreachable destination handset"
    assert fetched.date_sent is not None
    assert inbox(platform, PHONE) == []
    assert timeline(platform, str(message.sid))[-2:] == ["message.sent", "message.undelivered"]


def test_fail_later(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, fail=30005, deliver_after="10m")
    message = send(client)

    settle(platform)
    assert client.messages(message.sid).fetch().status == "sent"
    advance(platform, "10m")

    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30005)


def test_reject(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, reject=30007)
    message = send(client)

    settle(platform)

    fetched = client.messages(message.sid).fetch()
    assert fetched.status == "failed"
    assert fetched.error_code == 30007
    assert fetched.error_message == "Message filtered"
    assert fetched.date_sent is None
    assert inbox(platform, PHONE) == []
    assert "message.sent" not in timeline(platform, str(message.sid))


def test_no_receipt(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, no_receipt=True)
    message = send(client)

    advance(platform, "7d")

    assert client.messages(message.sid).fetch().status == "sent"
    assert bodies(platform, PHONE) == ["hello"]


def test_auto_reply(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, auto_reply="I am driving.")
    message = send(client)

    settle(platform)

    reply, sent = client.messages.list()
    assert sent.sid == message.sid
    assert (reply.sid or "")[:2] == "SM"
    assert (reply.from_, reply.to, reply.body) == (PHONE, SENDER, "I am driving.")
    assert (reply.direction, reply.status) == ("inbound", "received")
    assert (reply.num_segments, reply.num_media) == ("1", "0")
    assert (reply.error_code, reply.price, reply.messaging_service_sid) == (None, None, None)
    assert client.messages(reply.sid).fetch().body == "I am driving."


def test_a_message_from_a_phone(client: Client, platform: World) -> None:
    sid = text_from(platform, PHONE, SENDER, "Is anybody there? 👋")

    inbound = client.messages(sid).fetch()
    assert (inbound.direction, inbound.status) == ("inbound", "received")
    assert (inbound.from_, inbound.to) == (PHONE, SENDER)
    assert inbound.body == "Is anybody there? 👋"
    assert timeline(platform, sid) == ["message.receiving", "message.received"]


def test_a_behaviour_of_all_phones(client: Client, platform: World) -> None:
    set_phone(platform, "default", fail=30006)
    set_phone(platform, OTHER, no_receipt=True)

    failing, own = send(client, PHONE), send(client, OTHER)
    settle(platform)

    assert client.messages(failing.sid).fetch().error_code == 30006
    # How messages end is the phone's own to say.
    assert client.messages(own.sid).fetch().status == "sent"
    platform.control("DELETE", "/phones/default")
    again = send(client, PHONE)
    settle(platform)
    assert client.messages(again.sid).fetch().status == "delivered"


def test_a_phone_that_is_switched_off_on_the_way(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, deliver_after="1h")
    message = send(client)
    settle(platform)

    set_phone(platform, PHONE, fail=30003)
    advance(platform, "1h")

    fetched = client.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)


def test_a_phone_behaves_in_its_own_world_only(
    client: Client, platform: World, running: World
) -> None:
    set_phone(running, "+15557770001", fail=30003)

    message = send(client, "+15557770001")
    settle(platform)

    assert client.messages(message.sid).fetch().status == "delivered"


def test_a_moved_clock_dates_what_is_sent_later(client: Client, platform: World) -> None:
    earlier = send(client)
    advance(platform, "30d")

    later = send(client)

    assert timedelta(days=30) <= later.date_created - earlier.date_created < timedelta(days=31)
    assert now(platform) - datetime.now(UTC) > timedelta(days=29)


def test_a_hundred_messages_all_arrive(client: Client, platform: World) -> None:
    sent = [send(client, body=f"number {n}").sid for n in range(100)]

    settle(platform)

    assert [message.sid for message in client.messages.list()] == sent[::-1]
    assert {message.status for message in client.messages.list()} == {"delivered"}
    listed = platform.control("GET", f"/phones/{PHONE}/messages?limit=1000")["messages"]
    assert [entry["sid"] for entry in listed] == sent[::-1]
