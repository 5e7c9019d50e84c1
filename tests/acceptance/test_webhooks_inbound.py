"""Inbound messages as the customer's app is asked about them: a phone writes to a number whose
messages go to the app, set up with twilio-python."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from twilio.rest import Client

from tests.support.app_server import Asked, CustomerApp, Reply, redirect
from tests.support.control import advance, bodies, settle, text_from
from tests.support.conversations import (
    NUMBER,
    OTHER,
    PHONE,
    SECOND_NUMBER,
    TOLL_FREE,
    configure,
    reply_with,
    write,
)
from tests.support.media_server import GIF, PNG, File, MediaServer
from tests.support.platform import World

PARAMETERS = [
    "ToCountry",
    "ToState",
    "SmsMessageSid",
    "NumMedia",
    "ToCity",
    "FromZip",
    "SmsSid",
    "FromState",
    "SmsStatus",
    "FromCity",
    "Body",
    "FromCountry",
    "To",
    "ToZip",
    "NumSegments",
    "MessageSid",
    "AccountSid",
    "From",
    "ApiVersion",
]


def test_a_message_is_told_in_twilios_order(
    client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, sms_url=app.url("/sms"))

    [asked] = write(platform, app, "Grüße 👋\nand more")

    assert (asked.method, asked.target) == ("POST", "/sms")
    assert asked.names == PARAMETERS
    [message] = client.messages.list(from_=PHONE)
    assert message.direction == "inbound"
    assert message.status == "received"
    told = dict(asked.form)
    places = {name: told.pop(name) for name in list(told) if name[-3:] in ("Zip", "ate", "ity")}
    assert told == {
        "ToCountry": "US",
        "SmsMessageSid": message.sid,
        "NumMedia": "0",
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "Body": "Grüße 👋\nand more",
        "FromCountry": "US",
        "To": NUMBER,
        "NumSegments": "1",
        "MessageSid": message.sid,
        "AccountSid": platform.account_sid,
        "From": PHONE,
        "ApiVersion": "2010-04-01",
    }
    assert (places["ToState"], places["FromState"]) == ("WA", "CA")
    assert places["FromCity"] == places["FromCity"].upper() != ""


def test_what_is_not_known_of_a_place_is_there_and_empty(
    client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, TOLL_FREE, sms_url=app.url("/sms"))
    text_from(platform, "+447700900123", TOLL_FREE, "hello")

    [asked] = app.expect(1)
    assert asked.names == PARAMETERS
    assert (asked["FromCountry"], asked["ToCountry"]) == ("GB", "US")
    unknown = ["FromState", "FromCity", "FromZip", "ToState", "ToCity", "ToZip"]
    assert [asked[name] for name in unknown] == [""] * 6


def test_get_has_the_parameters_in_the_query(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", reply_with("got it"))
    configure(client, sms_url=app.url("/sms?shop=7"), sms_method="GET")

    [asked] = write(platform, app, "what? 1+1 = 2 & more")

    assert (asked.method, asked.path, asked.body) == ("GET", "/sms", b"")
    assert [name for name, _ in asked.query] == ["shop", *PARAMETERS]
    assert asked["Body"] == "what? 1+1 = 2 & more"
    assert asked.header("Content-Type") is None
    assert bodies(platform, PHONE) == ["got it"]


def test_a_number_without_a_url_receives_all_the_same(
    client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, SECOND_NUMBER, sms_url=app.url("/sms"))

    assert write(platform, app) == []
    assert [m.status for m in client.messages.list(to=NUMBER)] == ["received"]


def test_an_application_comes_before_the_numbers_own_url(
    client: Client, platform: World, app: CustomerApp
) -> None:
    application = client.applications.create(
        sms_url=app.url("/of-application?a=1"), sms_method="GET"
    )
    configure(client, sms_url=app.url("/of-number"), sms_application_sid=application.sid)

    [asked] = write(platform, app)

    assert (asked.method, asked.path) == ("GET", "/of-application")


def test_a_message_is_receiving_until_the_app_has_answered(
    client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, sms_url=app.url("/sms"))
    app.hold()
    sid = text_from(platform, PHONE, NUMBER, "hello")
    [asked] = app.expect(1)
    assert asked["SmsStatus"] == "received"
    assert client.messages(sid).fetch().status == "receiving"

    app.release()
    settle(platform)

    assert client.messages(sid).fetch().status == "received"


def test_messages_of_two_phones_do_not_wait_for_each_other(
    client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, sms_url=app.url("/sms"))
    app.hold()
    text_from(platform, PHONE, NUMBER, "hello")
    text_from(platform, OTHER, NUMBER, "hello")

    assert {asked["From"] for asked in app.expect(2)} == {PHONE, OTHER}
    app.release()


def test_credentials_in_the_url_are_sent_and_not_signed(
    client: Client, platform: World, app: CustomerApp
) -> None:
    url = app.url("/sms").replace("http://", "http://desk:s%40cret@")
    configure(client, sms_url=url)

    [asked] = write(platform, app)

    assert asked.header("Authorization") == "Basic ZGVzazpzQGNyZXQ="
    assert asked.target == "/sms"
    assert "s%40cret" not in str(platform.control("GET", "/webhooks"))


@pytest.mark.parametrize("status", [301, 302, 303, 307])
def test_redirects_are_followed(
    client: Client, platform: World, app: CustomerApp, status: int
) -> None:
    app.on("/sms", redirect(status, "/moved?to=here"))
    app.on("/moved", reply_with("from there"))
    configure(client, sms_url=app.url("/sms"))

    first, second = write(platform, app)

    assert (first.method, second.target) == ("POST", "/moved?to=here")
    if status == 307:
        assert (second.method, second.form) == ("POST", first.form)
    else:
        assert (second.method, second.body) == ("GET", b"")
    assert bodies(platform, PHONE) == ["from there"]


def test_an_app_behind_its_public_address(
    client: Client, platform: World, app: CustomerApp
) -> None:
    where = {"public": "https://api.example.com", "local": app.base_url}
    platform.control("PUT", "/webhooks/maps", {"maps": [where]})
    app.on("/sms", redirect(307, "https://api.example.com/moved?x=1"))
    configure(client, sms_url="https://api.example.com/sms")

    first, second = write(platform, app)

    assert (first.target, second.target) == ("/sms", "/moved?x=1")
    for asked in (first, second):
        assert asked.header("Host") == asked.header("X-Forwarded-Host") == "api.example.com"
        assert asked.header("X-Forwarded-Proto") == "https"


# Cookies ------------------------------------------------------------------------------------------


def test_cookies_belong_to_a_conversation(
    client: Client, platform: World, app: CustomerApp
) -> None:
    def count(asked: Asked) -> Reply:
        visits = int((asked.header("Cookie") or "visits=0").partition("=")[2]) + 1
        return reply_with(f"{visits}", headers=(("Set-Cookie", f"visits={visits}; Path=/"),))

    app.on("/sms", count)
    configure(client, sms_url=app.url("/sms"))

    for _ in range(3):
        write(platform, app)
    write(platform, app, sender=OTHER)

    assert bodies(platform, PHONE) == ["1", "2", "3"]
    assert bodies(platform, OTHER) == ["1"]


def test_cookies_are_forgotten_four_hours_after_the_last_message(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", Reply(204, headers=(("Set-Cookie", "who=you"),)), Reply(204))
    configure(client, sms_url=app.url("/sms"))

    cookies = []
    for pause in ("0s", "3h", "3h", "4h1m"):
        advance(platform, pause)
        [asked] = write(platform, app)
        cookies.append(asked.header("Cookie"))

    assert cookies == [None, "who=you", "who=you", None]


# Media --------------------------------------------------------------------------------------------


def test_media_of_a_phone_can_be_read_by_the_app(
    client: Client, platform: World, app: CustomerApp, media: MediaServer
) -> None:
    pictures = [
        media.add("a.png", File("image/png", PNG)),
        media.add("b.gif", File("image/gif", GIF)),
    ]
    configure(client, sms_url=app.url("/sms"))
    platform.control(
        "POST",
        f"/phones/{PHONE}/messages",
        {"to": NUMBER, "body": "two pictures", "media_urls": pictures},
    )

    [asked] = app.expect(1)
    assert asked.signed
    assert asked["NumMedia"] == "2"
    assert asked["MessageSid"][:2] == asked["SmsSid"][:2] == "MM"
    kinds = [asked[f"MediaContentType{n}"] for n in range(2)]
    assert kinds == ["image/png", "image/gif"]
    for number, expected in enumerate((PNG, GIF)):
        url = asked[f"MediaUrl{number}"]
        path = (
            f"/2010-04-01/Accounts/{platform.account_sid}/Messages/{asked['MessageSid']}/Media/ME"
        )
        assert url.startswith(platform.base_url + path)
        with urlopen(url, timeout=20) as answer:
            assert (answer.headers["Content-Type"], answer.read()) == (kinds[number], expected)
    assert len(client.messages(asked["MessageSid"]).media.list()) == 2
