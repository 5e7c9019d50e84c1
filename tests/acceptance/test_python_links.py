"""twilio-python and short links: ShortenUrls, what a phone follows, and what the app is told."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from twilio.rest import Client

from tests.acceptance.conftest import read_credentials
from tests.support.app_server import CustomerApp, Reply
from tests.support.control import advance, bodies, make_world, settle, timeline
from tests.support.inside import database_url, rows_with
from tests.support.link_certificate import link_certificate
from tests.support.media_server import PNG, File, MediaServer
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect, refused

PHONE = "+14155550123"
NUMBER = "+12065550100"
SHOP = "https://shop.example/sale?utm_source=sms&x=1#top"


def service(client: Client, **settings: Any) -> str:
    """A service with one number."""
    made = client.messaging.v1.services.create(friendly_name="links", **settings)
    number = client.incoming_phone_numbers.list(phone_number=NUMBER)[0]
    client.messaging.v1.services(str(made.sid)).phone_numbers.create(str(number.sid))
    return str(made.sid)


def send(platform: World, client: Client, body: str, sid: str, **more: Any) -> tuple[str, str]:
    """A message with short links: its SID, and the text that the phone has."""
    message = client.messages.create(
        to=PHONE, messaging_service_sid=sid, body=body, shorten_urls=True, **more
    )
    settle(platform)
    return str(message.sid), bodies(platform, PHONE)[-1]


def follow(platform: World, link: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Status and Location of a link; one of a domain is asked for at the platform."""
    parts = urlsplit(link if "://" in link else f"https://{link}")
    place = urlsplit(platform.base_url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    try:
        connection.request(method, parts.path, headers={"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location") or ""
    finally:
        connection.close()


def links_of(platform: World, sid: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = platform.control("GET", f"/messages/{sid}/links")["links"]
    return found


def domain(platform: World, name: str = "go.example") -> str:
    made = platform.control("POST", "/links/domains", {"domain_name": name})
    return str(made["sid"])


def test_a_link_is_short_and_leads_to_where_it_was_to_lead(platform: World, client: Client) -> None:
    sid, text = send(
        platform, client, f"Sale! {SHOP}, today (see https://a.example/b).", service(client)
    )

    start, first, _ = text.partition(f"{platform.base_url}/l/")
    assert start == "Sale! "
    assert first
    links = [word.strip("(),.") for word in text.split() if "/l/" in word]
    assert [follow(platform, link) for link in links] == [
        (302, SHOP),
        (302, "https://a.example/b"),
    ]
    assert text == f"Sale! {links[0]}, today (see {links[1]})."
    assert client.messages(sid).fetch().body == text
    assert len(links[0].rpartition("/")[2]) == 10


def test_clicks_are_counted_but_not_looks(platform: World, client: Client) -> None:
    sid, text = send(platform, client, f"{SHOP} {SHOP}", service(client))
    first, second = text.split()
    assert first == second

    assert follow(platform, first, "HEAD") == (302, SHOP)
    assert follow(
        platform, first, **{"User-Agent": "Phone\u00e9/1".encode().decode("latin-1")}
    ) == (302, SHOP)
    assert follow(platform, first) == (302, SHOP)

    (link,) = links_of(platform, sid)
    assert (link["url"], link["clicks"], len(link["clicked"])) == (SHOP, 2, 2)
    assert timeline(platform, sid)[-2:] == ["message.link_clicked"] * 2


def test_a_link_ends_after_a_year(platform: World, client: Client) -> None:
    _, text = send(platform, client, SHOP, service(client))
    advance(platform, "8759h")
    assert follow(platform, text) == (302, SHOP)

    advance(platform, "1h")

    assert follow(platform, text) == (404, "")


@pytest.mark.parametrize("code", ["0123456789", "short", "..%2f..%2fetc", "a" * 5000, "%00"])
def test_what_is_no_link(platform: World, code: str) -> None:
    assert follow(platform, f"{platform.base_url}/l/{code}") == (404, "")
    assert follow(platform, f"{platform.base_url}/l/{code}", "POST")[0] == 405


def test_a_domain_has_its_links_clicks_and_fallback(
    platform: World, client: Client, app: CustomerApp
) -> None:
    shortening = client.messaging.v1
    found, mg = domain(platform), service(client)
    shortening.linkshortening_messaging_service(found, mg).create()
    config = shortening.domain_config(found).update(
        fallback_url="https://shop.example/", callback_url=app.on("/click", Reply(204))
    )
    assert (config.fallback_url, config.disable_https) == ("https://shop.example/", False)

    sid, text = send(platform, client, f"see {SHOP}", mg)
    link = text.removeprefix("see ")

    assert link.startswith("https://go.example/")
    assert follow(platform, link, **{"User-Agent": "Phone/1"}) == (302, SHOP)
    settle(platform)
    (told,) = app.asked_for("/click")
    assert told.signed
    assert dict(told.form) == {
        "event_type": "click",
        "sms_sid": sid,
        "to": PHONE,
        "from": NUMBER,
        "link": SHOP,
        "click_time": told["click_time"],
        "messaging_service_sid": mg,
        "account_sid": platform.account_sid,
        "user_agent": "Phone/1",
    }
    assert follow(platform, "https://go.example/0123456789") == (302, "https://shop.example/")
    assert follow(platform, "https://go.example/2010-04-01/Accounts") == (
        302,
        "https://shop.example/",
    )
    codes = [alert.error_code for alert in client.monitor.v1.alerts.list()]
    assert codes == ["30104"]


def test_without_https(platform: World, client: Client) -> None:
    found, mg = domain(platform), service(client)
    client.messaging.v1.linkshortening_messaging_service(found, mg).create()
    client.messaging.v1.domain_config(found).update(disable_https=True)

    _, text = send(platform, client, SHOP, mg)

    assert text.startswith("go.example/")
    assert follow(platform, text) == (302, SHOP)


def test_a_link_of_another_domain_is_none(platform: World, client: Client) -> None:
    one, mg = domain(platform, "one.example"), service(client)
    domain(platform, "two.example:8443")
    client.messaging.v1.linkshortening_messaging_service(one, mg).create()
    _, text = send(platform, client, SHOP, mg)

    assert follow(platform, text.replace("one.example", "two.example:8443")) == (404, "")
    assert follow(platform, text) == (302, SHOP)


def test_the_association_of_a_service(platform: World, client: Client) -> None:
    v1 = client.messaging.v1
    one, two, mg = domain(platform, "one.example"), domain(platform, "two.example"), service(client)

    made = v1.linkshortening_messaging_service(one, mg).create()
    assert (made.domain_sid, made.messaging_service_sid) == (one, mg)
    assert v1.linkshortening_messaging_service(one, mg).create().domain_sid == one
    with refused(
        400, 30130, "Messaging Service SID already belongs in another domain configuration."
    ):
        v1.linkshortening_messaging_service(two, mg).create()
    shown = v1.linkshortening_messaging_service_domain_association(mg).fetch()
    assert (shown.domain_sid, shown.messaging_service_sid) == (one, mg)
    with refused(404, 20404, not_there(f"/LinkShortening/MessagingService/{mg}/DomainConfig")):
        v1.domain_config_messaging_service(mg).fetch()
    v1.domain_config(one).update(continue_on_failure=True)
    config = v1.domain_config_messaging_service(mg).fetch()
    assert (config.domain_sid, config.continue_on_failure) == (one, True)

    assert v1.linkshortening_messaging_service(one, mg).delete()
    with refused(404, 20404, not_there(f"/LinkShortening/MessagingServices/{mg}/Domain")):
        v1.linkshortening_messaging_service_domain_association(mg).fetch()


def not_there(path: str) -> str:
    return f"The requested resource {path} was not found"


def test_the_config_of_a_domain(platform: World, client: Client, app: CustomerApp) -> None:
    v1, found = client.messaging.v1, domain(platform)
    with refused(404, 20404, not_there(f"/LinkShortening/Domains/{found}/Config")):
        v1.domain_config(found).fetch()

    made = v1.domain_config(found).update(fallback_url="https://shop.example/")
    assert (made.config_sid or "")[:2] == "ZK"
    v1.domain_config(found).update(callback_url=app.url("/click"))
    fetched = v1.domain_config(found).fetch()
    assert (fetched.config_sid, fetched.fallback_url, fetched.callback_url) == (
        made.config_sid,
        "https://shop.example/",
        app.url("/click"),
    )
    assert v1.domain_config(found).update(fallback_url="").fallback_url is None
    with refused(400, 30122, "Fallback URL is invalid"):
        v1.domain_config(found).update(fallback_url="ftp://x")
    with refused(400, 30109, "Callback URL is invalid"):
        v1.domain_config(found).update(callback_url="javascript:1")


def test_the_certificate_of_a_domain(platform: World, client: Client, short_tmp: Path) -> None:
    v1, found = client.messaging.v1, domain(platform)
    good = link_certificate("go.example")

    made = v1.domain_certs(found).update(tls_cert=good)

    assert ((made.certificate_sid or "")[:2], made.domain_name) == ("CW", "https://go.example")
    assert made.date_expires is not None
    fetched = v1.domain_certs(found).fetch()
    assert (fetched.certificate_sid, fetched.date_expires) == (
        made.certificate_sid,
        made.date_expires,
    )
    second = client.messaging.v2.domain_certs(found).fetch()
    assert (second.certificate_sid, second.managed) == (made.certificate_sid, False)
    with refused(400, 30116, "Certificate or private key or both are missing"):
        v1.domain_certs(found).update(tls_cert="")
    with refused(400, 30132, "Certificate cannot be validated."):
        v1.domain_certs(found).update(tls_cert=link_certificate("other.example"))
    assert v1.domain_certs(found).fetch().certificate_sid == made.certificate_sid
    key = good.partition("-----BEGIN PRIVATE KEY-----")[2].split()[0]
    assert rows_with(database_url(short_tmp / "acceptance data"), key) == {}


def test_smart_encoding_is_for_the_service_or_the_message_to_say(
    platform: World, client: Client
) -> None:
    smart = service(client, smart_encoding=True)
    other = str(client.messaging.v1.services.create(friendly_name="x", smart_encoding=False).sid)
    number = client.incoming_phone_numbers.list(phone_number="+14155550100")[0]
    client.messaging.v1.services(other).phone_numbers.create(str(number.sid))
    text, plain = "“It’s here” – now…", '"It\'s here" - now...'

    def sent(mg: str, **more: Any) -> tuple[str, str]:
        message = client.messages.create(to=PHONE, messaging_service_sid=mg, body=text * 5, **more)
        settle(platform)
        fetched = client.messages(str(message.sid)).fetch()
        assert bodies(platform, PHONE)[-1] == fetched.body
        return fetched.body or "", fetched.num_segments or ""

    assert sent(smart) == (plain * 5, "1")
    assert sent(smart, smart_encoded=False) == (text * 5, "2")
    assert sent(other) == (text * 5, "2")
    assert sent(other, smart_encoded=True) == (plain * 5, "1")


def test_smart_encoding_leaves_where_links_lead(platform: World, client: Client) -> None:
    url = "https://shop.example/caf\u00e9\u2019s?q=\u00bd"

    _, text = send(platform, client, f"“{url}” …", service(client, smart_encoding=True))

    assert text.startswith('"http')
    assert text.endswith('" ...')
    assert follow(platform, text.split('"')[1]) == (
        302,
        "https://shop.example/caf%C3%A9%E2%80%99s?q=%C2%BD",
    )


def test_dns_and_managed_certificates(platform: World, client: Client) -> None:
    v1, found = client.messaging.v1, domain(platform)

    checked = v1.domain_validate_dns(found).fetch()
    assert (checked.domain_sid, checked.is_valid, checked.reason) == (found, True, "")
    requested = v1.request_managed_cert(found).update()
    assert (requested.domain_name, requested.managed) == ("https://go.example", True)
    certificate = v1.domain_certs(found).fetch()
    assert certificate.certificate_sid == requested.certificate_sid
    assert v1.domain_certs(found).delete()
    with refused(404, 30107, "Domain private certificate has not been uploaded"):
        v1.domain_certs(found).fetch()


def test_two_worlds_may_have_one_domain(running: World, platform: World) -> None:
    other = make_world(running, "links")
    for world in (other, platform):
        own = connect(world)
        mg = service(own)
        own.messaging.v1.linkshortening_messaging_service(
            domain(world, "same.example"), mg
        ).create()
        _, text = send(world, own, f"{SHOP}#{world.name}", mg)
        assert follow(platform, text) == (302, f"{SHOP}#{world.name}")


def test_domains_are_listed_and_removed(platform: World, client: Client) -> None:
    found, mg = domain(platform, "Go.Example"), service(client)
    client.messaging.v1.linkshortening_messaging_service(found, mg).create()
    _, text = send(platform, client, SHOP, mg)
    listed = platform.control("GET", "/links/domains")["domains"]
    assert listed == [
        {
            "sid": found,
            "account_sid": platform.account_sid,
            "domain_name": "go.example",
            "messaging_service_sids": [mg],
        }
    ]
    for name in ("go.example", "https://go.example", "a b", "", "x" * 64 + ".example", "ü.example"):
        with pytest.raises(HTTPError) as caught:
            domain(platform, name)
        with caught.value as refusal:
            code = refusal.code
        assert code == (409 if name == "go.example" else 422)

    platform.control("DELETE", f"/links/domains/{found}")

    assert platform.control("GET", "/links/domains") == {"domains": []}
    # Who points the domain elsewhere can have its links redirected here.
    assert follow(platform, f"{platform.base_url}/l{urlsplit(text).path}") == (302, SHOP)


def test_what_others_have_is_not_found(running: World, platform: World, client: Client) -> None:
    other = make_world(running, "links")
    theirs, their_service = domain(other), service(connect(other))
    v1, own = client.messaging.v1, domain(platform)

    with refused(404, 30100, "Domain SID is invalid"):
        v1.domain_config(theirs).update(fallback_url="https://x.example")
    with refused(404, 30127, "MessagingServiceSID is invalid."):
        v1.linkshortening_messaging_service(own, their_service).create()
    with refused(404, 30127, "MessagingServiceSID is invalid."):
        v1.linkshortening_messaging_service_domain_association(their_service).fetch()


def test_shorten_urls_needs_a_service(client: Client) -> None:
    with refused(400, 30124, "ShortenUrls requires a MessagingServiceSid"):
        client.messages.create(to=PHONE, from_=NUMBER, body=SHOP, shorten_urls=True)


def test_a_text_that_would_be_too_long(client: Client) -> None:
    body = " ".join(f"http://a.b/{n}" for n in range(110))
    assert len(body) < 1600

    with refused(400, 21617, "The concatenated message body exceeds the 1600 character limit"):
        client.messages.create(
            to=PHONE, messaging_service_sid=service(client), body=body, shorten_urls=True
        )


def test_a_deleted_message_takes_its_links_along(platform: World, client: Client) -> None:
    sid, text = send(platform, client, SHOP, service(client))
    follow(platform, text)

    client.messages(sid).delete()

    assert follow(platform, text) == (404, "")
    assert links_of(platform, sid) == []


def test_media_that_no_sender_can_send_become_links(
    platform: World, client: Client, media: MediaServer
) -> None:
    number = "+12065550177"
    platform.control("POST", "/numbers", {"phone_number": number, "capabilities": ["sms"]})
    made = client.messaging.v1.services.create(friendly_name="links")
    owned = client.incoming_phone_numbers.list(phone_number=number)[0]
    client.messaging.v1.services(str(made.sid)).phone_numbers.create(str(owned.sid))
    files = [media.add(f"{n}.png", File("image/png", PNG)) for n in (1, 2)]

    message = client.messages.create(
        to=PHONE, messaging_service_sid=str(made.sid), body="look", media_url=files
    )
    settle(platform)

    text = bodies(platform, PHONE)[-1]
    words = text.split()
    assert words[0] == "look"
    assert len(words) == 3
    for word in words[1:]:
        status, location = follow(platform, word)
        assert status == 302
        with urlopen(location, timeout=20) as answer:
            assert (answer.headers["Content-Type"], answer.read()) == ("image/png", PNG)
    assert [
        (link["url"], link["media"], link["clicks"])
        for link in links_of(platform, str(message.sid))
    ] == [
        (None, 1, 1),
        (None, 2, 1),
    ]


def test_production_needs_a_domain(short_tmp: Path) -> None:
    process = RunningPlatform(
        short_tmp / "links in production", environment={"TRUNKLINE_MODE": "production"}
    )
    runtime = process.start()
    try:
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        client = connect(world)
        mg = service(client)
        wanted = {"to": PHONE, "messaging_service_sid": mg, "body": SHOP, "shorten_urls": True}
        with refused(400, 30106, "Domain has not been set up for this account"):
            client.messages.create(**wanted)
        found = domain(world)
        client.messaging.v1.linkshortening_messaging_service(found, mg).create()
        assert (client.messages.create(**wanted).body or "").startswith("https://go.example/")
        checked = client.messaging.v1.domain_validate_dns(found).fetch()
        assert (checked.is_valid, checked.reason) == (False, "go.example has no address.")
    finally:
        assert process.stop() == 0
