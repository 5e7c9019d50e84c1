"""PostgreSQL is killed, or stands still, while the gateway is at work: nothing is sent twice,
nobody is told to repeat what was sent, nothing hangs, and the audit log stays whole.

The provider is outside of the platform and writes down each text that it is given. Each client
repeats a text, as SDKs do, for as long as it is answered with 503: "nothing was sent".
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.gateway import SID, TOKEN, Answered, Gateway, gateway_key
from tests.support.hostile_app import hostile_app
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.platform import RunningPlatform, World, descendants, read_credentials
from tests.support.waiting import wait_until

MESSAGES = f"/maton/twilio/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FORM_OF = b"To=%2B15550001111&Body="
ACCOUNT = answer(body=json.dumps({"sid": SID, "friendly_name": "Mine"}).encode())
CREATED = answer("201 Created", b'{"sid":"SM1","status":"queued"}')
PROXIES, RUNS, ENTERED = 5, 3, 1  # clients of each kind
STILL = 3.0  # seconds for which PostgreSQL stands still
PATIENCE = 30.0  # seconds for an answer, and for everything to work again
PAUSE = 0.05  # seconds between attempts


class Clients:
    """Send texts by proxy and by action, and enter credentials, until they are to stop."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.answers: Counter[tuple[str, int]] = Counter()
        self.sent: set[bytes] = set()  # texts that were answered with success
        self.by_proxy: set[bytes] = set()  # those of them that went by the proxy
        self.in_doubt: dict[bytes, str] = {}  # that were answered with a 4xx
        self._connection = gateway.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
        self._stop = threading.Event()
        self._lock = threading.Lock()
        kinds = [self._proxy] * PROXIES + [self._run] * RUNS + [self._enter] * ENTERED
        self._threads = [
            threading.Thread(target=self._go_on, args=(kind, number))
            for number, kind in enumerate(kinds)
        ]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def successes(self) -> dict[str, int]:
        """How often each kind of client had what it wanted."""
        with self._lock:
            found: dict[str, int] = defaultdict(int)
            for (kind, status), times in self.answers.items():
                found[kind] += times if status < 300 else 0
            return found

    def wait_for_more(self) -> None:
        """Wait until each kind of client had what it wanted twice more than now."""
        before = self.successes()
        kinds = ("_proxy", "_run", "_enter")
        wait_until(lambda: all(self.successes()[k] >= before[k] + 2 for k in kinds), PATIENCE)

    def _go_on(self, send: Callable[[bytes], Answered], client: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            text = b"c%d-%d" % (client, number)
            for _ in range(1000):
                told = send(text)
                with self._lock:
                    self.answers[send.__name__, told.status] += 1
                if told.status != 503:
                    break
                time.sleep(PAUSE)
            with self._lock:
                if told.status < 300:
                    self.sent.add(text)
                else:
                    self.in_doubt[text] = f"{told.status} {told.body[:200]!r}"

    def _proxy(self, text: bytes) -> Answered:
        body = FORM_OF + text
        told = self.gateway.ask("POST", MESSAGES, body, headers=FORM, seconds=PATIENCE)
        if told.status == 201:
            self.by_proxy.add(text)
        return told

    def _run(self, text: bytes) -> Answered:
        path = f"/membrane/connections/{self._connection}/actions/send-message/run"
        given = {"to": "+15550001111", "from": "+15550002222", "body": text.decode()}
        return self.gateway.ask("POST", path, given, key=self.gateway.token, seconds=PATIENCE)

    def _enter(self, _: bytes) -> Answered:
        given = {"account_sid": SID, "auth_token": TOKEN}
        wanted = {"connectorKey": "twilio", "credentials": given}
        path, token = "/membrane/connections", self.gateway.token
        return self.gateway.ask("POST", path, wanted, key=token, seconds=PATIENCE)


@pytest.fixture
def provider() -> Iterator[HostileServer]:
    """In Twilio's place."""
    with hostile_app() as server:
        server.says(say)
        yield server


def say(heard: Heard) -> Answer:
    """A script of the server."""
    return CREATED if heard.body else ACCOUNT


@pytest.fixture
def platform(provider: HostileServer, short_tmp: Path) -> Iterator[RunningPlatform]:
    """A platform that is to be started."""
    environment = {"TRUNKLINE_MAP": f"https://api.twilio.com={provider.url('')}"}
    platform = RunningPlatform(short_tmp / "gateway database", environment=environment)
    try:
        yield platform
    finally:
        platform.clear_away()


def killed(pids: list[int]) -> None:
    """Its first process is killed: the others end by themselves, and it recovers from its log."""
    os.kill(pids[0], signal.SIGKILL)


def stands_still(pids: list[int]) -> None:
    """Nothing is refused, and nothing answered."""
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number is signal.SIGSTOP:
            time.sleep(STILL)


def test_the_database_fails_under_load(platform: RunningPlatform, provider: HostileServer) -> None:
    runtime = platform.start()
    world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
    with Clients(gateway_key(world, "crash")) as clients:
        for fail in (killed, stands_still, killed):
            clients.wait_for_more()
            postgres = platform.postgres_pid
            assert postgres is not None
            fail([postgres, *descendants(postgres)])
            clients.wait_for_more()

    texts = texts_of(provider)
    assert {text: times for text, times in texts.items() if times > 1} == {}
    assert clients.in_doubt == {}  # whoever was told that nothing was sent could send it
    assert set(texts) <= clients.sent
    assert {status for _, status in clients.answers} <= {200, 201, 503}
    told = world.control("GET", "/gateway/audit/verify")
    assert told["broken"] is None
    assert entries(world, 201) == len(texts)
    again = [repeated(clients.gateway, text) for text in sorted(clients.by_proxy)]
    # That one ended is written without waiting for the disk: of the last moments before the
    # database was killed nobody knows any more, and what is not known is not sent again.
    assert set(again) <= {201, 409}
    assert again.count(201) > again.count(409)


def repeated(gateway: Gateway, text: bytes) -> int:
    """The answer to an equal text, once the first is known to have been sent: it is another one."""
    return gateway.ask("POST", MESSAGES, FORM_OF + text, headers=FORM).status


def texts_of(provider: HostileServer) -> Counter[bytes]:
    """How often each text came."""
    bodies = [heard.body for heard in list(provider.heard) if heard.body]
    return Counter(body.rpartition(b"Body=")[2].partition(b"&")[0] for body in bodies)


def entries(world: World, status: int) -> int:
    """How many calls the audit log has that the provider answered so."""
    found, before = 0, ""
    while page := world.control("GET", f"/gateway/audit?limit=1000&kind=proxy{before}")["entries"]:
        found += sum(entry["status"] == status for entry in page)
        before = f"&before={page[-1]['seq']}"
    return found
