"""`trunkline tail`: what the platform picks out of what happens."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from twilio.rest import Client

from tests.support.platform import World
from tests.support.terminal import Typist, terminal

PHONE, OTHER = "+14155550123", "+14155550124"


@contextmanager
def tailing(typing: Typist, platform: World, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A tail that hears all that happens from here on."""
    before = listeners(platform)
    tail = subprocess.Popen(
        typing.command("tail", *options),
        env=typing.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while listeners(platform) == before:
            assert tail.poll() is None
        yield tail
    finally:
        tail.send_signal(signal.SIGINT)
        tail.communicate()


def listeners(platform: World) -> int:
    """How many streams the platform serves. Asking takes a moment: nothing spins."""
    found: int = platform.control("GET", "/status")["queues"]["event_streams"]
    return found


def kinds(tail: subprocess.Popen[str]) -> list[tuple[str, str, str]]:
    """End it as a user does; the kinds that it told with the numbers."""
    tail.send_signal(signal.SIGINT)
    out, err = tail.communicate(timeout=60)
    assert (tail.returncode, err) == (0, "")
    return [
        (event["kind"], event.get("from", ""), event.get("to", ""))
        for event in map(json.loads, out.splitlines())
    ]


def test_events_of_a_number_and_of_a_status_are_picked_out(
    platform: World, client: Client, typing: Typist
) -> None:
    one, two = platform.numbers[:2]
    client.incoming_phone_numbers.list(phone_number=two)[0].update(sms_url="http://127.0.0.1:9/")
    platform.control("PUT", f"/phones/{OTHER}", {"fail": 30003})
    with (
        tailing(typing, platform, "--json", "--to", PHONE, "--kind", "message.") as to_phone,
        tailing(typing, platform, "--json", "--status", "delivered,undelivered") as ended,
        tailing(typing, platform, "--json", "--errors") as errors,
        tailing(typing, platform, "--json", "--webhooks", "--number", OTHER) as requests,
    ):
        client.messages.create(to=PHONE, from_=one, body="1", status_callback="http://127.0.0.1:9/")
        client.messages.create(to=OTHER, from_=two, body="2")
        typing("phone", OTHER, "send", two, "3")
        platform.control("POST", "/clock/advance", {"by": 0})
        assert kinds(to_phone) == [
            (f"message.{status}", one, PHONE)
            for status in ("queued", "sending", "sent", "delivered")
        ]
        assert kinds(ended) == [
            ("message.delivered", one, PHONE),
            ("message.undelivered", two, OTHER),
        ]
        assert set(kinds(errors)) == {
            ("message.undelivered", two, OTHER),
            ("webhook.failed", one, PHONE),
            ("webhook.failed", OTHER, two),
            ("alert.recorded", one, PHONE),
            ("alert.recorded", two, OTHER),
            ("alert.recorded", OTHER, two),
        }
        assert kinds(requests) == [("webhook.failed", OTHER, two)]


def test_calls_are_picked_out_by_their_numbers_and_statuses(
    platform: World, client: Client, typing: Typist
) -> None:
    number = platform.numbers[0]
    platform.control("PUT", f"/phones/{PHONE}/script", {"script": "answer; press 1 in-band"})
    platform.control("PUT", f"/phones/{OTHER}/script", {"script": "busy"})
    says = "<Response><Gather numDigits='1'/><Hangup/></Response>"
    with (
        tailing(typing, platform, "--json", "--number", PHONE, "--no-webhooks") as of_phone,
        tailing(typing, platform, "--json", "--status", "completed,busy") as ended,
    ):
        for phone in (PHONE, OTHER):
            client.calls.create(to=phone, from_=number, twiml=says, record=True)
        platform.control("POST", "/calls/run", {})
        told = kinds(of_phone)
        assert {(sender, to) for _, sender, to in told} == {(number, PHONE)}
        assert [kind for kind, _, _ in told if kind.startswith("call.")] == [
            "call.queued",
            "call.initiated",
            "call.ringing",
            "call.in-progress",
            "call.verb",
            "call.digits",
            "call.completed",
        ]
        assert ("recording.in-progress", number, PHONE) in told
        assert sorted(kinds(ended)) == [
            ("call.busy", number, OTHER),
            ("call.completed", number, PHONE),
        ]


def test_people_are_told_what_a_code_means(platform: World, client: Client, typing: Typist) -> None:
    platform.control("PUT", f"/phones/{PHONE}", {"fail": 30003})
    with terminal(typing.command("tail", "--errors"), typing.environment, columns=200) as tail:
        tail.until("Waiting for events; Ctrl-C ends.")
        while not listeners(platform):
            pass
        message = client.messages.create(to=PHONE, from_=platform.numbers[0], body="x")
        tail.until(
            f"message.undelivered   {message.sid}  {platform.numbers[0]} → {PHONE}  "
            f"error_code=30003 (Unreachable destination handset)"
        )
        tail.type("\x03")
        assert tail.ended() == 0


def test_a_status_that_does_not_exist_is_a_sentence(typing: Typist) -> None:
    done = typing("tail", "--status", "lost")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("'lost' is no status of a message or a call: ")
