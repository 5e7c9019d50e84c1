"""`trunkline phone NUMBER chat`, in a terminal and from a pipe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp, twiml
from tests.support.platform import RunningPlatform, World
from tests.support.terminal import Typist, terminal

PHONE = "+14155550123"
HINT = f"from {PHONE}; /help tells more, /quit ends.\n> "


PROMPT = "\n> "


@pytest.fixture
def chat(typing: Typist) -> Callable[..., list[str]]:
    return lambda *words: typing.command("phone", PHONE, "chat", *words)


def test_what_arrives_does_not_disturb_the_line_that_is_typed(
    platform: World, client: Client, typing: Typist, chat: Callable[..., list[str]]
) -> None:
    sender, other = platform.numbers[:2]
    client.messages.create(to=PHONE, from_=sender, body="Before")
    platform.control("POST", "/clock/advance", {"by": 0})
    with terminal(chat("--to", other), typing.environment) as phone:
        assert f"{sender}  Before" in phone.until(HINT)
        phone.type("Hel")
        phone.until("Hel")
        client.messages.create(to=PHONE, from_=sender, body="Two\nlines 👋")
        assert f"{sender}  Two\n    lines 👋\n" in phone.until("> Hel")
        phone.type("lo\n")
        told = phone.until(f"sent to {other}  SM")
        assert "lo" in told
        phone.until(PROMPT)  # before it, the key is not the line editor's
        phone.type("\x04")
        assert phone.ended() == 0
    (message,) = client.messages.list(from_=PHONE)
    assert (message.to, message.body) == (other, "Hello")


def test_a_message_that_does_not_arrive_and_an_app_that_fails_are_told(
    platform: World, client: Client, typing: Typist, chat: Callable[..., list[str]]
) -> None:
    number = platform.numbers[0]
    client.incoming_phone_numbers.list(phone_number=number)[0].update(
        sms_url="http://127.0.0.1:9/nobody"
    )
    with terminal(chat("--to", number), typing.environment) as phone:
        phone.until(HINT)
        platform.control("PUT", f"/phones/{PHONE}", {"fail": 30003})
        client.messages.create(to=PHONE, from_=number, body="Lost")
        phone.until(f"a message from {number} was undelivered: 30003, Unreachable destination")
        phone.type("Is anybody there?\n")
        phone.until("the app failed: 11205, HTTP connection failure")
        phone.type("/quit\n")
        assert phone.ended() == 0


def test_commands_of_the_conversation(
    platform: World, client: Client, typing: Typist, chat: Callable[..., list[str]], tmp_path: Path
) -> None:
    first, second = platform.numbers[:2]
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n")
    with terminal(chat(), typing.environment) as phone:
        phone.until(f"Lines go to {first} " + HINT)
        phone.type("/help\n")
        phone.until("send media")
        phone.type(f"/to {second}\n")
        phone.until(f"Lines go to {second} now.")
        phone.type("/to 5\n")
        phone.until("'5' is no number in E.164")
        phone.type(f"/media {picture} Look\n")
        phone.until(f"sent to {second}  MM")
        phone.type("/nonsense\n")
        phone.until("There is no /nonsense")
        phone.type("//slash\n")
        phone.until(f"sent to {second}  SM")
        phone.until(PROMPT)
        assert phone.ended(by="\x03") == 0
    assert [m.body for m in client.messages.list(from_=PHONE)] == ["/slash", "Look"]


def test_a_script_of_lines_gets_a_transcript(
    platform: World, app: CustomerApp, client: Client, typing: Typist
) -> None:
    number = platform.numbers[0]
    url = app.on("/sms", twiml("<Response><Message>You wrote.</Message></Response>"))
    client.incoming_phone_numbers.list(phone_number=number)[0].update(sms_url=url)
    done = typing("phone", PHONE, "chat", "--json", typed="One\n\nTwo\r\nHELP")
    assert (done.returncode, done.stderr) == (0, "")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(entry["from"], entry["body"]) for entry in said[:4]] == [
        (PHONE, "One"),
        (number, "You wrote."),
        (PHONE, "Two"),
        (number, "You wrote."),
    ]
    assert {entry["kind"] for entry in said[4:]} == {"message", "automatic_reply"}
    again = typing("phone", PHONE, "chat", "--history", "1000", typed="")
    assert len(again.stdout.splitlines()) == len(said)
    assert f"  to {number}  One\n" in again.stdout
    assert typing("phone", PHONE, "chat", "--history", "0", typed="").stdout == ""


def test_a_line_that_cannot_be_sent_is_told_and_the_others_are_sent(typing: Typist) -> None:
    done = typing("phone", PHONE, "chat", "--to", "+12025550177", typed="One\n/to +1\nTwo\n")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "'+12025550177' is not a number of this world.",
        "'+1' is no number in E.164: write e.g. trunkline phone +14155550123 inbox.",
        "'+12025550177' is not a number of this world.",
    ]


def test_the_end_of_the_platform_is_the_end_of_the_conversation(tmp_path: Path) -> None:
    process = RunningPlatform(tmp_path / "data")
    try:
        process.start()
        typist = Typist(process.environment | {"TRUNKLINE_DATA": str(process.data)})
        with terminal(typist.command("phone", PHONE, "chat"), typist.environment) as phone:
            phone.until(HINT)
            phone.type("half a li")
            phone.until("half a li")
            assert process.stop() == 0
            phone.until("The platform stopped.")
            assert phone.ended() == 1
    finally:
        process.clear_away()
