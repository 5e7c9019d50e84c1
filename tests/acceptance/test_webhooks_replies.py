"""What the customer's app answers to a message, written with Twilio's own TwiML library, and what
comes of it; and what happens when it fails."""

from __future__ import annotations

import pytest
from twilio.rest import Client
from twilio.twiml.messaging_response import Message, MessagingResponse

from tests.support.app_server import CustomerApp, Reply, twiml
from tests.support.control import bodies, inbox, settle, text_from
from tests.support.conversations import (
    NUMBER,
    OTHER,
    PHONE,
    SECOND_NUMBER,
    configure,
    replies,
    reply_with,
    write,
)
from tests.support.media_server import PNG, File, MediaServer
from tests.support.platform import World


def test_several_replies_in_order(client: Client, platform: World, app: CustomerApp) -> None:
    app.on("/sms", reply_with("one", "two", "three"))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    assert bodies(platform, PHONE) == ["one", "two", "three"]
    sent = replies(client)
    assert [(m.body, m.from_, m.to, m.status) for m in sent] == [
        (text, NUMBER, PHONE, "delivered") for text in ("one", "two", "three")
    ]


def test_a_reply_to_somebody_else_from_another_number(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = MessagingResponse()
    response.message("forwarded", to=OTHER, from_=SECOND_NUMBER)
    app.on("/sms", twiml(response))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    assert bodies(platform, PHONE) == []
    [entry] = inbox(platform, OTHER)
    assert (entry["from"], entry["body"]) == (SECOND_NUMBER, "forwarded")


def test_the_status_of_a_reply_is_told(client: Client, platform: World, app: CustomerApp) -> None:
    response = MessagingResponse()
    response.message("told", status_callback="status?of=reply")
    app.on("/texts/sms", twiml(response))
    configure(client, sms_url=app.url("/texts/sms"))

    write(platform, app)

    [reply] = replies(client)
    told = app.asked_for("/texts/status")
    assert [(a["MessageSid"], a["MessageStatus"]) for a in told] == [
        (reply.sid, "sent"),
        (reply.sid, "delivered"),
    ]
    assert {a.target for a in told} == {"/texts/status?of=reply"}


def test_an_action_takes_the_place_of_the_rest(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = MessagingResponse()
    response.message("first", action="/next")
    response.message("never said")
    app.on("/sms", twiml(response))
    app.on("/next", reply_with("second"))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    first, second = replies(client)
    assert bodies(platform, PHONE) == [first.body, second.body] == ["first", "second"]
    [asked] = app.asked_for("/next")
    assert (asked.method, asked["MessageSid"]) == ("POST", first.sid)
    assert asked["MessageStatus"] == "sent"


def test_an_action_hears_of_a_failure(client: Client, platform: World, app: CustomerApp) -> None:
    response = MessagingResponse()
    response.message("bye", action="/next", method="GET")
    app.on("/sms", twiml(response))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app, "STOP")

    [asked] = app.asked_for("/next")
    assert (asked.method, asked["MessageStatus"]) == ("GET", "failed")


def test_a_redirect_asks_again_elsewhere(client: Client, platform: World, app: CustomerApp) -> None:
    response = MessagingResponse()
    response.message("before")
    response.redirect("other?why=busy", method="POST")
    response.message("never said")
    app.on("/texts/sms", twiml(response))
    app.on("/texts/other", reply_with("after"))
    configure(client, sms_url=app.url("/texts/sms"))

    first, second = write(platform, app)

    assert (second.method, second.target) == ("POST", "/texts/other?why=busy")
    assert second.form == first.form
    assert bodies(platform, PHONE) == ["before", "after"]


def test_plain_text_is_a_reply(client: Client, platform: World, app: CustomerApp) -> None:
    app.on("/sms", Reply(200, b"Open until 6 & later <soon>", "text/plain; charset=utf-8"))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    assert bodies(platform, PHONE) == ["Open until 6 & later <soon>"]


@pytest.mark.parametrize(
    "answer",
    [Reply(204), twiml(MessagingResponse()), Reply(200, b"", "text/xml")],
    ids=["204", "empty Response", "empty body"],
)
def test_nothing_to_say(client: Client, platform: World, app: CustomerApp, answer: Reply) -> None:
    app.on("/sms", answer)
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    assert replies(client) == []
    assert [m.status for m in client.messages.list(from_=PHONE)] == ["received"]


def test_messages_of_one_phone_are_answered_in_their_order(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", lambda asked: reply_with(f"to {asked['Body']}"))
    configure(client, sms_url=app.url("/sms"))
    written = [str(number) for number in range(12)]
    for body in written:
        text_from(platform, PHONE, NUMBER, body)
    settle(platform)

    assert [asked["Body"] for asked in app.asked] == written
    assert bodies(platform, PHONE) == [f"to {body}" for body in written]


def test_there_are_ten_replies_at_most(client: Client, platform: World, app: CustomerApp) -> None:
    app.on("/sms", reply_with(*(f"part {number}" for number in range(1, 13))))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    assert bodies(platform, PHONE) == [f"part {number}" for number in range(1, 11)]


def test_redirects_for_ever_come_to_an_end(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = MessagingResponse()
    response.redirect("/sms")
    app.on("/sms", twiml(response))
    configure(client, sms_url=app.url("/sms"))

    assert len(write(platform, app)) == 50


def test_two_apps_that_answer_each_other_come_to_an_end(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", reply_with("and you?"))
    for number in (NUMBER, SECOND_NUMBER):
        configure(client, number, sms_url=app.url("/sms"))

    client.messages.create(to=SECOND_NUMBER, from_=NUMBER, body="how are you?")
    settle(platform)

    answers = [m for m in client.messages.list() if m.direction == "outbound-reply"]
    assert [m.error_code for m in answers if m.status == "failed"] == [30039]
    assert 30 <= len(answers) < 40


def test_a_reply_with_media(
    client: Client, platform: World, app: CustomerApp, media: MediaServer
) -> None:
    picture = media.add("reply.png", File("image/png", PNG))
    response = MessagingResponse()
    message = Message()
    message.body("look")
    message.media(picture)
    response.append(message)
    app.on("/sms", twiml(response))
    configure(client, sms_url=app.url("/sms"))

    write(platform, app)

    [reply] = replies(client)
    assert (reply.sid[:2], reply.num_media, reply.status) == ("MM", "1", "delivered")
    [entry] = inbox(platform, PHONE)
    assert (entry["body"], entry["num_media"]) == ("look", 1)
    [stored] = client.messages(reply.sid).media.list()
    assert stored.content_type == "image/png"


# When it fails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Reply(500), "11200"),
        (twiml("<Response><Message>half"), "12100"),
        (Reply(200, b"{}", "application/json"), "12300"),
    ],
    ids=["500", "broken XML", "JSON"],
)
def test_the_fallback_is_asked_and_told_why(
    client: Client, platform: World, app: CustomerApp, answer: Reply, code: str
) -> None:
    app.on("/sms", answer)
    app.on("/fallback", reply_with("Try again later."))
    configure(client, sms_url=app.url("/sms?x=1"), sms_fallback_url=app.url("/fallback"))

    first, second = write(platform, app)

    assert (second.method, second["ErrorCode"]) == ("POST", code)
    assert second["ErrorUrl"] == app.url("/sms?x=1")
    assert {*first.form} < {*second.form}
    assert bodies(platform, PHONE) == ["Try again later."]


def test_the_fallback_is_asked_with_its_own_method(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", Reply(404))
    configure(
        client,
        sms_url=app.url("/sms"),
        sms_fallback_url=app.url("/fallback"),
        sms_fallback_method="GET",
    )

    _, second = write(platform, app)

    assert (second.method, second["ErrorCode"]) == ("GET", "11200")


def test_without_a_fallback_nothing_is_said(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", Reply(500))
    configure(client, sms_url=app.url("/sms"))

    assert len(write(platform, app)) == 1
    assert replies(client) == []
    assert [m.status for m in client.messages.list(from_=PHONE)] == ["received"]


def test_an_app_that_comes_back_is_asked_again(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", reply_with("here"))
    configure(client, sms_url=app.url("/sms"))
    app.stop()
    write(platform, app)
    assert bodies(platform, PHONE) == []

    app.start()
    write(platform, app)

    assert bodies(platform, PHONE) == ["here"]


def test_stop_reaches_the_app_and_its_reply_fails(
    client: Client, platform: World, app: CustomerApp
) -> None:
    app.on("/sms", reply_with("Sorry to see you go."))
    configure(client, sms_url=app.url("/sms"))

    [asked] = write(platform, app, "STOP")

    assert asked["Body"] == "STOP"
    [failed] = replies(client)
    assert (failed.status, failed.error_code) == ("failed", 21610)
    assert [entry["kind"] for entry in inbox(platform, PHONE)] == ["automatic_reply"]
