"""Messages sent by messaging services, as twilio-python, phones and the customer's app see them."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.messaging.v1.service import ServiceInstance

from tests.support.app_server import CustomerApp
from tests.support.control import advance, inbox, set_phone, settle, text_from, timeline
from tests.support.media_server import PNG, File, MediaServer
from tests.support.platform import World
from tests.support.python_client import connect

PHONE = "+14155550123"
OTHER = "+12125550124"


def make_service(client: Client, *numbers: str, **fields: Any) -> ServiceInstance:
    """A service with these numbers of the account in its pool."""
    service = client.messaging.v1.services.create(friendly_name="notifications", **fields)
    owned = {n.phone_number: n.sid for n in client.incoming_phone_numbers.list()}
    for number in numbers:
        service.phone_numbers.create(phone_number_sid=owned[number])
    return service


def buy(client: Client, number: str) -> str:
    """Buy a number; its SID."""
    return str(client.incoming_phone_numbers.create(phone_number=number).sid)


def send(client: Client, service: ServiceInstance, to: str = PHONE, **fields: Any) -> Any:
    wanted = {"to": to, "body": "hello", **fields}
    return client.messages.create(messaging_service_sid=service.sid, **wanted)


def test_it_is_accepted_first_and_gets_a_sender_then(client: Client, platform: World) -> None:
    service = make_service(client, platform.numbers[0])

    created = send(client, service)

    assert (created.status, created.from_, created.num_segments) == ("accepted", None, "0")
    assert created.messaging_service_sid == service.sid
    settle(platform)
    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.from_) == ("delivered", platform.numbers[0])
    assert (fetched.num_segments, fetched.messaging_service_sid) == ("1", service.sid)
    assert timeline(platform, created.sid) == [
        "message.accepted",
        "message.queued",
        "message.sending",
        "message.sent",
        "message.delivered",
    ]
    (arrived,) = inbox(platform, PHONE)
    assert (arrived["from"], arrived["body"]) == (platform.numbers[0], "hello")


def test_the_app_is_told_queued_sent_and_delivered_with_the_service(
    client: Client, platform: World, app: CustomerApp
) -> None:
    service = make_service(client, platform.numbers[0], status_callback=app.url("/service"))
    created = send(client, service)
    settle(platform)

    assert [asked["MessageStatus"] for asked in app.asked] == ["queued", "sent", "delivered"]
    assert all(asked.signed for asked in app.asked)
    for asked in app.asked:
        assert asked["MessagingServiceSid"] == service.sid
        assert asked["MessageSid"] == created.sid
        assert asked["From"] == platform.numbers[0]
    assert {asked.target for asked in app.asked} == {"/service"}


def test_the_request_says_where_the_status_goes_before_the_service_does(
    client: Client, platform: World, app: CustomerApp
) -> None:
    service = make_service(client, platform.numbers[0], status_callback=app.url("/service"))
    send(client, service, status_callback=app.url("/request"))
    settle(platform)
    assert {asked.target for asked in app.asked} == {"/request"}


def test_a_recipient_keeps_its_sender_across_area_codes(client: Client, platform: World) -> None:
    buy(client, "+14155550101")
    buy(client, "+12125550102")
    service = make_service(client, "+12125550102")
    first = send(client, service, PHONE)
    settle(platform)
    number = client.incoming_phone_numbers.list(phone_number="+14155550101")[0]
    service.phone_numbers.create(phone_number_sid=number.sid)

    second, stranger = send(client, service, PHONE), send(client, service, "+14155550199")
    settle(platform)

    sids = (first.sid, second.sid, stranger.sid)
    chosen = [client.messages(sid).fetch().from_ for sid in sids]
    assert chosen == ["+12125550102", "+12125550102", "+14155550101"]


def test_without_sticky_sender_the_nearest_number_writes(client: Client, platform: World) -> None:
    buy(client, "+12125550102")
    service = make_service(client, "+12125550102", sticky_sender=False)
    first = send(client, service, PHONE)
    settle(platform)
    service.phone_numbers.create(phone_number_sid=buy(client, "+14155550101"))
    second = send(client, service, PHONE)
    settle(platform)
    chosen = [client.messages(sid).fetch().from_ for sid in (first.sid, second.sid)]
    assert chosen == ["+12125550102", "+14155550101"]


def test_a_message_may_name_a_sender_of_the_pool_and_no_other(
    client: Client, platform: World
) -> None:
    mine, outside = platform.numbers[:2]
    service = make_service(client, mine)

    created = send(client, service, from_=mine)
    assert (created.status, created.from_) == ("accepted", mine)
    settle(platform)
    assert client.messages(created.sid).fetch().status == "delivered"

    with pytest.raises(TwilioRestException) as refused:
        send(client, service, from_=outside)
    assert (refused.value.status, refused.value.code) == (400, 21711)


def test_an_empty_pool_fails_the_message_later(
    client: Client, platform: World, app: CustomerApp
) -> None:
    service = make_service(client)
    created = send(client, service, status_callback=app.url("/status"))
    assert created.status == "accepted"
    settle(platform)
    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 21704)
    assert fetched.error_message == "The Messaging Service contains no phone numbers"
    assert [asked["MessageStatus"] for asked in app.asked] == ["failed"]
    assert app.asked[0]["ErrorCode"] == "21704"


def test_a_pool_without_a_usable_sender_fails_the_message_later(
    client: Client, platform: World
) -> None:
    service = client.messaging.v1.services.create(friendly_name="abroad only")
    service.alpha_senders.create(alpha_sender="ACME")
    created = send(client, service, PHONE)
    settle(platform)
    assert client.messages(created.sid).fetch().error_code == 21703

    abroad = send(client, service, "+447700900123")
    settle(platform)
    assert client.messages(abroad.sid).fetch().from_ == "ACME"


def test_numbers_that_were_released_are_used_no_more(client: Client, platform: World) -> None:
    sid = buy(client, "+12125550102")
    service = make_service(client, "+12125550102")
    client.incoming_phone_numbers(sid).delete()
    created = send(client, service)
    settle(platform)
    assert client.messages(created.sid).fetch().error_code == 21704


def test_who_opted_out_gets_nothing_and_the_app_is_told_later(
    client: Client, platform: World
) -> None:
    service = make_service(client, *platform.numbers[:2])
    text_from(platform, PHONE, platform.numbers[0], "STOP")
    settle(platform)

    created = send(client, service)
    assert created.status == "accepted"
    settle(platform)

    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 21610)
    # The reply of the network is all that arrived.
    assert len(inbox(platform, PHONE)) == 1


def test_a_service_of_somebody_else_does_not_exist(client: Client, platform: World) -> None:
    mine = client.messaging.v1.services.create(friendly_name="mine").sid
    for asks, sid in ((client, "MG" + "0" * 32), (sub_account(client, platform), mine)):
        with pytest.raises(TwilioRestException) as refused:
            asks.messages.create(to=PHONE, body="x", messaging_service_sid=sid)
        assert (refused.value.status, refused.value.code) == (400, 21701)
    assert client.messages.list() == []


def sub_account(client: Client, platform: World) -> Client:
    """A client of a new subaccount."""
    made = client.api.accounts.create(friendly_name="another")
    return connect(platform, made.sid, made.auth_token)


def test_media_go_by_a_sender_that_can_or_become_a_link(
    client: Client, platform: World, media: MediaServer
) -> None:
    service = make_service(client, platform.numbers[0])
    picture_url = media.add("service.png", File("image/png", PNG))
    picture = send(client, service, media_url=[picture_url])
    assert picture.sid.startswith("MM")
    settle(platform)
    fetched = client.messages(picture.sid).fetch()
    assert (fetched.status, fetched.from_) == ("delivered", platform.numbers[0])
    assert len(fetched.media.list()) == 1


def test_validity_of_the_service_and_of_the_message(client: Client, platform: World) -> None:
    service = make_service(client, platform.numbers[0], validity_period=60)
    set_phone(platform, OTHER, deliver_after="1h")
    created = send(client, service, OTHER)
    settle(platform)
    # Submitted in time: what happens after that is no matter of validity.
    advance(platform, "2h")
    assert client.messages(created.sid).fetch().status == "delivered"


def test_a_named_sender_sends_media_by_its_service(
    client: Client, platform: World, media: MediaServer, app: CustomerApp
) -> None:
    number = platform.numbers[0]
    service = make_service(client, number, status_callback=app.url("/status"))
    url = media.add("named.png", File("image/png", PNG))
    created = send(client, service, from_=number, media_url=[url])
    assert (created.status, created.from_, created.num_segments) == ("accepted", number, "0")
    settle(platform)
    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.from_, fetched.num_media) == ("delivered", number, "1")
    assert [asked["MessageStatus"] for asked in app.asked] == ["queued", "sent", "delivered"]


def test_media_that_became_a_link_come_in_as_a_text(
    client: Client, platform: World, media: MediaServer
) -> None:
    plain = "+12065550177"
    platform.control("POST", "/numbers", {"phone_number": plain, "capabilities": ["sms"]})
    service = make_service(client, plain)
    url = media.add("linked.png", File("image/png", PNG))
    created = send(client, service, to=platform.numbers[0], media_url=[url])
    settle(platform)

    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.num_segments, fetched.num_media) == ("delivered", "1", "0")
    assert fetched.body.startswith("hello http")
    (came_in,) = [m for m in client.messages.list() if m.direction == "inbound"]
    assert (came_in.body, came_in.num_media) == (fetched.body, "0")
    assert came_in.media.list() == []


def test_who_wrote_first_is_answered_from_the_same_number(client: Client, platform: World) -> None:
    near, far = "+14155550101", "+12125550102"
    buy(client, near)
    buy(client, far)
    service = make_service(client, near, far)
    text_from(platform, PHONE, far, "hello?")
    settle(platform)
    created = send(client, service, PHONE)
    settle(platform)
    assert client.messages(created.sid).fetch().from_ == far
    # From then on another number changes nothing.
    text_from(platform, PHONE, near, "hello again?")
    settle(platform)
    created = send(client, service, PHONE)
    settle(platform)
    assert client.messages(created.sid).fetch().from_ == far


def test_a_reset_forgets_who_was_written_by_whom(client: Client, platform: World) -> None:
    near, far = "+14155550101", "+12125550102"
    buy(client, near)
    buy(client, far)
    service = make_service(client, far)
    send(client, service, PHONE)
    settle(platform)
    owned = client.incoming_phone_numbers.list(phone_number=near)[0]
    service.phone_numbers.create(phone_number_sid=owned.sid)
    platform.control("POST", "/reset")
    created = send(client, service, PHONE)
    settle(platform)
    assert client.messages(created.sid).fetch().from_ == near


def test_it_is_explained_who_was_chosen_and_why(client: Client, platform: World) -> None:
    service = make_service(client, platform.numbers[0])
    sids = [send(client, service).sid]
    settle(platform)
    sids.append(send(client, service).sid)
    sids.append(send(client, service, from_=platform.numbers[0]).sid)
    settle(platform)
    explained = [platform.control("GET", f"/messages/{sid}/explanation") for sid in sids]
    assert [found["chosen_by"] for found in explained] == ["country", "sticky", "request"]
    assert {found["sender_kind"] for found in explained} == {"local"}
    assert {found["service_sid"] for found in explained} == {service.sid}
