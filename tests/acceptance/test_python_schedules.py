"""Scheduled messages, as twilio-python sees them while time is moved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.messaging.v1.service import ServiceInstance

from tests.acceptance.test_python_service_sends import PHONE, make_service
from tests.support.app_server import CustomerApp
from tests.support.control import advance, bodies, now, settle, text_from, timeline
from tests.support.media_server import PNG, File, MediaServer
from tests.support.platform import World


@pytest.fixture
def service(client: Client, platform: World) -> ServiceInstance:
    return make_service(client, platform.numbers[0])


def schedule(
    client: Client, service: ServiceInstance, at: datetime, body: str = "later", **fields: object
) -> str:
    created = client.messages.create(
        to=PHONE,
        body=body,
        messaging_service_sid=service.sid,
        schedule_type="fixed",
        send_at=at,
        **fields,  # type: ignore[arg-type]
    )
    assert (created.status, created.from_, created.num_segments) == ("scheduled", None, "0")
    return str(created.sid)


def test_it_is_sent_at_its_time_and_not_before(
    client: Client, platform: World, service: ServiceInstance, app: CustomerApp
) -> None:
    at = now(platform) + timedelta(hours=1)
    sid = schedule(client, service, at, status_callback=app.url("/status"))

    advance(platform, "59m")
    assert client.messages(sid).fetch().status == "scheduled"
    assert app.asked == []

    advance(platform, "1m")
    fetched = client.messages(sid).fetch()
    assert (fetched.status, fetched.from_) == ("delivered", platform.numbers[0])
    assert abs(fetched.date_sent - at) < timedelta(seconds=2)
    assert bodies(platform, PHONE) == ["later"]
    assert [asked["MessageStatus"] for asked in app.asked] == ["queued", "sent", "delivered"]
    assert timeline(platform, sid)[:2] == ["message.scheduled", "message.queued"]


def test_they_are_sent_in_the_order_of_their_times(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    start = now(platform)
    for hours in (3, 1, 2):
        schedule(client, service, start + timedelta(hours=hours), f"after {hours}")
    assert {m.status for m in client.messages.list()} == {"scheduled"}
    advance(platform, "1d")
    assert bodies(platform, PHONE) == ["after 1", "after 2", "after 3"]


def test_cancelling_is_told_and_final(
    client: Client, platform: World, service: ServiceInstance, app: CustomerApp
) -> None:
    at = now(platform) + timedelta(hours=1)
    sid = schedule(client, service, at, status_callback=app.url("/status"))

    canceled = client.messages(sid).update(status="canceled")
    assert (canceled.status, canceled.num_segments) == ("canceled", "0")
    advance(platform, "2h")

    assert client.messages(sid).fetch().status == "canceled"
    assert bodies(platform, PHONE) == []
    assert [asked["MessageStatus"] for asked in app.asked] == ["canceled"]
    with pytest.raises(TwilioRestException) as refused:
        client.messages(sid).update(status="canceled")
    assert (refused.value.status, refused.value.code) == (409, 30409)


def test_what_is_sent_cannot_be_canceled(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    sid = schedule(client, service, now(platform) + timedelta(hours=1))
    advance(platform, "1h")
    with pytest.raises(TwilioRestException) as refused:
        client.messages(sid).update(status="canceled")
    assert (refused.value.status, refused.value.code) == (409, 30409)
    assert client.messages(sid).fetch().status == "delivered"


def test_canceled_in_the_instant_it_is_due_exactly_one_happens(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    at = now(platform) + timedelta(hours=1)
    sids = [schedule(client, service, at, f"number {n}") for n in range(24)]

    def cancel(sid: str) -> bool:
        try:
            return bool(client.messages(sid).update(status="canceled").status == "canceled")
        except TwilioRestException as refused:
            if (refused.status, refused.code) != (409, 30409):
                raise
            return False

    with ThreadPoolExecutor(8) as threads:
        moving = threads.submit(advance, platform, "1h")
        canceled = list(threads.map(cancel, sids))
        moving.result()
    settle(platform)

    arrived = set(bodies(platform, PHONE))
    for n, (sid, was_canceled) in enumerate(zip(sids, canceled, strict=True)):
        status = client.messages(sid).fetch().status
        assert status == ("canceled" if was_canceled else "delivered")
        assert (f"number {n}" in arrived) is not was_canceled


@pytest.mark.parametrize(
    ("ahead", "fine"),
    [
        (timedelta(seconds=290), False),
        (timedelta(seconds=310), True),
        (timedelta(days=35, seconds=-10), True),
        (timedelta(days=35, seconds=10), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_the_window(
    client: Client, platform: World, service: ServiceInstance, ahead: timedelta, fine: bool
) -> None:
    at = now(platform) + ahead
    if fine:
        schedule(client, service, at)
        return
    with pytest.raises(TwilioRestException) as refused:
        schedule(client, service, at)
    assert (refused.value.status, refused.value.code) == (400, 35114)
    assert client.messages.list() == []


def test_what_a_schedule_needs(client: Client, platform: World, service: ServiceInstance) -> None:
    at = now(platform) + timedelta(hours=1)
    wrong: list[tuple[dict[str, object], int]] = [
        ({"schedule_type": "fixed", "send_at": at, "from_": platform.numbers[0]}, 35118),
        ({"schedule_type": "fixed", "messaging_service_sid": service.sid}, 35111),
        ({"send_at": at, "messaging_service_sid": service.sid}, 35126),
        (
            {"schedule_type": "soon", "send_at": at, "messaging_service_sid": service.sid},
            35126,
        ),
    ]
    for fields, code in wrong:
        with pytest.raises(TwilioRestException) as refused:
            client.messages.create(to=PHONE, body="x", **fields)  # type: ignore[arg-type]
        assert (refused.value.status, refused.value.code) == (400, code)
    assert client.messages.list() == []


def test_opt_out_counts_when_it_is_sent(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    sid = schedule(client, service, now(platform) + timedelta(hours=1))
    text_from(platform, PHONE, platform.numbers[0], "STOP")
    advance(platform, "1h")
    fetched = client.messages(sid).fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 21610)


def test_validity_counts_from_its_time(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    sid = schedule(client, service, now(platform) + timedelta(days=3), validity_period=60)
    advance(platform, "4d")
    assert client.messages(sid).fetch().status == "delivered"


def test_a_named_sender_that_has_left_the_pool_sends_no_more(
    client: Client, platform: World, service: ServiceInstance, app: CustomerApp
) -> None:
    (entry,) = service.phone_numbers.list()
    at = now(platform) + timedelta(hours=1)
    created = client.messages.create(
        to=PHONE,
        body="later",
        messaging_service_sid=service.sid,
        from_=entry.phone_number,
        schedule_type="fixed",
        send_at=at,
        status_callback=app.url("/status"),
    )
    service.phone_numbers(entry.sid).delete()
    advance(platform, "1h")
    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 21704)
    assert [asked["MessageStatus"] for asked in app.asked] == ["queued", "failed"]


def test_a_service_that_is_gone_sends_no_more(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    sid = schedule(client, service, now(platform) + timedelta(days=35, seconds=-10))
    service.delete()
    advance(platform, "35d")
    fetched = client.messages(sid).fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 21701)
    assert fetched.error_message == "The Messaging Service does not exist"


def test_media_of_a_schedule_are_fetched_at_its_time(
    client: Client, platform: World, service: ServiceInstance, media: MediaServer
) -> None:
    url = media.add("later.png", File("image/png", PNG))
    (number,) = (entry.phone_number for entry in service.phone_numbers.list())
    at = now(platform) + timedelta(hours=1)
    sids = [
        schedule(client, service, at, media_url=[url]),
        client.messages.create(
            to=PHONE,
            messaging_service_sid=service.sid,
            from_=number,
            schedule_type="fixed",
            send_at=at,
            media_url=[url],
        ).sid,
    ]
    assert client.messages(sids[0]).media.list() == []
    advance(platform, "1h")
    for sid in sids:
        fetched = client.messages(sid).fetch()
        assert (fetched.status, fetched.from_) == ("delivered", number)
        assert len(fetched.media.list()) == 1


def test_what_is_scheduled_is_neither_redacted_nor_deleted(
    client: Client, platform: World, service: ServiceInstance
) -> None:
    sid = schedule(client, service, now(platform) + timedelta(hours=1))
    for change in (
        lambda: client.messages(sid).update(body=""),
        lambda: client.messages(sid).delete(),
    ):
        with pytest.raises(TwilioRestException) as refused:
            change()
        assert (refused.value.status, refused.value.code) == (409, 20009)
    # Canceled and deleted before its time, while it waits in memory: nothing is left of it.
    client.messages(sid).update(status="canceled")
    assert client.messages(sid).delete()
    advance(platform, "2h")
    assert bodies(platform, PHONE) == []
    with pytest.raises(TwilioRestException) as gone:
        client.messages(sid).fetch()
    assert gone.value.code == 20404
