"""Texts of messages are in one place, and once they are to be forgotten in none: whatever apps were
asked, answered, and failed at meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from tests.acceptance.conftest import read_credentials
from tests.support.app_server import Asked, CustomerApp, Reply, customer_app, redirect, twiml
from tests.support.control import make_world, set_phone, settle, text_from
from tests.support.hostile_app import hostile_app, pieces
from tests.support.inside import database_url, files_with, rows_with
from tests.support.media_server import PNG, File, media_server
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect

PHONE = "+14155550123"
NUMBER = "+12065550100"
TEXT = "Zwiebelfisch"
CONTENT = "message_content.body"
ANSWER = "deliveries.response_body"  # what an app has said, until a message of it is forgotten


@dataclass
class Place:
    """A world, its app, and all that the platform keeps."""

    world: World
    app: CustomerApp
    data: Path
    text: str  # of this test alone

    @property
    def client(self) -> Client:
        return connect(self.world)

    def kept(self) -> set[str]:
        """The columns and files in which the text is."""
        return {*rows_with(database_url(self.data), self.text), *files_with(self.data, self.text)}

    def configure(self, url: str, **more: str) -> None:
        number = self.client.incoming_phone_numbers.list(phone_number=NUMBER)[0]
        number.update(sms_url=url, **more)

    def write(self, **more: object) -> str:
        """Let a phone write the text; the SID, once nothing more follows."""
        sid = text_from(self.world, PHONE, NUMBER, f"say {self.text}!")
        settle(self.world)
        return sid

    def debug(self, url: str) -> None:
        path = f"/webhooks/accounts/{self.world.account_sid}"
        self.world.control("PUT", path, {"debugger_url": url})

    def forget_all(self, how: Callable[[Client, str], object]) -> None:
        for message in self.client.messages.list():
            how(self.client, str(message.sid))


@pytest.fixture(scope="module")
def running(short_tmp: Path) -> Iterator[tuple[World, Path]]:
    """A platform that logs all that it can."""
    data = short_tmp / "privacy"
    process = RunningPlatform(data, environment={"TRUNKLINE_LOG_LEVEL": "debug"})
    runtime = process.start()
    try:
        yield read_credentials(runtime["base_url"], runtime["control_token"], "default"), data
    finally:
        assert process.stop() == 0


@pytest.fixture
def place(running: tuple[World, Path]) -> Iterator[Place]:
    default, data = running
    world = make_world(default, "private")
    with customer_app(world.auth_token) as app:
        yield Place(world, app, data, TEXT + world.account_sid[-12:])


def redact(client: Client, sid: str) -> None:
    client.messages(sid).update(body="")


def delete(client: Client, sid: str) -> None:
    client.messages(sid).delete()


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
        picture = serving.add("a.txt", File("text/plain", place.text.encode()))
        place.configure(place.app.url("/sms"), sms_method="GET")
        told = {"to": NUMBER, "body": place.text, "media_urls": [picture]}
        place.world.control("POST", f"/phones/{PHONE}/messages", told)
        place.client.messages.create(to=PHONE, from_=NUMBER, body=place.text, media_url=[picture])
        settle(place.world)
    assert place.kept() == {CONTENT, "message_content.data"}

    for message in place.client.messages.list():
        for media in message.media.list():
            media.delete()
    place.forget_all(how)

    assert place.kept() == set()


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


def test_a_world_that_is_emptied(place: Place) -> None:
    place.app.on("/sms", echo)
    place.configure(place.app.url("/sms"), sms_method="GET")
    place.write()

    place.world.control("POST", "/reset")

    assert place.kept() == set()
