"""What is not to be retained is nowhere once a message has its last status, whichever it is:
neither its text nor its recipient, in no table and no log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.rest import Client

from tests.support.app_server import Reply
from tests.support.control import advance, now, set_phone, settle
from tests.support.inside import database_url, files_with, rows_with
from tests.support.media_server import PNG
from tests.support.platform import World
from tests.support.private_place import (
    CONTENT,
    NUMBER,
    PHONE,
    Place,
    delete,
    private_place,
    private_platform,
    quoting,
    redact,
)

HOWS = pytest.mark.parametrize("how", [redact, delete])
recipients = count(7100)  # the last digits of numbers that one test alone uses


@pytest.fixture(scope="module")
def running(short_tmp: Path) -> Iterator[tuple[World, Path]]:
    with private_platform(short_tmp / "retention") as found:
        yield found


@pytest.fixture
def place(running: tuple[World, Path]) -> Iterator[Place]:
    with private_place(running) as found:
        yield found


def test_what_is_sent_and_not_to_be_retained(place: Place) -> None:
    place.app.on("/status", Reply(500))
    place.debug(place.app.url("/debugger"))
    set_phone(place.world, PHONE, fail=30003)
    for to in (PHONE, "+14155550124"):
        place.client.messages.create(
            to=to,
            from_=NUMBER,
            body=place.text,
            status_callback=place.app.url("/status"),
            content_retention="discard",
        )
    settle(place.world)

    assert len(place.app.asked_for("/debugger")) >= 4
    assert place.kept() == set()


def test_a_recipient_who_is_to_be_masked(place: Place) -> None:
    to = "+14155557391"
    place.app.on("/status", Reply(500))
    place.debug(place.app.on("/debugger", Reply(500)))
    place.client.messages.create(
        to=to,
        from_=NUMBER,
        body="hello",
        status_callback=place.app.url("/status"),
        address_retention="obfuscate",
    )
    settle(place.world)

    assert len(place.app.asked_for("/status")) == 2
    assert rows_with(database_url(place.data), to, to[1:]) == {}
    assert files_with(place.data, to, to[1:]) == set()


def with_service(place: Place, *numbers: str) -> str:
    """A messaging service with these numbers; its SID."""
    services = place.client.messaging.v1.services
    sid = str(services.create(friendly_name="private").sid)
    for number in place.client.incoming_phone_numbers.list():
        if number.phone_number in numbers:
            services(sid).phone_numbers.create(str(number.sid))
    return sid


def with_domain(place: Place, service: str, callback: str) -> str:
    """A domain of links for the service, whose clicks are told to `callback`."""
    made = place.world.control("POST", "/links/domains", {"domain_name": "private.example"})
    links = place.client.messaging.v1
    links.linkshortening_messaging_service(made["sid"], service).create()
    links.domain_config(made["sid"]).update(callback_url=callback, fallback_url="https://f.example")
    return str(made["sid"])


def click(place: Place, link: str) -> str | None:
    """Follow a link of a domain; where it leads."""
    parts = urlsplit(link)
    base = urlsplit(place.world.base_url)
    connection = HTTPConnection(base.hostname or "", base.port, timeout=20)
    try:
        connection.request("GET", parts.path, headers={"Host": parts.netloc, "User-Agent": "P/1"})
        answer = connection.getresponse()
        answer.read()
        return answer.headers["Location"]
    finally:
        connection.close()


def link_in(place: Place, phone: str) -> str:
    """The link in the newest text that a phone has."""
    entries = place.world.control("GET", f"/phones/{phone}/messages")["messages"]
    return str(entries[0]["body"]).split()[-1]


@pytest.mark.parametrize("answer", [204, 500])
def test_a_short_link_of_what_is_not_retained(place: Place, answer: int) -> None:
    """It goes on working, for whoever has the message: the platform cannot read where it leads."""
    place.app.on("/click", Reply(answer))
    place.debug(place.app.on("/debugger", Reply(500)))
    service = with_service(place, NUMBER)
    with_domain(place, service, place.app.url("/click"))
    target = f"https://shop.example/{place.text}"
    set_phone(place.world, PHONE, deliver_after=60)
    message = place.client.messages.create(
        to=PHONE,
        messaging_service_sid=service,
        body=f"{place.text} {target}",
        shorten_urls=True,
        content_retention="discard",
    )
    link = (message.body or "").split()[-1]
    assert place.kept() == {CONTENT}
    assert target not in (message.body or "")

    advance(place.world, 60)

    assert place.client.messages(str(message.sid)).fetch().body == ""
    assert click(place, link) == target
    settle(place.world)
    assert place.app.asked_for("/click")[0]["link"] == target
    assert place.kept() == set()
    shown = place.world.control("GET", f"/messages/{message.sid}/links")["links"]
    assert [(each["url"], each["clicks"]) for each in shown] == [(None, 1)]
    code = link.rpartition("/")[2]
    assert rows_with(database_url(place.data), code) == {}
    assert files_with(place.data, code) == set()


@HOWS
def test_a_short_link_of_what_is_forgotten(
    place: Place, how: Callable[[Client, str], None]
) -> None:
    place.app.on("/click", Reply(500, place.text.encode(), "text/plain"))
    service = with_service(place, NUMBER)
    with_domain(place, service, place.app.url("/click"))
    target = f"https://shop.example/{place.text}"
    message = place.client.messages.create(
        to=PHONE, messaging_service_sid=service, body=f"look {target}", shorten_urls=True
    )
    settle(place.world)
    link = link_in(place, PHONE)
    assert click(place, link) == target
    settle(place.world)
    assert place.kept() == set()  # where it leads is sealed; it is shown with the text's help
    shown = place.world.control("GET", f"/messages/{message.sid}/links")["links"]
    assert shown[0]["url"] == target

    how(place.client, str(message.sid))

    assert click(place, link) == ("https://f.example" if how is delete else target)
    settle(place.world)
    assert rows_with(database_url(place.data), link.rpartition("/")[2], place.text) == {}


def delivered(place: Place, wanted: dict[str, Any]) -> None:
    place.client.messages.create(**wanted)


def delivered_later(place: Place, wanted: dict[str, Any]) -> None:
    set_phone(place.world, wanted["to"], deliver_after=60)
    place.client.messages.create(**wanted)
    advance(place.world, 60)


def sent_without_a_receipt(place: Place, wanted: dict[str, Any]) -> None:
    set_phone(place.world, wanted["to"], no_receipt=True)
    place.client.messages.create(**wanted)


def undelivered(place: Place, wanted: dict[str, Any]) -> None:
    set_phone(place.world, wanted["to"], fail=30005)
    place.client.messages.create(**wanted)


def rejected(place: Place, wanted: dict[str, Any]) -> None:
    set_phone(place.world, wanted["to"], reject=30007)
    place.client.messages.create(**wanted)


def without_its_media(place: Place, wanted: dict[str, Any]) -> None:
    url = place.app.on(f"/{place.text}.png", Reply(404))
    place.client.messages.create(**wanted, media_url=[url])


def by_a_service(place: Place, wanted: dict[str, Any]) -> None:
    service = with_service(place, NUMBER)
    for _ in range(2):  # the second one by the sender that the recipient is used to
        place.client.messages.create(**wanted | {"from_": None}, messaging_service_sid=service)
        settle(place.world)


def by_an_empty_service(place: Place, wanted: dict[str, Any]) -> None:
    service = with_service(place)
    place.client.messages.create(**wanted | {"from_": None}, messaging_service_sid=service)


def canceled(place: Place, wanted: dict[str, Any]) -> None:
    message = place.client.messages.create(
        **wanted | {"from_": None},
        messaging_service_sid=with_service(place, NUMBER),
        schedule_type="fixed",
        send_at=now(place.world) + timedelta(hours=1),
    )
    place.client.messages(str(message.sid)).update(status="canceled")


def scheduled(place: Place, wanted: dict[str, Any]) -> None:
    place.client.messages.create(
        **wanted | {"from_": None},
        messaging_service_sid=with_service(place, NUMBER),
        schedule_type="fixed",
        send_at=now(place.world) + timedelta(hours=1),
    )
    advance(place.world, "1h")


def by_link_instead_of_media(place: Place, wanted: dict[str, Any]) -> None:
    number = "+12065550177"
    place.world.control("POST", "/numbers", {"phone_number": number, "capabilities": ["sms"]})
    url = place.app.on(f"/{place.text}.png", Reply(200, PNG, "image/png"))
    service = with_service(place, number)
    place.client.messages.create(
        **wanted | {"from_": None}, messaging_service_sid=service, media_url=[url]
    )


ENDS = [
    delivered,
    delivered_later,
    sent_without_a_receipt,
    undelivered,
    rejected,
    without_its_media,
    by_a_service,
    by_an_empty_service,
    canceled,
    scheduled,
    by_link_instead_of_media,
]


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_retained_whatever_the_end(
    place: Place, end: Callable[[Place, dict[str, Any]], None]
) -> None:
    to = f"+1415555{next(recipients)}"
    place.app.on("/status", quoting)
    place.debug(place.app.on("/debugger", quoting))
    wanted = {
        "to": to,
        "from_": NUMBER,
        "body": f"{place.text} 1",
        "persistent_action": [f"geo:1,2|{place.text}"],
        "status_callback": place.app.url("/status"),
        "content_retention": "discard",
        "address_retention": "obfuscate",
    }

    end(place, wanted)
    settle(place.world)

    behaviour = {"phone_behaviours.phone"}  # what the test has set for the phone
    assert place.app.asked_for("/status")
    assert place.kept() == set()
    assert {*rows_with(database_url(place.data), to, to[1:])} <= behaviour
    assert files_with(place.data, to, to[1:]) == set()
    told = place.client.messages.list()
    assert {(message.body, message.to) for message in told} == {("", to[:-4] + "XXXX")}


def test_a_sender_that_a_recipient_is_used_to_stays_known(place: Place) -> None:
    """Where a message before it was kept, so is what was known of its recipient."""
    service, to = with_service(place, NUMBER), f"+1415555{next(recipients)}"
    for retention in ({}, {"address_retention": "obfuscate"}):
        place.client.messages.create(
            to=to, messaging_service_sid=service, body="hello", **retention
        )
        settle(place.world)

    assert rows_with(database_url(place.data), to).keys() == {
        "messages.recipient",
        "sticky_senders.recipient",
    }
