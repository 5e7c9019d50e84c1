"""Keys of the gateway, its vault, and sign-in codes."""

from __future__ import annotations

import pytest

from tests.unit.control.fake_gateway import KEY
from tests.unit.control.support import ACCOUNT, Client, FakePlatform, make_world, refusal
from trunkline.gateway.vault.errors import VaultError


async def test_a_key_is_made_and_its_secrets_are_told_once(
    client: Client, fake: FakePlatform
) -> None:
    made = await client.call("POST", "/gateway/keys", {"name": " ci ", "expires_in": "90d"})
    assert made.status == 201
    told = made.json()
    assert (told["tenant"], told["user"], told["name"]) == ("default", "default", "ci")
    assert (told["api_key"], told["token"]) == ("tlk_abcdefgh", "pat-tlk_abcdefgh")
    assert (told["workspace_key"], told["workspace_secret"]) == ("ws", "wss")
    assert told["expires_at"] == "2026-06-02T00:00:00Z"
    assert fake.gateway.keys.asked == [{"world_id": "0" * 32, "account_sid": ACCOUNT}]
    listed = (await client.get("/gateway/keys")).json()["keys"]
    assert [key["name"] for key in listed] == ["laptop", "ci"]
    assert not {"api_key", "token", "workspace_secret"} & set(listed[1])


async def test_a_new_tenant_is_of_the_world_that_is_named(
    client: Client, fake: FakePlatform
) -> None:
    fake.worlds.kept["ci-1"] = make_world("ci-1", "1")
    made = await client.call("POST", "/gateway/keys?world=ci-1", {})
    assert made.json()["tenant"] == "ci-1"
    assert fake.gateway.keys.asked[0]["world_id"] == "1" * 32
    named = await client.call("POST", "/gateway/keys?world=ci-1", {"tenant": "acme", "user": "a"})
    assert (named.json()["tenant"], named.json()["user"]) == ("acme", "a")
    assert refusal(await client.call("POST", "/gateway/keys?world=x", {}))[1] == "unknown_world"
    taken = await client.call("POST", "/gateway/keys", {"tenant": "elsewhere"})
    assert refusal(taken) == (409, "already_exists")


@pytest.mark.parametrize(
    "asked",
    [
        {"tenant": ""},
        {"tenant": "a b"},
        {"tenant": "x" * 129},
        {"tenant": "a\n"},
        {"user": "../x"},
        {"name": "x" * 201},
        {"name": "a\0"},
        {"expires_in": "soon"},
        {"expires_in": "0s"},
        {"expires_in": "-1d"},
        {"scope": "all"},
    ],
)
async def test_what_is_no_key_is_refused(
    client: Client, fake: FakePlatform, asked: dict[str, str]
) -> None:
    assert refusal(await client.call("POST", "/gateway/keys", asked))[0] == 422
    assert fake.gateway.keys.asked == []


async def test_keys_of_one_tenant(client: Client) -> None:
    await client.call("POST", "/gateway/keys", {"tenant": "acme"})
    listed = (await client.get("/gateway/keys?tenant=acme")).json()["keys"]
    assert [key["tenant"] for key in listed] == ["acme"]


async def test_a_key_is_revoked(client: Client) -> None:
    gone = await client.call("DELETE", f"/gateway/keys/{KEY}")
    assert gone.json() == {"id": KEY, "revoked": True}
    (key,) = (await client.get("/gateway/keys")).json()["keys"]
    assert key["revoked_at"] == "2026-03-04T00:00:00Z"
    assert refusal(await client.call("DELETE", "/gateway/keys/x")) == (404, "no_such_key")


async def test_the_vault_is_shown_and_rotated(client: Client, fake: FakePlatform) -> None:
    shown = (await client.get("/gateway/vault")).json()
    assert shown == {"current": 1, "versions": [1], "source": "file", "sealed": 3, "old": 0}
    assert (await client.call("POST", "/gateway/vault/rotate", {})).json()["versions"] == [1, 2]
    fake.gateway.vault.refuses = VaultError("The variable has no newer master key.")
    refused = await client.call("POST", "/gateway/vault/rotate", {})
    assert refusal(refused) == (409, "vault")
    assert refused.json()["error"]["message"] == "The variable has no newer master key."


async def test_an_old_master_key_is_retired(client: Client, fake: FakePlatform) -> None:
    asked = {"version": 1}
    retired = await client.call("POST", "/gateway/vault/retire", asked)
    assert retired.json() == {"version": 1, "told": "Version 1 is gone."}
    for version in (0, 1 << 31, "1", None):
        refused = await client.call("POST", "/gateway/vault/retire", {"version": version})
        assert refused.status == 422
    fake.gateway.vault.refuses = VaultError("It is still used.")
    assert refusal(await client.call("POST", "/gateway/vault/retire", asked)) == (409, "vault")


async def test_a_sign_in_code(client: Client, fake: FakePlatform) -> None:
    made = await client.call("POST", "/gateway/sign-in-codes", {"user": "ann"})
    assert made.json() == {"tenant": "default", "user": "ann", "code": "tls_once"}
    assert fake.gateway.signing_in == [("default", "ann", "0" * 32, ACCOUNT)]
