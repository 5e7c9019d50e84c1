from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import CREDENTIALS
from trunkline.testing import TrunklineError
from trunkline.testing.connections import Answer, Connections
from trunkline.testing.world import World, create_world


class FakeConnections:
    """Remembers requests; answers all of them alike."""

    base_url = "http://127.0.0.1:1"

    def __init__(self, status: int = 200, body: Any = None) -> None:
        self.answer = Answer(status, b"" if body is None else json.dumps(body).encode())
        self.asked: list[tuple[Any, ...]] = []

    def request(self, *asked: Any) -> Answer:
        self.asked.append(asked)
        return self.answer


def world_with(connections: FakeConnections) -> World:
    return World(cast(Connections, connections), "control-token", "test-1", CREDENTIALS)


def refused(sentence: str) -> dict[str, Any]:
    return {"error": {"code": "refused", "message": sentence}}


def test_the_control_api_is_asked_about_this_world() -> None:
    connections = FakeConnections(body={"a": 1})
    assert world_with(connections).control("PUT", "/phones?x=1", {"b": 2}) == {"a": 1}
    [(method, target, headers, body)] = connections.asked
    assert (method, target, body) == ("PUT", "/trunkline/v1/phones?x=1&world=test-1", b'{"b": 2}')
    assert headers == {
        "Authorization": "Bearer control-token",
        "Content-Type": "application/json",
    }


def test_twilio_s_api_is_asked_as_the_account() -> None:
    connections = FakeConnections(body={"a": 1})
    world_with(connections).twilio("POST", "/2010-04-01/x.json", {"To": "+1", "Body": "a b"})
    [(_, target, headers, body)] = connections.asked
    assert (target, body) == ("/2010-04-01/x.json", b"To=%2B1&Body=a+b")
    assert headers["Authorization"].startswith("Basic ")


def test_a_refusal_is_the_platform_s_sentence() -> None:
    with pytest.raises(TrunklineError, match=r"^No\.$"):
        world_with(FakeConnections(404, refused("No."))).control("GET", "/x")
    told = {"code": 21211, "message": "Invalid"}
    with pytest.raises(TrunklineError, match=r"^Invalid \(error 21211\)$"):
        world_with(FakeConnections(400, told)).twilio("GET", "/x")


@pytest.mark.parametrize("body", ["text", {"detail": "Not Found"}, None])
def test_a_stranger_is_told_of(body: Any) -> None:
    with pytest.raises(TrunklineError, match="is no Trunkline platform"):
        world_with(FakeConnections(404, body)).control("GET", "/x")


async def test_it_does_not_wait_for_an_app_on_the_same_loop() -> None:
    connections = FakeConnections()
    world = world_with(connections)
    world.settle()
    world.loops.add(asyncio.get_running_loop())
    with pytest.raises(TrunklineError, match="an app that runs on this very event loop"):
        world.settle()
    await asyncio.to_thread(world.settle)
    assert len(connections.asked) == 2


def test_secrets_are_taken_out_of_texts() -> None:
    world = world_with(FakeConnections())
    known = (CREDENTIALS.auth_token, CREDENTIALS.api_secret, CREDENTIALS.gateway_key)
    text = f"{' '.join(known)} control-token {world.name}"
    assert world.without_secrets(text) == "[secret] [secret] [secret] [secret] test-1"
    assert CREDENTIALS.auth_token not in repr(CREDENTIALS)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("test_welcome", "test-welcome-u1"),
        ("test_welcome[+1 é/x]", "test-welcome-1-x-u1"),
        ("…", "test-u1"),
        ("x" * 100, "x" * 40 + "-u1"),
    ],
)
def test_a_world_is_named_after_its_test(title: str, name: str) -> None:
    made = {
        "account_sid": "AC1",
        "auth_token": "t",
        "api_key": None,
        "api_secret": None,
        "gateway_key": None,
        "numbers": ["+1"],
    }
    connections = FakeConnections(201, {"credentials": made})
    world = create_world(cast(Connections, connections), "control-token", title, "u1")
    [(_, target, _, body)] = connections.asked
    assert (target, json.loads(body)) == ("/trunkline/v1/worlds", {"name": name})
    assert (world.name, world.credentials.api_key) == (name, "")
