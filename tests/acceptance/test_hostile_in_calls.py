"""Apps, people and numbers that do not behave in calls: every call comes to an end, with its
callback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.twiml.voice_response import VoiceResponse

from tests.acceptance.test_calls_dial import (
    FRIEND,
    answers,
    call_in,
    dial_response,
    until_ended,
)
from tests.support.app_server import CustomerApp, Reply, twiml
from tests.support.calls import NUMBER, heard, script
from tests.support.control import advance
from tests.support.hostile_app import pieces
from tests.support.hostile_server import HostileServer
from tests.support.platform import World

FINAL = {"completed", "busy", "failed", "no-answer", "canceled"}


def call_out(client: Client, platform: World, url: str, app: CustomerApp) -> CallInstance:
    """A call whose end is told at /status."""
    script(platform, FRIEND, "answer 0s")
    return client.calls.create(to=FRIEND, from_=NUMBER, url=url, status_callback=app.on("/status"))


def end_of(client: Client, platform: World, app: CustomerApp, call: CallInstance) -> str:
    """The last status of a call, of which the app was told once."""
    until_ended(platform)
    status = str(client.calls(call.sid).fetch().status)
    assert status in FINAL
    told = app.expect(1, "/status")
    assert [each["CallStatus"] for each in told] == [status]
    return status


def codes(client: Client) -> set[str]:
    return {alert.error_code for alert in client.monitor.v1.alerts.list()}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(500), "11200"),
        (Reply(404, b"<html>no</html>", "text/html"), "11200"),
        (Reply(200, b"<Response><Say>never closed", "text/xml"), "12100"),
        (Reply(200, b"<NotAResponse/>", "text/xml"), "12102"),
        (Reply(200, b"{}", "application/json"), "12300"),
        (Reply(200, b"<Response/>", None), "11200"),
        (Reply(200, b"<Response>" + b" " * 70_000 + b"</Response>", "text/xml"), "11750"),
        (Reply(200, b"<Response><Say>\x00</Say></Response>", "text/xml"), "12100"),
        (Reply(200, b"", "text/xml"), "11770"),
    ],
)
def test_answers_that_are_no_documents(
    client: Client, platform: World, app: CustomerApp, reply: Reply, code: str
) -> None:
    call = call_out(client, platform, app.on("/voice", reply), app)
    assert end_of(client, platform, app, call) == "completed"
    assert code in codes(client)
    if code != "11770":
        assert heard(platform, call.sid).speech  # the apology


def test_an_app_that_is_not_there(client: Client, platform: World, app: CustomerApp) -> None:
    call = call_out(client, platform, "http://127.0.0.1:9/voice", app)
    assert end_of(client, platform, app, call) == "completed"


def test_an_app_that_hangs_up_in_the_middle_of_a_document(
    client: Client, platform: World, app: CustomerApp, hostile: HostileServer
) -> None:
    hostile.says(
        pieces(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n",
            b"<Response><Say>",
        )
    )
    url = hostile.url()
    call = call_out(client, platform, url, app)
    assert end_of(client, platform, app, call) == "completed"
    assert codes(client) & {"11200", "11205"}


def test_documents_that_lead_to_each_other_for_ever(
    client: Client, platform: World, app: CustomerApp
) -> None:
    call = call_out(
        client, platform, app.on("/voice", twiml("<Response><Redirect/></Response>")), app
    )
    assert end_of(client, platform, app, call) == "completed"
    assert "11215" in codes(client)
    assert len(app.asked_for("/voice")) < 100


def test_a_dial_that_reaches_nobody_again_and_again(
    client: Client, platform: World, app: CustomerApp
) -> None:
    other = platform.numbers[0]
    (number,) = client.incoming_phone_numbers.list(phone_number=other)
    number.update(voice_url="")  # whoever calls it is refused at once
    answers(client, app.on("/voice", twiml(dial_response(other, action="/voice"))))
    call_in(platform, "wait 1h")
    until_ended(platform)
    assert {call.status for call in client.calls.list()} <= FINAL
    assert len(client.calls.list()) < 150
    assert "11215" in codes(client)


def test_http_redirects_for_ever(client: Client, platform: World, app: CustomerApp) -> None:
    url = app.on("/voice", Reply(302, headers=(("Location", "/voice"),)))
    call = call_out(client, platform, url, app)
    assert end_of(client, platform, app, call) == "completed"
    assert "11215" in codes(client)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00", "audio/wav"),
        (b"ID3\x04\x00\x00" + b"\xff" * 4000, "audio/mpeg"),
        (b"<html>a page</html>", "text/html"),
        (b"", "audio/wav"),
        (b"\x00" * 100_000, "audio/mpeg"),
    ],
)
def test_audio_that_is_none(
    client: Client, platform: World, app: CustomerApp, body: bytes, content_type: str
) -> None:
    sound = app.on("/sound", Reply(200, body, content_type))
    response = VoiceResponse()
    response.play(sound)
    response.say("Still here.")
    call = call_out(client, platform, app.on("/voice", twiml(response)), app)
    assert end_of(client, platform, app, call) == "completed"
    assert heard(platform, call.sid).speech
    assert codes(client) & {"11200", "13420"}


@pytest.mark.parametrize("length", [b"Content-Length: 1073741824", b"Connection: close"])
def test_a_gigabyte_of_audio(
    client: Client, platform: World, app: CustomerApp, hostile: HostileServer, length: bytes
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n" + length + b"\r\n\r\nRIFF"
    hostile.says(pieces(head, endless=b"\x00" * 65_536))
    response = VoiceResponse()
    response.play(hostile.url("/huge.wav"))
    response.say("Still here.")
    call = call_out(client, platform, app.on("/voice", twiml(response)), app)
    assert end_of(client, platform, app, call) == "completed"
    assert heard(platform, call.sid).speech
    assert "11200" in codes(client)


def test_keys_in_floods(client: Client, platform: World, app: CustomerApp) -> None:
    response = VoiceResponse()
    gather = response.gather(num_digits=1000, action="/digits", timeout=2)
    gather.say("Go on.")
    answers(client, app.on("/voice", twiml(response)))
    app.on("/digits", twiml("<Response><Hangup/></Response>"))
    keys = "; ".join(["press " + "0123456789" * 6] * 10)
    call_in(platform, keys)
    until_ended(platform)
    (asked,) = app.asked_for("/digits")
    assert len(asked["Digits"]) > 500


def test_two_updates_at_once(client: Client, platform: World, app: CustomerApp) -> None:
    script(platform, FRIEND, "answer 0s")
    pausing = "<Response><Pause length='3600'/></Response>"
    call = client.calls.create(to=FRIEND, from_=NUMBER, twiml=pausing)
    advance(platform, 1)
    urls = [app.on(f"/{n}", twiml(pausing)) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda url: client.calls(call.sid).update(url=url), urls))
    advance(platform, 1)
    assert client.calls(call.sid).fetch().status == "in-progress"

    def end(_: int) -> str:
        try:
            return str(client.calls(call.sid).update(status="completed").status)
        except TwilioRestException as error:
            return str(error.code)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(end, range(8)))
    assert "completed" in outcomes
    assert set(outcomes) <= {"completed", "21220"}
    assert client.calls(call.sid).fetch().status == "completed"


def test_calls_to_own_numbers_that_are_given_up_at_once(
    client: Client, platform: World, app: CustomerApp
) -> None:
    other = platform.numbers[0]
    (number,) = client.incoming_phone_numbers.list(phone_number=other)
    pausing = "<Response><Pause length='3600'/></Response>"
    number.update(voice_url=app.on("/other", twiml(pausing)))
    for _ in range(20):
        call = client.calls.create(to=other, from_=NUMBER, twiml=pausing)
        client.calls(call.sid).update(status="completed")
    advance(platform, 2)
    assert {call.status for call in client.calls.list()} <= FINAL


@pytest.fixture
def slow(app: CustomerApp) -> Iterator[str]:
    """A document that comes when the test is over, at the latest."""
    over = threading.Event()

    def wait(_: object) -> Reply:
        over.wait(20)
        return twiml("<Response/>")

    yield app.on("/slow", wait)
    over.set()


def test_a_call_is_ended_while_its_app_thinks(
    client: Client, platform: World, app: CustomerApp, slow: str
) -> None:
    script(platform, FRIEND, "answer 0s")
    call = client.calls.create(to=FRIEND, from_=NUMBER, url=slow)
    app.expect(1, "/slow")
    before = time.monotonic()
    assert client.calls(call.sid).update(status="completed").status == "completed"
    assert time.monotonic() - before < 5
    assert client.calls(call.sid).fetch().status == "completed"


def test_a_caller_hangs_up_while_the_app_thinks(
    client: Client, platform: World, app: CustomerApp, slow: str
) -> None:
    script(platform, FRIEND, "answer 0s; wait 200ms; hangup")
    call = client.calls.create(to=FRIEND, from_=NUMBER, url=slow, status_callback=app.on("/status"))
    (told,) = app.expect(1, "/status")
    assert told["CallStatus"] == "completed"
    assert client.calls(call.sid).fetch().status == "completed"
