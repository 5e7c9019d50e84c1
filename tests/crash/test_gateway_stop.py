"""A platform that is stopped while a provider keeps it waiting: whoever asked for something that
may have been done is told so, and nothing is sent again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateway import SID, TOKEN, Gateway, gateway_key
from tests.support.hostile_app import hostile_app
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.platform import RunningPlatform, World, read_credentials
from tests.support.waiting import wait_until

MESSAGES = f"/maton/twilio/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ACCOUNT = answer(body=json.dumps({"sid": SID, "friendly_name": "Mine"}).encode())
TEXT = {"to": "+15550001111", "from": "+15550002222", "body": "hi"}
GRACE = 9.5  # seconds, after which the main process would be killed


@pytest.fixture
def provider() -> Iterator[HostileServer]:
    """In Twilio's place; it takes texts and says nothing."""

    def say(heard: Heard) -> Answer:
        return Answer(then="hang") if heard.body or "Slow" in heard.line else ACCOUNT

    with hostile_app() as server:
        server.says(say)
        yield server


@pytest.fixture
def platform(provider: HostileServer, short_tmp: Path) -> Iterator[RunningPlatform]:
    """A platform that is to be started."""
    environment = {"TRUNKLINE_MAP": f"https://api.twilio.com={provider.url('')}"}
    platform = RunningPlatform(short_tmp / "gateway stop", environment=environment)
    try:
        yield platform
    finally:
        platform.clear_away()


def begun(platform: RunningPlatform) -> World:
    """Start it, where it was before."""
    runtime = platform.start()
    platform.port = int(runtime["base_url"].rpartition(":")[2])
    return read_credentials(runtime["base_url"], runtime["control_token"], "default")


def asked(gateway: Gateway, connection: str) -> list[tuple[int, Any]]:
    """What is told to a text by each of the ways, and to somebody who reads, all at once."""
    run = f"/membrane/connections/{connection}/actions/send-message/run"
    with ThreadPoolExecutor(3) as pool:
        told = [
            pool.submit(gateway.ask, "POST", MESSAGES, b"Body=hi", headers=FORM),
            pool.submit(gateway.ask, "POST", run, TEXT, key=gateway.token),
            pool.submit(gateway.ask, "GET", "/maton/twilio/Slow.json"),
        ]
        return [
            (each.result().status, each.result().json.get("code") or each.result().json.get("key"))
            for each in told
        ]


def test_stopped_in_the_middle(platform: RunningPlatform, provider: HostileServer) -> None:
    gateway = gateway_key(begun(platform), "stop")
    connection = gateway.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
    provider.heard.clear()
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(asked, gateway, connection)
        wait_until(lambda: len(provider.heard) == 3)
        began = time.monotonic()
        assert platform.stop() == 0
        assert time.monotonic() - began < GRACE
        unknown, unavailable = (409, "outcome_unknown"), (503, "unavailable")
        assert under_way.result() == [unknown, unknown, unavailable]

    keys = platform.data / "vault.keys"
    keys.rename(keys.with_suffix(".away"))
    world = begun(platform)
    assert gateway.ask("GET", MESSAGES).json["code"] == "unavailable"  # told, not broken
    keys.with_suffix(".away").rename(keys)

    provider.says(ACCOUNT)
    duplicate = (409, "duplicate_of_unknown")
    assert asked(gateway, connection)[:2] == [duplicate, duplicate]
    assert sum(bool(heard.body) for heard in provider.heard) == 2
    entries = world.control("GET", "/gateway/audit?kind=proxy")["entries"]
    assert sum(entry["code"] == "duplicate_of_unknown" for entry in entries) == 2
    assert sum(entry["method"] == "POST" for entry in entries) == 4  # none without a trace
    assert world.control("GET", "/gateway/audit/verify")["broken"] is None
    assert platform.stop() == 0
