from __future__ import annotations

from typing import Any

import pytest

from tests.unit.control.support import NUMBER, TOKEN, Client, FakePlatform, refusal
from trunkline.settings import Settings

DEFAULT = {
    "name": "default",
    "now": "2026-03-04T05:06:07Z",
    "clock_movable": True,
    "limits": "off",
    "created_at": "2026-03-04T05:06:07Z",
}
CREDENTIALS = {
    "base_url": "http://127.0.0.1:8080",
    "account_sid": "AC" + "0" * 32,
    "auth_token": "token of default",
    "test_account_sid": "AC" + "f" * 32,
    "test_auth_token": "test token",
    "api_key": None,
    "api_secret": None,
    "control_token": TOKEN,
    "gateway_key": "tlk_default",
    "numbers": [NUMBER],
}


async def test_credentials_hold_all_that_a_client_needs(client: Client) -> None:
    answer = await client.get("/credentials")
    assert answer.json() == CREDENTIALS
    assert list(answer.json()) == list(CREDENTIALS)
    assert answer.headers["cache-control"] == "no-store"


async def test_credentials_name_the_public_url(fake: FakePlatform) -> None:
    fake.settings = Settings(public_url="https://sms.example.com/")
    assert (await Client(fake).get("/credentials")).json()["base_url"] == "https://sms.example.com"


async def test_worlds_are_listed(client: Client) -> None:
    assert (await client.get("/worlds")).json() == {"worlds": [DEFAULT]}
    assert (await client.get("/worlds?world=default")).json() == {"worlds": [DEFAULT]}


async def test_a_new_world_comes_with_credentials(client: Client) -> None:
    answer = await client.call("POST", "/worlds", {"name": "test-1"})
    assert answer.status == 201
    assert answer.json()["world"]["name"] == "test-1"
    assert answer.json()["credentials"]["account_sid"] == "AC" + "1" * 32
    assert (await client.get("/credentials?world=test-1")).json() == answer.json()["credentials"]


async def test_a_world_is_made_once(client: Client) -> None:
    answer = await client.call("POST", "/worlds", {"name": "default"})
    assert refusal(answer) == (409, "world_exists")


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "a" * 65, "a\n", "a/b", "ä", "\0", 5, None])
async def test_a_world_needs_a_plain_name(client: Client, name: Any) -> None:
    answer = await client.call("POST", "/worlds", {"name": name})
    assert refusal(answer) == (422, "invalid_parameter")


async def test_reset_empties_the_world_that_is_named(client: Client, fake: FakePlatform) -> None:
    await client.call("POST", "/worlds", {"name": "test-1"})
    answer = await client.call("POST", "/reset?world=test-1")
    assert answer.json()["name"] == "test-1"
    assert fake.emptied == ["test-1"]


async def test_production_is_neither_emptied_nor_divided(fake: FakePlatform) -> None:
    fake.settings = Settings(mode="production")
    client = Client(fake)
    assert refusal(await client.call("POST", "/reset")) == (409, "production_mode")
    answer = await client.call("POST", "/worlds", {"name": "test-1"})
    assert refusal(answer) == (409, "production_mode")
    assert fake.emptied == []
    assert len(fake.worlds.all()) == 1


@pytest.mark.parametrize(
    ("query", "body"), [("?wrld=test-1", None), ("", {"world": "test-1"}), ("", [])]
)
async def test_a_slip_empties_no_other_world(
    client: Client, fake: FakePlatform, query: str, body: Any
) -> None:
    answer = await client.call("POST", f"/reset{query}", body)
    assert refusal(answer) == (422, "invalid_parameter")
    assert fake.emptied == []
