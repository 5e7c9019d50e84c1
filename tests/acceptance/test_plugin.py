"""The fixture `trunkline`, used as the developer of an app uses it. It starts its own platform."""

from __future__ import annotations

import os
import re
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.support.app_server import Reply, customer_app
from tests.support.app_server import twiml as twiml_reply
from tests.support.plugin_apps import asgi_app, fastapi_app, flask_app, twiml, wsgi_app
from trunkline.testing import ExpectationFailed, Trunkline, TrunklineError

PHONE = "+14155550123"
OTHER = "+14155550124"


def echo(text: str) -> str:
    return f"You wrote: {text}"


# --- phones ---------------------------------------------------------------------------------


def test_a_conversation(trunkline: Trunkline) -> None:
    trunkline.app(fastapi_app({"JOIN": "Welcome!", "YES": "Good."}.__getitem__), webhook="/sms")
    phone = trunkline.phone(PHONE)
    sid = phone.send("JOIN")
    welcome = phone.expects("Welcome!")
    assert (welcome.sender, welcome.recipient) == (trunkline.number, PHONE)
    assert trunkline.client.messages(sid).fetch().body == "JOIN"
    phone.replies("YES")
    phone.expects("Good.")
    phone.expects_nothing()
    assert [message.body for message in phone.inbox] == ["Welcome!", "Good."]


def test_a_message_is_expected_by_text_pattern_function_or_not_at_all(trunkline: Trunkline) -> None:
    phone = trunkline.phone(PHONE)
    for text in ("Your code is 1234.", "Your code is 5678.", "Third", "Fourth"):
        _send(trunkline, text)
    assert phone.expects("Your code is 1234.").sid
    found = phone.expects(re.compile(r"code is (\d+)"))
    assert found.body == "Your code is 5678."
    phone.expects(lambda message: message.body.startswith("Thi"))
    assert phone.expects().body == "Fourth"


def test_another_text_fails_at_once_and_is_still_to_come(trunkline: Trunkline) -> None:
    phone = trunkline.phone(PHONE)
    _send(trunkline, "Hello")
    with pytest.raises(ExpectationFailed, match=re.escape(f"{PHONE} got 'Hello'; expected 'Hell'")):
        phone.expects("Hell", within=3600)
    with pytest.raises(ExpectationFailed, match="got 'Hello'; expected nothing"):
        phone.expects_nothing()
    phone.expects("Hello")


def test_what_an_app_sends_by_itself_is_waited_for(trunkline: Trunkline) -> None:
    phone = trunkline.phone(PHONE)
    waits = threading.Event()

    def background() -> None:
        waits.wait()
        _send(trunkline, "Late")

    thread = threading.Thread(target=background)
    thread.start()
    # Only once `expects` has looked in vain: then it follows the events.
    world = trunkline._world
    events = world.events
    world.events = lambda *kind: (waits.set(), events(*kind))[1]  # type: ignore[method-assign]
    phone.expects("Late", within=60)
    thread.join()


def test_a_reply_goes_to_the_number_that_wrote(trunkline: Trunkline) -> None:
    phone = trunkline.phone(PHONE)
    with pytest.raises(TrunklineError, match="has got no message that it could reply to"):
        phone.replies("Who is it?")
    _send(trunkline, "First", sender=trunkline.numbers[1])
    _send(trunkline, "Second", sender=trunkline.numbers[0])
    phone.expects("First")
    sid = phone.replies("To the first")
    assert trunkline.client.messages(sid).fetch().to == trunkline.numbers[1]


def test_the_newest_is_answered_where_none_was_expected(trunkline: Trunkline) -> None:
    _send(trunkline, "First", sender=trunkline.numbers[0])
    _send(trunkline, "Second", sender=trunkline.numbers[1])
    sid = trunkline.phone(PHONE).replies("To the second")
    assert trunkline.client.messages(sid).fetch().to == trunkline.numbers[1]


def test_nobody_replies_to_a_name(trunkline: Trunkline) -> None:
    phone = trunkline.phone("+447700900123")
    _send(trunkline, "Hello", to=phone.number, sender="Trunkline")
    phone.expects("Hello")
    with pytest.raises(TrunklineError, match="'Trunkline': it is not a number"):
        phone.replies("Hi")


def test_a_phone_sends_media(trunkline: Trunkline, tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"cat")
    phone = trunkline.phone(PHONE)
    with customer_app(trunkline.auth_token) as server:
        url = server.on("/dog.gif", Reply(200, b"dog", "image/gif"))
        sid = phone.send("Look", media=[picture, ("text/vcard", b"words"), url])
    listed = trunkline.client.messages(sid).media.list()
    kinds = {media.content_type for media in listed}
    assert kinds == {"image/png", "text/vcard", "image/gif"}
    with pytest.raises(TrunklineError, match=r"none\.png cannot be sent: No such file"):
        phone.send("Look", media=tmp_path / "none.png")


def test_a_phone_behaves_as_it_is_told(trunkline: Trunkline) -> None:
    phone = trunkline.phone(PHONE)
    phone.set(fail=30003)
    assert _status(trunkline, _send(trunkline, "1")) == ("undelivered", 30003)
    phone.set(reject=30007)
    assert _status(trunkline, _send(trunkline, "2")) == ("failed", 30007)
    phone.set(no_receipt=True)
    assert _status(trunkline, _send(trunkline, "3")) == ("sent", None)
    phone.set(no_receipt=None, auto_reply="I am driving.", deliver_after=timedelta(hours=1))
    sid = _send(trunkline, "4")
    assert _status(trunkline, sid) == ("sent", None)
    trunkline.clock.advance("1h")
    assert _status(trunkline, sid) == ("delivered", None)
    assert "+12065550100: I am driving." in trunkline.transcript()
    with pytest.raises(TrunklineError, match="fail and reject exclude each other"):
        phone.set(fail=30003, reject=30007)


@pytest.mark.parametrize("number", ["4155550123", "+0", "", "PHONE"])
def test_a_phone_has_a_number_in_e164(trunkline: Trunkline, number: str) -> None:
    with pytest.raises(TrunklineError, match=f"'{re.escape(number)}' is no phone number"):
        trunkline.phone(number)


def test_a_number_of_the_account_is_no_phone(trunkline: Trunkline) -> None:
    with pytest.raises(TrunklineError, match="one of the account's own numbers, not a phone"):
        trunkline.phone(trunkline.number)


def test_a_phone_writes_to_numbers_of_the_account(trunkline: Trunkline) -> None:
    with pytest.raises(TrunklineError, match=r"'\+12025550100' is not a number of this world"):
        trunkline.phone(PHONE).send("Hi", to="+12025550100")


# --- the clock ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["2h", 7200, timedelta(hours=2)])
def test_the_clock_is_moved(trunkline: Trunkline, by: Any) -> None:
    before = trunkline.clock.now()
    after = trunkline.clock.advance(by)
    assert timedelta(hours=2) <= after - before < timedelta(hours=2, minutes=1)
    assert trunkline.clock.now() >= after


def test_the_clock_does_not_go_back(trunkline: Trunkline) -> None:
    with pytest.raises(TrunklineError, match="between 0 and"):
        trunkline.clock.advance(timedelta(seconds=-1))


# --- apps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [fastapi_app, flask_app, wsgi_app, asgi_app])
def test_an_app_of_any_kind_is_served(trunkline: Trunkline, make: Any) -> None:
    trunkline.app(make(echo), webhook="/sms")
    phone = trunkline.phone(PHONE)
    phone.send("Ça va? & <b>")
    phone.expects("You wrote: Ça va? & <b>")
    assert trunkline.webhooks.last.signature_valid


def test_an_app_that_runs_is_named_by_its_url(trunkline: Trunkline) -> None:
    with customer_app(trunkline.auth_token) as server:
        server.on("/sms", twiml_reply(twiml("Hello")))
        trunkline.app(server.base_url, webhook="/sms", public_url="https://api.example.com/")
        trunkline.phone(PHONE).send("Hi")
        trunkline.phone(PHONE).expects("Hello")
        [asked] = server.asked
        assert (asked.url, asked.signed) == ("https://api.example.com/sms", True)


def test_a_dead_app_is_told_of_at_once(trunkline: Trunkline) -> None:
    with pytest.raises(TrunklineError, match=r"No app runs at http://127\.0\.0\.1:9: connec"):
        trunkline.app("http://127.0.0.1:9", webhook="/sms")


def test_several_apps_have_addresses_of_their_own(trunkline: Trunkline) -> None:
    first, second = trunkline.numbers[:2]
    one = trunkline.app(asgi_app(lambda _: "One"), webhook="/sms", numbers=[first])
    two = trunkline.app(wsgi_app(lambda _: "Two"), webhook="/sms", numbers=[second])
    assert (one.public_url, two.public_url) == (
        "https://app.test.example",
        "https://app-2.test.example",
    )
    phone = trunkline.phone(PHONE)
    phone.send("Hi", to=first)
    phone.expects("One")
    phone.send("Hi", to=second)
    phone.expects("Two")
    with pytest.raises(TrunklineError, match="the public URL of another app of this test"):
        trunkline.app(asgi_app(echo), public_url=one.public_url)
    with pytest.raises(TrunklineError, match=r"\+12025550100 is not a number of the account"):
        trunkline.app(asgi_app(echo), webhook="/sms", numbers=["+12025550100"])


def test_a_fallback_answers_where_the_app_fails(trunkline: Trunkline) -> None:
    def fails(text: str) -> str:
        raise LookupError(text)

    trunkline.app(asgi_app(fails), webhook="/sms")
    app = trunkline.app(asgi_app(lambda _: "Sorry"), fallback="/any")
    phone = trunkline.phone(PHONE)
    phone.send("Hi")
    phone.expects("Sorry")
    assert [(r.url, r.status) for r in trunkline.webhooks] == [
        ("https://app.test.example/sms", 500),
        (app.url("/any"), 200),
    ]


@pytest.mark.parametrize("make", [fastapi_app, flask_app, wsgi_app, asgi_app])
def test_what_an_app_raises_is_known(trunkline: Trunkline, make: Any) -> None:
    error = LookupError("no such customer")

    def fails(_: str) -> str:
        raise error

    app = trunkline.app(make(fails), webhook="/sms")
    trunkline.phone(PHONE).send("Hi")
    [known] = app.errors
    assert (known.doing, known.error) == ("POST /sms", error)
    assert trunkline.webhooks.last.status == 500


def test_an_app_that_never_answers_is_given_up(trunkline: Trunkline) -> None:
    release = threading.Event()

    def hangs(_: str) -> str:
        release.wait()
        return "Too late"

    trunkline.app(wsgi_app(hangs), webhook="/sms#rt=100")
    phone = trunkline.phone(PHONE)
    phone.send("Hi")
    with pytest.raises(
        ExpectationFailed, match=r"11200: POST https://app\.test\.example/sms: no ans"
    ):
        phone.expects("Hello", within=0)
    release.set()


# --- the app's client -----------------------------------------------------------------------


def test_any_client_reaches_the_platform(trunkline: Trunkline) -> None:
    client = Client()
    assert client.account_sid == trunkline.account_sid
    client.messages.create(to=PHONE, from_=os.environ["TWILIO_PHONE_NUMBER"], body="1")
    url = f"https://api.twilio.com/2010-04-01/Accounts/{trunkline.account_sid}/Messages.json"
    form = {"To": PHONE, "From": trunkline.number}
    credentials = (trunkline.account_sid, trunkline.auth_token)
    assert requests.post(url, form | {"Body": "2"}, auth=credentials).status_code == 201
    key = (trunkline.api_key, trunkline.api_secret)
    assert httpx.post(url, data=form | {"Body": "3"}, auth=key).status_code == 201
    phone = trunkline.phone(PHONE)
    for text in "123":
        phone.expects(text)


def test_an_app_s_own_client_is_adopted(trunkline: Trunkline) -> None:
    client = Client("AC" + "0" * 32, "secret")
    messages = client.messages  # what it has made is for another account
    with pytest.raises(TwilioRestException, match="Authenticat"):
        messages.create(to=PHONE, from_=trunkline.number, body="No")
    trunkline.adopt(client)
    client.messages.create(to=PHONE, from_=trunkline.number, body="Adopted")
    trunkline.phone(PHONE).expects("Adopted")
    with pytest.raises(TrunklineError, match="can be adopted; this is a str"):
        trunkline.adopt("client")


# --- webhooks, chaos, transcript, why -------------------------------------------------------


def test_the_requests_to_apps_are_known(trunkline: Trunkline) -> None:
    assert len(trunkline.webhooks) == 0
    with pytest.raises(TrunklineError, match="No request was made to an app"):
        _ = trunkline.webhooks.last
    app = trunkline.app(flask_app(echo), webhook="/sms?shop=7")
    trunkline.phone(PHONE).send("Hello")
    _send(trunkline, "Hi", status_callback=app.url("/status"))
    inbound = trunkline.webhooks[0]
    assert (inbound.method, inbound.url) == ("POST", "https://app.test.example/sms?shop=7")
    assert (inbound.kind, inbound.outcome) == ("message.inbound", "delivered")
    assert (inbound.params["Body"], inbound.params["From"]) == ("Hello", PHONE)
    assert inbound.headers["x-twilio-signature"] == inbound.signature != ""
    assert inbound.signature_valid
    assert (inbound.status, inbound.content_type) == (200, "text/xml")
    assert inbound.body == twiml("You wrote: Hello")
    assert (len(inbound.attempts), inbound.errors) == (1, ())
    told = trunkline.webhooks.to("/status")
    assert [request.params["MessageStatus"] for request in told] == ["sent", "delivered"]
    assert told.last.errors == ("11200: POST https://app.test.example/status answered 404.",)
    assert "POST https://app.test.example/status (message.status sent): 404" in repr(told)


def test_the_signature_of_a_get_is_valid(trunkline: Trunkline) -> None:
    trunkline.app(flask_app(echo), webhook="/sms?shop=7")
    [number] = trunkline.client.incoming_phone_numbers.list(phone_number=trunkline.number)
    number.update(sms_method="GET")
    trunkline.phone(PHONE).send("Is it open? 100% & more")
    asked = trunkline.webhooks.last
    assert (asked.method, asked.signature_valid) == ("GET", True)
    asked._auth_token = "another"
    assert not asked.signature_valid


def test_chaos_comes_and_goes(trunkline: Trunkline) -> None:
    came = []
    trunkline.app(asgi_app(lambda text: came.append(text) or "Hi"), webhook="/sms")  # type: ignore[func-returns-value]
    phone = trunkline.phone(PHONE)
    trunkline.chaos(duplicate=1, drop=True)
    phone.send("1")
    phone.expects("Hi")
    phone.expects_nothing()
    assert came == ["1", "1", "1"]
    assert [attempt.error for attempt in trunkline.webhooks.last.attempts] == [11205, None, None]
    trunkline.chaos(delay=1, delay_seconds=60, seed=3)
    phone.send("2")
    with pytest.raises(ExpectationFailed, match=r'trunkline\.clock\.advance\("1m"\)'):
        phone.expects("Hi", within=0)
    assert len(trunkline.webhooks) == 1  # the other has not been made
    trunkline.clock.advance("1m")
    phone.expects("Hi")
    trunkline.chaos()
    phone.send("3")
    phone.expects("Hi")
    assert came == ["1", "1", "1", "2", "3"]


def test_a_transcript_is_the_whole_conversation(trunkline: Trunkline) -> None:
    trunkline.app(asgi_app(echo), webhook="/sms", numbers=[trunkline.number])
    trunkline.phone(OTHER).set(fail=30003)
    phone = trunkline.phone(PHONE)
    phone.send("One\n\n  two", media=("text/vcard", b"words"))
    _send(trunkline, "Lost", to=OTHER)
    _send(trunkline, "Ours", to=trunkline.numbers[1])
    phone.send("STOP")
    conversation = """
        +14155550123 -> +12065550100 (1 media): One

              two
        +12065550100 -> +14155550123: You wrote: One

              two
        +12065550100 -> +14155550124 (undelivered, error 30003): Lost
        +12065550100 -> +14155550100: Ours
        +14155550123 -> +12065550100: STOP
        +12065550100 -> +14155550123 (automatic): You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.
        +12065550100 -> +14155550123 (failed, error 21610): You wrote: STOP
    """  # noqa: E501
    assert trunkline.transcript() == conversation
    assert conversation == trunkline.transcript()
    assert trunkline.transcript() != conversation.replace("Lost", "Found")


def test_why_tells_the_history_of_a_message(trunkline: Trunkline) -> None:
    trunkline.phone(PHONE).set(fail=30003)
    sid = _send(trunkline, "Hi")
    why = trunkline.why(sid)
    assert (why.sid, why.status, why.error_code) == (sid, "undelivered", 30003)
    assert "undelivered, error 30003: Unreachable destination handset" in str(why)
    assert [line.split()[1] for line in str(why).splitlines()[1:]] == [
        "queued",
        "sending",
        "sent",
        "undelivered",
    ]
    with pytest.raises(TrunklineError, match="no message of that SID"):
        trunkline.why("SM" + "0" * 32)


# --- the fixture itself ---------------------------------------------------------------------


def test_worlds_are_apart(trunkline: Trunkline) -> None:
    assert trunkline.phone(PHONE).inbox == []
    assert trunkline.transcript() == ""
    assert trunkline.number == trunkline.numbers[0] == "+12065550100"
    worlds = trunkline.control("GET", "/worlds")["worlds"]
    assert any(world["name"].startswith("test-worlds-are-apart-") for world in worlds)


def test_a_refusal_is_a_sentence(trunkline: Trunkline) -> None:
    with pytest.raises(TrunklineError, match="There is nothing under this path"):
        trunkline.control("GET", "/nothing")


def test_several_threads_share_a_world(trunkline: Trunkline) -> None:
    trunkline.app(wsgi_app(echo), webhook="/sms")
    failures: list[BaseException] = []

    def converse(number: str) -> None:
        try:
            phone = trunkline.phone(number)
            phone.send(number)
            phone.expects(f"You wrote: {number}")
            phone.expects_nothing()
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=converse, args=(f"+1415555{n:04}",)) for n in range(1000, 1008)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(trunkline.webhooks) == 8


def test_secrets_are_in_no_repr(trunkline: Trunkline) -> None:
    shown = repr(trunkline) + repr(trunkline._world.credentials) + repr(vars(trunkline))
    for secret in (trunkline.auth_token, trunkline.api_secret):
        assert secret not in shown


def _send(trunkline: Trunkline, text: str, *, to: str = PHONE, **options: Any) -> str:
    sender = options.pop("sender", trunkline.number)
    made = trunkline.client.messages.create(to=to, from_=sender, body=text, **options)
    return str(made.sid)


def _status(trunkline: Trunkline, sid: str) -> tuple[str, int | None]:
    trunkline.settle()
    found = trunkline.client.messages(sid).fetch()
    return found.status, found.error_code
