"""The examples of the repository, unchanged, on a platform that is told by `--map` where their
public address is: a message, an answer to it, and the app's reply to that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from twilio.rest import Client

from tests.acceptance.conftest import read_credentials
from tests.support.control import bodies, settle, text_from
from tests.support.example_apps import (
    EXAMPLES,
    EXPRESS,
    FASTAPI,
    Example,
    RunningExample,
    free_port,
    running_example,
)
from tests.support.platform import World
from tests.support.python_client import connect

PHONE = "+14155550123"
INBOUND = "https://api.example.com/twilio/inbound"
STATUS = "https://api.example.com/twilio/status"
HELP = "You have reached the help desk. Describe your problem in one message."


@dataclass(frozen=True)
class Mapped:
    """A platform that finds api.example.com on a port of this machine."""

    world: World
    data: Path
    port: int


@pytest.fixture(scope="module")
def mapped(short_tmp: Path) -> Iterator[Mapped]:
    """A platform of its own, started as the READMEs say."""
    port = free_port()
    data = short_tmp / "examples"
    command = [sys.executable, "-m", "trunkline", "up"]
    command += ["--map", f"https://api.example.com=http://127.0.0.1:{port}"]
    command += ["--json", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            world = read_credentials(told["base_url"], told["control_token"], "default")
            yield Mapped(world, data, port)
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=[FASTAPI, EXPRESS], ids=["FastAPI", "Express"])
def example(request: pytest.FixtureRequest) -> Example:
    chosen: Example = request.param
    return chosen


@pytest.fixture(scope="module")
def app(
    mapped: Mapped, example: Example, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningExample]:
    mapped.world.control("POST", "/reset")
    place = tmp_path_factory.mktemp("examples")
    with running_example(example, mapped.data, mapped.port, place) as app:
        yield app


@pytest.fixture
def client(mapped: Mapped) -> Client:
    client = connect(mapped.world)
    [number] = client.incoming_phone_numbers.list(phone_number=mapped.world.numbers[0])
    number.update(sms_url=INBOUND)
    return client


def requests(world: World, sid: str) -> list[dict[str, Any]]:
    """The requests about a message, oldest first."""
    listed = world.control("GET", f"/webhooks?subject={sid}")["requests"]
    return list(reversed(listed))


def test_the_readme_says_how_the_example_is_started(example: Example) -> None:
    assert f"$ trunkline exec -- {example.start}\n" in example.readme
    assert f"$ trunkline exec -- {example.send} +14155550123 " in example.readme
    assert "$ trunkline up --map https://api.example.com=http://127.0.0.1:3000\n" in example.readme


def test_the_example_knows_nothing_of_trunkline(example: Example) -> None:
    written = [
        path for path in (EXAMPLES / example.name).iterdir() if path.suffix in (".py", ".mjs")
    ]
    assert len(written) == 2
    assert all("trunkline" not in path.read_text().lower() for path in written)


def test_the_conversation(
    app: RunningExample, example: Example, mapped: Mapped, client: Client
) -> None:
    world = mapped.world
    sid = app.run(example.send, PHONE, "Your order has left our house.")
    settle(world)

    assert app.expect(f"{sid} sent")
    assert app.expect(f"{sid} delivered")
    assert [(r["url"], r["told"], r["status"]) for r in requests(world, sid)] == [
        (STATUS, "sent", 204),
        (STATUS, "delivered", 204),
    ]
    answer = text_from(world, PHONE, world.numbers[0], "Where is it?")
    settle(world)
    assert [(r["url"], r["outcome"], r["status"]) for r in requests(world, answer)] == [
        (INBOUND, "delivered", 200)
    ]
    assert bodies(world, PHONE) == [
        "Your order has left our house.",
        "Received. Somebody will write to you soon.",
    ]
    reply = client.messages.list(to=PHONE)[0]
    assert (reply.direction, reply.status) == ("outbound-reply", "delivered")


@pytest.mark.usefixtures("app", "client")
def test_help_is_answered_by_the_app_too(mapped: Mapped) -> None:
    phone = "+14155550124"
    text_from(mapped.world, phone, mapped.world.numbers[0], " help ")
    settle(mapped.world)

    assert HELP in bodies(mapped.world, phone)


def test_a_failure_is_told_with_its_code(
    app: RunningExample, example: Example, mapped: Mapped
) -> None:
    phone = "+14155550125"
    mapped.world.control("PUT", f"/phones/{phone}", {"fail": 30003})
    sid = app.run(example.send, phone, "Can you hear me?")

    assert app.expect(f"{sid} undelivered") == [f"{sid} undelivered 30003"]


def test_what_is_told_twice_is_noted_once(
    app: RunningExample, example: Example, mapped: Mapped
) -> None:
    world = mapped.world
    world.control("PUT", "/webhooks/chaos", {"duplicate": 1.0})
    try:
        sid = app.run(example.send, PHONE, "Twice is enough.")
        settle(world)
    finally:
        world.control("DELETE", "/webhooks/chaos")

    assert [r["attempts"] for r in requests(world, sid)] == [2, 2]
    app.expect(f"{sid} delivered")
    assert [line.split()[1] for line in app.printed if line.startswith(sid)] == [
        "sent",
        "delivered",
    ]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("path", ["/twilio/inbound", "/twilio/status"])
def test_a_forged_request_is_refused(mapped: Mapped, path: str) -> None:
    form = urlencode({"Body": "hello", "MessageSid": "SM1", "MessageStatus": "sent"}).encode()
    forged = Request(
        f"http://127.0.0.1:{mapped.port}{path}",
        form,
        {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    )
    with pytest.raises(HTTPError) as refused:
        urlopen(forged, timeout=20)
    assert refused.value.code == 403
    refused.value.close()
