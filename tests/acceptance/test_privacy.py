"""Texts of messages are in one place, and once they are to be forgotten in none: whatever apps were
asked, answered, and failed at meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from tests.support.app_server import Asked, Reply, redirect, twiml
from tests.support.control import settle, text_from
from tests.support.hostile_app import hostile_app, pieces
from tests.support.media_server import PNG, File, media_server
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
from tests.support.waiting import wait_until

ANSWER = "deliveries.response_body"  # what an app has said, until a message of it is forgotten


@pytest.fixture(scope="module")
def running(short_tmp: Path) -> Iterator[tuple[World, Path]]:
    with private_platform(short_tmp / "privacy") as found:
        yield found


@pytest.fixture
def place(running: tuple[World, Path]) -> Iterator[Place]:
    with private_place(running) as found:
        yield found


HOWS = pytest.mark.parametrize("how", [redact, delete])


def test_the_search_finds_what_is_kept(place: Place) -> None:
    place.client.messages.create(to=PHONE, from_=NUMBER, body=place.text)
    assert place.kept() == {CONTENT}


def test_every_column_is_searched(place: Place) -> None:
    """Bytes and JSON too."""
    place.app.on("/sms", Reply(500, place.text.encode(), "text/plain", (("X-Say", place.text),)))
    place.configure(place.app.url("/sms"))
    text_from(place.world, PHONE, NUMBER, "hello")
    settle(place.world)

    assert place.kept() == {ANSWER, "deliveries.response_headers"}


FAILURES = {
    "fine": Reply(204),
    "500": Reply(500),
    "broken": twiml("<Response><Message>half"),
    "a picture": Reply(200, PNG, "image/png"),
    "elsewhere": redirect(307, "/moved"),
    "nowhere": redirect(302, "http://127.0.0.1:1/"),
    "for ever": redirect(307, "/sms"),
    "a file": redirect(302, "file:///etc/passwd"),
    "a Redirect": twiml("<Response><Redirect method='GET'>moved?a=b</Redirect></Response>"),
    "an empty Redirect": twiml("<Response><Redirect method='GET'/></Response>"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
def test_what_an_app_is_asked_is_kept_once(place: Place, answer: Reply, method: str) -> None:
    place.app.on("/sms", answer)
    place.app.on("/fallback", Reply(500))
    place.app.on("/debugger", Reply(500))
    place.debug(place.app.url("/debugger"))
    place.configure(
        place.app.url("/sms?shop=7"),
        sms_method=method,
        sms_fallback_url=place.app.url("/fallback"),
        sms_fallback_method=method,
    )

    sid = place.write()

    assert place.text in place.app.asked[0]["Body"]
    assert place.kept() == {CONTENT}
    redact(place.client, sid)
    assert place.kept() == set()


@pytest.mark.parametrize(
    "given",
    [pieces(then="reset"), pieces(b"\0\1\2"), pieces(b"HTTP/1.1 200 OK\r\n"), pieces(then="hang")],
    ids=["resets", "garbage", "half a head", "hangs"],
)
def test_an_app_that_breaks_leaves_no_trace_of_the_text(place: Place, given: object) -> None:
    with hostile_app() as hostile:
        hostile.says(given)  # type: ignore[arg-type]
        place.configure(hostile.url("/sms#rt=100&rc=2&rp=all"), sms_method="GET")
        place.debug(hostile.url("/debugger#rt=100&tt=100"))
        sid = place.write()

    assert len(hostile.heard) >= 2
    assert place.kept() == {CONTENT}
    redact(place.client, sid)
    assert place.kept() == set()


def echo(asked: Asked) -> Reply:
    """Says back what it heard: in its answer, in headers, in a cookie."""
    said = asked.get("Body") or ""
    response = MessagingResponse()
    response.message(f"You said: {said}")
    word = said.strip("!").rpartition(" ")[2]
    return twiml(response, ("X-Echo", word))


@HOWS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_conversation_that_is_forgotten(
    place: Place, how: Callable[[Client, str], None], method: str
) -> None:
    place.app.on("/sms", echo)
    place.configure(place.app.url("/sms"), sms_method=method)
    place.write()
    assert len(place.client.messages.list()) == 2
    assert CONTENT in place.kept()

    place.forget_all(how)

    assert place.kept() == set()


@HOWS
def test_an_error_page_that_quotes_the_request(
    place: Place, how: Callable[[Client, str], None]
) -> None:
    def quote(asked: Asked) -> Reply:
        page = f"500 at {asked.url}: {asked.body.decode()}".encode()
        return Reply(500, page, "text/plain", (("X-Request", asked.target),))

    place.app.on("/sms", quote)
    place.configure(place.app.url("/sms"), sms_method="GET")
    sid = place.write()

    how(place.client, sid)

    assert place.kept() == set()


@HOWS
def test_a_debugger_that_quotes_what_it_is_told(
    place: Place, how: Callable[[Client, str], None]
) -> None:
    """It is told of the request that failed, with the text in it."""
    place.app.on("/sms", Reply(500))
    place.debug(place.app.on("/debugger", quoting))
    place.configure(place.app.url("/sms"))
    sid = place.write()
    assert place.text in place.app.asked_for("/debugger")[0]["Payload"]

    how(place.client, sid)

    assert place.kept() == set()


@HOWS
def test_a_redirect_that_takes_the_text_along(
    place: Place, how: Callable[[Client, str], None]
) -> None:
    """From a path to the one with a slash, as frameworks do."""
    place.app.on("/sms", lambda asked: redirect(302, f"/sms/?{urlsplit(asked.target).query}"))
    place.configure(place.app.url("/sms"), sms_method="GET")
    sid = place.write()
    assert place.text in place.app.asked_for("/sms/")[0]["Body"]

    how(place.client, sid)

    assert place.kept() == set()


@pytest.mark.parametrize("again", [echo, Reply(500, b"{TEXT}", "text/plain")], ids=["echo", "500"])
@HOWS
def test_a_message_that_is_forgotten_while_its_app_is_asked(
    place: Place, how: Callable[[Client, str], None], again: Reply | Callable[[Asked], Reply]
) -> None:
    if isinstance(again, Reply):
        again = Reply(500, place.text.encode(), "text/plain")
    place.app.on("/sms", twiml("<Response><Redirect>/second</Redirect></Response>"))
    asked_again = place.app.on("/second", again)
    place.configure(place.app.url("/sms"))
    sid = text_from(place.world, PHONE, NUMBER, f"say {place.text}!")
    place.app.expect(1, "/sms")
    place.app.hold()
    place.app.expect(1, urlsplit(asked_again).path)

    how(place.client, sid)
    place.app.release()
    settle(place.world)
    for reply in place.client.messages.list(to=PHONE):
        how(place.client, str(reply.sid))

    assert place.kept() == set()


@HOWS
def test_a_picture_and_its_text(place: Place, how: Callable[[Client, str], None]) -> None:
    with media_server() as serving:
        picture = serving.add("a.vcf", File("text/vcard", place.text.encode()))
        place.configure(place.app.url("/sms"), sms_method="GET")
        told = {"to": NUMBER, "body": place.text, "media_urls": [picture]}
        place.world.control("POST", f"/phones/{PHONE}/messages", told)
        place.client.messages.create(to=PHONE, from_=NUMBER, body=place.text, media_url=[picture])
        settle(place.world)
    kept = place.kept()
    assert CONTENT in kept
    assert [name.partition("/")[0] for name in kept - {CONTENT}] == ["blobs"] * 2

    for message in place.client.messages.list():
        for media in message.media.list():
            media.delete()
    place.forget_all(how)

    wait_until(lambda: place.kept() == set())  # files go after the commit


def test_a_world_that_is_emptied(place: Place) -> None:
    place.app.on("/sms", echo)
    place.configure(place.app.url("/sms"), sms_method="GET")
    place.write()

    place.world.control("POST", "/reset")

    assert place.kept() == set()
