"""Two nodes on one database are one gateway: what one does, the other knows.

They share the database, the platform's key, and the vault's key file.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.gateway import SID, TOKEN, Gateway, gateway_key
from tests.support.hostile_app import hostile_app
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.platform import RunningPlatform, World, read_credentials
from tests.support.waiting import wait_until

MESSAGES = f"/maton/twilio/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ACCOUNT = json.dumps({"sid": SID, "friendly_name": "Mine", "status": "active"}).encode()
HOSTS = ("api.twilio.com", "oauth.twilio.com")
SILENT = b"Body=silent"
AT_ONCE = 12
SILENCE = 3  # seconds, more than an equal request waits for the first one at another node


@dataclass
class Provider:
    """An account, and a token endpoint."""

    server: HostileServer
    tokens: int = 0  # that were given out
    good: int = 0  # the first that is good

    def say(self, heard: Heard) -> Answer:
        """A script of the server."""
        if "/token" in heard.line:
            self.tokens += 1
            self.good = self.tokens
            told = {"access_token": f"token-{self.tokens}", "token_type": "Bearer"}
            return answer(body=json.dumps({**told, "expires_in": 3600}).encode())
        given = heard.header("Authorization") or ""
        if given.startswith("Bearer ") and given != f"Bearer token-{self.good}":
            return answer("401 Unauthorized", b"{}")
        if heard.body == SILENT:
            return Answer(then="hang")
        return answer("201 Created" if heard.body else "200 OK", ACCOUNT)

    def texts(self, body: bytes) -> int:
        """How often a text came."""
        return sum(heard.body == body for heard in list(self.server.heard))


@dataclass
class Nodes:
    """Both, with one key."""

    provider: Provider
    here: Gateway
    there: Gateway
    worlds: tuple[World, World]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """In Twilio's place."""
    with hostile_app() as server:
        provider = Provider(server)
        server.says(provider.say)
        yield provider


@pytest.fixture(scope="module")
def worlds(provider: Provider, short_tmp: Path) -> Iterator[tuple[World, World]]:
    """The default world, as each of the nodes serves it."""
    folder = short_tmp / "gateway two nodes"
    folder.mkdir()
    environment = {
        "TRUNKLINE_MAP": " ".join(f"https://{host}={provider.server.url('')}" for host in HOSTS),
        "TRUNKLINE_GATEWAY_TIMEOUT_SECONDS": str(SILENCE),
        "TRUNKLINE_GATEWAY_MASTER_KEY_FILE": str(folder / "shared" / "vault.keys"),
    }
    first = RunningPlatform(folder / "first", environment=environment)
    second = RunningPlatform(folder / "second", environment=environment)
    try:
        one = begun(first)
        (folder / "second").mkdir()
        shutil.copy(folder / "first" / "secret.key", folder / "second" / "secret.key")
        second.environment["TRUNKLINE_DATABASE_URL"] = first.database_url()
        yield one, begun(second)
        assert second.stop() == 0
        assert first.stop() == 0
    finally:
        second.clear_away()
        first.clear_away()


@pytest.fixture
def nodes(worlds: tuple[World, World], provider: Provider, request: pytest.FixtureRequest) -> Nodes:
    """A key and a connection of this test's own."""
    here = gateway_key(worlds[0], request.node.name[:100])
    there = replace(here, base_url=worlds[1].base_url, world=worlds[1])
    here.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
    wait_until(lambda: there.ask("GET", MESSAGES).status == 200)
    return Nodes(provider, here, there, worlds)


def begun(platform: RunningPlatform) -> World:
    """Start a node."""
    runtime = platform.start()
    return read_credentials(runtime["base_url"], runtime["control_token"], "default")


def test_a_text_whose_outcome_one_does_not_know_is_not_sent_by_the_other(nodes: Nodes) -> None:
    """Neither while it is under way, nor after."""
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(nodes.here.ask, "POST", MESSAGES, SILENT, headers=FORM)
        wait_until(lambda: nodes.provider.texts(SILENT))
        meanwhile = nodes.there.ask("POST", MESSAGES, SILENT, headers=FORM)
        assert first.result().json["code"] == "outcome_unknown"
    after = nodes.there.ask("POST", MESSAGES, SILENT, headers=FORM)
    assert [each.json["code"] for each in (meanwhile, after)] == ["duplicate_of_unknown"] * 2
    assert nodes.provider.texts(SILENT) == 1


def test_equal_texts_on_purpose_may_come_by_either(nodes: Nodes) -> None:
    for number in range(6):
        node = (nodes.here, nodes.there)[number % 2]
        assert node.ask("POST", MESSAGES, b"Body=twice", headers=FORM).status == 201
    assert nodes.provider.texts(b"Body=twice") == 6


def test_a_token_that_both_find_refused_is_renewed_once(nodes: Nodes) -> None:
    secrets = {"account_sid": SID, "client_id": "OQ" + "1" * 32, "client_secret": "s" * 32}
    connection = nodes.here.connect("twilio", secrets, "oauth_app")
    path = f"/membrane/connections/{connection}/proxy/2010-04-01/Accounts/{SID}.json"

    def ask(number: int) -> int:
        node = (nodes.here, nodes.there)[number % 2]
        return node.ask("GET", path, key=node.token).status

    assert {ask(number) for number in range(2)} == {200}
    nodes.provider.good += 1  # the token that both have is good no more
    asked = nodes.provider.tokens
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(ask, range(AT_ONCE))) == {200}
    assert nodes.provider.tokens == asked + 1


def test_what_one_deletes_the_other_has_no_more(nodes: Nodes) -> None:
    (connection,) = nodes.there.ask("GET", "/maton/connections").json["connections"]
    newer = nodes.here.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
    used = nodes.there.ask("GET", MESSAGES).headers["trunkline-connection-used"]
    assert used == connection["id"]  # the oldest
    assert nodes.there.ask("DELETE", f"/maton/connections/{connection['id']}").status == 200
    wait_until(lambda: connection_used(nodes.here) == newer, 2)


def connection_used(gateway: Gateway) -> str | None:
    """The connection that a request which names none goes by."""
    return gateway.ask("GET", MESSAGES).headers.get("trunkline-connection-used")


def test_a_key_that_one_revokes_the_other_refuses(nodes: Nodes) -> None:
    nodes.worlds[0].control("DELETE", f"/gateway/keys/{nodes.here.key['id']}")
    wait_until(lambda: nodes.there.ask("GET", MESSAGES).status == 401, 2)
    assert nodes.here.ask("GET", MESSAGES).status == 401


def test_the_vault_is_rotated_while_both_serve(nodes: Nodes) -> None:
    stop = threading.Event()

    def ask(node: Gateway) -> set[int]:
        seen = set()
        while not stop.is_set():
            seen.add(node.ask("GET", MESSAGES).status)
        return seen

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask, node) for node in (nodes.here, nodes.there)]
        try:
            versions = [
                world.control("POST", "/gateway/vault/rotate")["current"] for world in nodes.worlds
            ]
        finally:
            stop.set()
        assert [each.result() for each in asking] == [{200}, {200}]
    assert versions[1] == versions[0] + 1
    nodes.there.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
    assert nodes.here.ask("GET", MESSAGES).status == 200


def test_their_audit_logs_are_one(nodes: Nodes) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [
            pool.submit(node.ask, "GET", MESSAGES)
            for node in (nodes.here, nodes.there)
            for _ in range(50)
        ]
        assert {each.result().status for each in asked} == {200}
    told = [world.control("GET", "/gateway/audit/verify") for world in nodes.worlds]
    assert [each["broken"] for each in told] == [None, None]
    assert told[1]["entries"] >= 100
