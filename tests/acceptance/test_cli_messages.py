"""`trunkline messages` typed beside apps that use Twilio's library."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp
from tests.support.media_server import File, MediaServer
from tests.support.platform import ROOT, World
from tests.support.waiting import eventually

PHONE = "+14155550123"
Type = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(platform: World, short_tmp: Path) -> Type:
    """Types `trunkline messages …` for this test's world."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        place = ["--data", str(short_tmp / "acceptance data"), "--world", platform.name]
        return subprocess.run(
            [sys.executable, "-m", "trunkline", "messages", *arguments, *place],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
        )

    return run


def test_a_message_is_sent_and_an_app_sees_it(typed: Type, client: Client, platform: World) -> None:
    done = typed("send", "--to", PHONE, "Hello", "👋", "--set", "ValidityPeriod=60")
    assert (done.returncode, done.stderr) == (0, "")
    message = client.messages(done.stdout.strip()).fetch()
    assert (message.to, message.body) == (PHONE, "Hello 👋")
    assert message.from_ == platform.numbers[0]


def test_it_waits_for_the_end(typed: Type, platform: World) -> None:
    done = typed("send", "--to", PHONE, "Hi", "--wait")
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, ["delivered"])
    platform.control("PUT", f"/phones/{PHONE}", {"fail": 30003})
    done = typed("send", "--to", PHONE, "Hi", "--wait")
    told = "undelivered, error 30003: Unreachable destination handset"
    assert (done.returncode, done.stdout.splitlines()[1:]) == (1, [told])
    done = typed("send", "--to", PHONE, "Hi", "--wait", "--json")
    assert (done.returncode, json.loads(done.stdout)["error_code"]) == (1, 30003)


def test_it_does_not_wait_for_ever(typed: Type, platform: World) -> None:
    platform.control("PUT", f"/phones/{PHONE}", {"no_receipt": True})
    done = typed("send", "--to", PHONE, "Hi", "--wait", "--wait-for", "200ms")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:] == ["sent"]
    sid = done.stdout.splitlines()[0]
    assert done.stderr == f"It is still sent after 0.2 s: see `trunkline why {sid}`.\n"


def test_what_is_refused_is_told_in_twilios_words(typed: Type) -> None:
    done = typed("send", "--to", "nonsense", "Hi")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Invalid 'To' Phone Number: nonsXXXX (error 21211)\n"


async def test_one_message_is_shown_with_all_that_is_known(
    typed: Type, client: Client, app: CustomerApp, media: MediaServer
) -> None:
    number = client.incoming_phone_numbers.list()[0].phone_number
    made = client.messages.create(
        to=PHONE,
        from_=number,
        body="Look",
        media_url=[media.add("cat.jpg", File("image/jpeg", b"\xff\xd8\xff"))],
        status_callback=app.url("/status"),
    )
    await eventually(lambda: client.messages(made.sid).fetch().status == "delivered")
    await eventually(
        lambda: len(json.loads(typed("show", made.sid, "--json").stdout)["requests"]) > 1
    )
    shown = typed("show", made.sid).stdout
    assert shown.startswith(f"{made.sid}  delivered\n")
    for text in (f"  from         {number}\n", "    Look\n", "image/jpeg", "status delivered"):
        assert text in shown
    found = json.loads(typed("show", made.sid, "--json").stdout)
    assert [each["content_type"] for each in found["media"]] == ["image/jpeg"]
    assert found["message"]["uri"].endswith(f"{made.sid}.json")


def test_both_directions_are_listed_and_exported(
    typed: Type, client: Client, platform: World, tmp_path: Path
) -> None:
    number = platform.numbers[0]
    sids = [client.messages.create(to=PHONE, from_=number, body=f"{n}").sid for n in range(3)]
    platform.control("POST", f"/phones/{PHONE}/messages", {"to": number, "body": "=cmd"})
    listed = json.loads(typed("list", "--json", "--to", PHONE).stdout)["messages"]
    assert [message["sid"] for message in listed] == sids[::-1]
    lines = typed("list", "--limit", "2").stdout.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith(f"{sids[2]}  2")
    assert lines[2].endswith("=cmd")
    file = tmp_path / "all.csv"
    assert typed("export", str(file), "--since", "1h").stdout == f"4 messages are in {file}.\n"
    rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
    assert [row["body"] for row in rows] == ["'=cmd", "2", "1", "0"]
    assert [row["sid"] for row in rows[1:]] == sids[::-1]


def test_a_pipe_that_is_closed_is_no_error(
    platform: World, client: Client, short_tmp: Path
) -> None:
    for n in range(3):
        client.messages.create(to=PHONE, from_=platform.numbers[0], body="x" * 1500 + f"{n}")
    typed = f"{sys.executable} -m trunkline messages export --format jsonl --world {platform.name}"
    done = subprocess.run(
        ["sh", "-c", f"{typed} --data '{short_tmp / 'acceptance data'}' | head -c 10"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert (len(done.stdout), done.stderr) == (10, "")
