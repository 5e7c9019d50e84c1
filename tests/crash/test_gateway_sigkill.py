"""The gateway sends nothing twice, whatever is killed, and when; and its audit log stays whole.

The provider is outside of the platform and writes down each text that it is given. Each client
repeats its text, as maton-ai does, until it is answered with something that is not to be repeated.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.support.gateway import SID, TOKEN, Gateway, gateway_key
from tests.support.hostile_app import hostile_app
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.platform import RunningPlatform, read_credentials
from tests.support.waiting import wait_until

ROUNDS = 6
CLIENTS = 8
MOST_ANSWERS = 120
REPEATED = (429, 500, 502, 503, 504)  # by maton-ai: three times
REPEATED_ONCE = (408, 409, 424, 425)
MESSAGES = f"/maton/twilio/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ACCOUNT = answer(body=json.dumps({"sid": SID, "friendly_name": "Mine"}).encode())


class Provider:
    """Takes texts; a quarter of the answers come late, or never."""

    def __init__(self, server: HostileServer) -> None:
        self._random = random.Random(7)
        self.server = server
        server.says(self.say)

    def say(self, heard: Heard) -> Answer:
        """A script of the server."""
        if not heard.body:
            return ACCOUNT
        chance = self._random.random()
        if chance < 0.1:
            return Answer((), then="close")
        if chance < 0.15:
            return answer("503 Service Unavailable", b"{}")
        return answer("201 Created", b'{"sid":"SM1"}')

    def texts(self) -> Counter[bytes]:
        """How often each text came."""
        return Counter(heard.body for heard in list(self.server.heard) if heard.body)


class Clients:
    """Send texts of their own, each until it is known what became of it."""

    def __init__(self, gateway: Gateway, seed: int) -> None:
        self.gateway = gateway
        self.answered = 0
        self.seed = seed
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, client: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            self._text(f"Body=round+{self.seed}+client+{client}+text+{number}".encode())

    def _text(self, body: bytes) -> None:
        left, once = 3, 1
        while not self._stop.is_set():
            try:
                status = self.gateway.ask("POST", MESSAGES, body, headers=FORM).status
            except (OSError, HTTPException):
                status = 0  # the platform is gone: it comes back
            self.answered += 1
            if status in REPEATED_ONCE and once:
                once -= 1
            elif (status == 0 or status in REPEATED) and left:
                left -= 1
                time.sleep(0.05)  # between attempts, as the SDK does
            else:
                return


@pytest.fixture
def provider() -> Iterator[Provider]:
    """In Twilio's place."""
    with hostile_app() as server:
        yield Provider(server)


def test_everything_killed_under_load(provider: Provider, short_tmp: Path) -> None:
    moments = random.Random(11)
    environment = {"TRUNKLINE_MAP": f"https://api.twilio.com={provider.server.url('')}"}
    platform = RunningPlatform(short_tmp / "gateway crash", environment=environment)
    runtime = platform.start()
    try:
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        gateway = gateway_key(world, "crash")
        gateway.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
        platform.port = int(runtime["base_url"].rpartition(":")[2])  # clients find it again
        for number in range(ROUNDS):
            with Clients(gateway, number) as clients:
                wanted = moments.randint(20, MOST_ANSWERS)
                wait_until(lambda: clients.answered >= wanted, 60)  # noqa: B023
                platform.kill()
                platform.start()
                before = clients.answered
                wait_until(lambda: clients.answered > before + 20, 60)  # noqa: B023

        texts = provider.texts()
        assert len(texts) > ROUNDS * 20
        assert [text for text, times in texts.items() if times > 1] == []

        told = world.control("GET", "/gateway/audit/verify")
        assert told["broken"] is None
        assert told["entries"] > ROUNDS * 20
    finally:
        platform.clear_away()
