"""The token, registration and revocation endpoints, as a client on the wire sees them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.unit.gateway.sign_in.asking import (
    CLI,
    code_for,
    exchange,
    get,
    post,
    refresh,
    refused,
    tokens,
)
from tests.unit.gateway.sign_in.conftest import House, app_of, serving
from trunkline.gateway.vault import MasterKeys, Vault

REGISTRATION = {
    "client_name": "Agent",
    "redirect_uris": ["http://127.0.0.1:1234/callback"],
    "token_endpoint_auth_method": "none",
}


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


async def test_a_code_becomes_tokens(served: House) -> None:
    answer = await post(
        served.base + "/membrane/oauth/token", exchange(await code_for(served, scope="tenant"))
    )

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    caller = await served.caller()
    assert found["token_type"] == "Bearer"
    assert found["expires_in"] == 3600
    assert found["scope"] == "tenant"
    assert found["default_workspace_key"] == caller.tenant_key
    assert found["default_tenant_key"] == "default"
    assert found["org_id"] == caller.tenant_id
    assert found["email"] == f"default@{caller.tenant_key}"
    assert "id_token" not in found
    claims = claims_of(found["access_token"])
    assert claims["iss"] == claims["aud"] == served.base + "/membrane"
    assert claims["exp"] - claims["iat"] == 3600
    assert (claims["tenant"], claims["user"]) == (caller.tenant_key, "default")
    seen = await served.sign_in.verify(found["access_token"])
    assert seen == caller


async def test_json_is_taken_like_a_form(served: House) -> None:
    answer = await post(served.base + "/oauth/token", json=exchange(await code_for(served)))
    assert answer.status_code == 200
    assert answer.json()["refresh_token"]


async def test_an_id_token_for_who_asks_openid(served: House) -> None:
    found = await tokens(served, scope="openid api", nonce="n-1")
    claims = claims_of(found["id_token"])
    assert claims["aud"] == CLI
    assert claims["nonce"] == "n-1"
    assert claims["iss"] == served.base
    # What proves who somebody is, is no key.
    assert await served.sign_in.verify(found["id_token"]) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "a" * 52},
        {"code_verifier": "w" * 43},
        {"code_verifier": "short"},
        {"code_verifier": "ö" * 43},
        {"redirect_uri": "http://127.0.0.1:43211/callback"},
        {"redirect_uri": "http://127.0.0.1:43210/callback/"},
        {"client_id": "trunkline-cli"},
    ],
)
async def test_a_code_is_bound(served: House, changed: dict[str, str]) -> None:
    code = await code_for(served)
    url = served.base + "/oauth/token"
    refused(await post(url, exchange(code) | changed), "invalid_grant")
    # Who has the code and not the verifier did not use it up.
    assert (await post(url, exchange(code))).status_code == 200


async def test_the_redirect_uri_may_be_left_out(served: House) -> None:
    form = exchange(await code_for(served), redirect_uri=None)
    assert (await post(served.base + "/oauth/token", form)).status_code == 200


async def test_a_code_ends_after_a_minute(served: House) -> None:
    code = await code_for(served)
    served.clock.move(seconds=60)
    refused(await post(served.base + "/oauth/token", exchange(code)), "invalid_grant")


async def test_a_code_twice_revokes_what_came_of_it(served: House) -> None:
    code = await code_for(served)
    url = served.base + "/oauth/token"
    found = (await post(url, exchange(code))).json()
    assert await served.sign_in.verify(found["access_token"]) is not None

    refused(await post(url, exchange(code)), "invalid_grant")

    assert await served.sign_in.verify(found["access_token"]) is None
    refused(await post(url, refresh(found["refresh_token"])), "invalid_grant")


async def test_of_many_at_once_one_gets_the_code(served: House) -> None:
    code = await code_for(served)
    answers = await asyncio.gather(
        *(post(served.base + "/oauth/token", exchange(code)) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert await served.sign_in.verify(won.json()["access_token"]) is None


async def test_a_key_that_ended_before_the_code_was_exchanged(served: House) -> None:
    key = await served.key()
    code = await code_for(served, key_id=key.id)
    await served.keys.revoke(key.id)
    refused(await post(served.base + "/oauth/token", exchange(code)), "invalid_grant")


async def test_refreshing_rotates(served: House) -> None:
    url = served.base + "/oauth/token"
    first = await tokens(served)
    second = (await post(url, refresh(first["refresh_token"]))).json()
    third = (await post(url, refresh(second["refresh_token"]))).json()
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert await served.sign_in.verify(third["access_token"]) is not None
    # The first access token lives until it ends: nothing was wrong.
    assert await served.sign_in.verify(first["access_token"]) is not None


async def test_a_refresh_token_twice_at_once(served: House) -> None:
    first = await tokens(served)
    form = refresh(first["refresh_token"])
    answers = await asyncio.gather(*(post(served.base + "/oauth/token", form) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert await served.sign_in.verify(won.json()["access_token"]) is None
    assert await served.sign_in.verify(first["access_token"]) is None
    assert [one.kind for one in served.notices] == ["sign_in", "sign_in.reuse"]


async def test_a_refresh_token_is_its_clients(served: House) -> None:
    first = await tokens(served)
    url = served.base + "/oauth/token"
    stranger = refresh(first["refresh_token"], client_id="trunkline-cli")
    refused(await post(url, stranger), "invalid_grant")
    assert (await post(url, refresh(first["refresh_token"]))).status_code == 200


@pytest.mark.parametrize("days", [31, 181])
async def test_refresh_tokens_end(served: House, days: int) -> None:
    url = served.base + "/oauth/token"
    token = (await tokens(served))["refresh_token"]
    for _ in range(days // 30 - 1):  # used now and then, until the grant itself ends
        served.clock.move(days=29.9)
        token = (await post(url, refresh(token))).json()["refresh_token"]
    served.clock.move(days=31)
    refused(await post(url, refresh(token)), "invalid_grant")


async def test_the_resource_is_kept_to(served: House) -> None:
    url = served.base + "/maton/oauth/token"
    own = served.base + "/maton"
    code = await code_for(served, resource=own)
    refused(await post(url, exchange(code, resource=served.base + "/membrane")), "invalid_target")
    refused(await post(url, exchange(code, resource="https://evil.example")), "invalid_target")
    found = (await post(url, exchange(code, resource=own + "/"))).json()
    assert claims_of(found["access_token"])["aud"] == own
    again = refresh(found["refresh_token"], resource=served.base)
    refused(await post(url, again), "invalid_target")


@pytest.mark.parametrize("kind", ["implicit", "password", "client_credentials", "x" * 4096])
async def test_other_grant_types(served: House, kind: str) -> None:
    form = {"grant_type": kind, "client_id": CLI, "username": "a", "password": "b"}
    refused(await post(served.base + "/oauth/token", form), "unsupported_grant_type")


@pytest.mark.parametrize("missing", ["grant_type", "client_id", "code", "code_verifier"])
async def test_what_is_missing_is_named(served: House, missing: str) -> None:
    form = exchange("c" * 52)
    del form[missing]
    answer = await post(served.base + "/oauth/token", form)
    refused(answer, "invalid_request")
    assert missing in answer.json()["error_description"]


async def test_an_unknown_client(served: House) -> None:
    form = exchange("c" * 52, client_id="nobody")
    refused(await post(served.base + "/oauth/token", form), "invalid_client", 401)


HOSTILE: list[tuple[bytes, str, int]] = [
    (b"grant_type=refresh_token&refresh_token=a%00b", "application/x-www-form-urlencoded", 400),
    (b"grant_type=refresh_token&refresh_token=%ED%A0%80", "application/x-www-form-urlencoded", 400),
    (b"grant_type=refresh_token&grant_type=x", "application/x-www-form-urlencoded", 400),
    (b"a=1&" * 2000, "application/x-www-form-urlencoded", 400),
    (b"grant_type=" + b"x" * 10_000_000, "application/x-www-form-urlencoded", 413),
    (b'{"grant_type":"refresh_token","refresh_token":"\\ud800"}', "application/json", 400),
    (b'{"grant_type":"refresh_token","refresh_token":"\\u0000"}', "application/json", 400),
    (b'{"grant_type":"refresh_token","refresh_token":["a"]}', "application/json", 400),
    (b'{"grant_type":1}', "application/json", 400),
    (b'["grant_type"]', "application/json", 400),
    (b"[" * 15000, "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"grant_type=refresh_token", "text/plain", 415),
    (b"", "application/x-www-form-urlencoded", 400),
]


@pytest.mark.parametrize(("body", "kind", "status"), HOSTILE)
@pytest.mark.parametrize("path", ["token", "revoke", "device_authorization"])
async def test_bodies_that_cannot_be_read(
    served: House, body: bytes, kind: str, status: int, path: str
) -> None:
    answer = await post(f"{served.base}/oauth/{path}", content=body, headers={"Content-Type": kind})
    refused(answer, "invalid_request", status)


async def test_revoking_an_access_token_ends_the_sign_in(served: House) -> None:
    found = await tokens(served)
    served.clock.move(hours=2)  # ended tokens say which sign-in they are of, too
    answer = await post(served.base + "/oauth/revoke", {"token": found["access_token"]})
    assert (answer.status_code, answer.content) == (200, b"")
    refused(
        await post(served.base + "/oauth/token", refresh(found["refresh_token"])), "invalid_grant"
    )


@pytest.mark.parametrize("token", ["x", "a.b.c", "tlr_" + "a" * 52, "tlk_1", "ö" * 99])
async def test_revoking_what_is_none(served: House, token: str) -> None:
    answer = await post(served.base + "/oauth/revoke", {"token": token})
    assert answer.status_code == 200


async def test_registering(served: House) -> None:
    answer = await post(served.base + "/maton/oauth/register", json=REGISTRATION)
    assert answer.status_code == 201
    made = answer.json()
    assert made["client_name"] == "Agent"
    assert made["token_endpoint_auth_method"] == "none"
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    assert "client_secret" not in made
    form = exchange(
        await code_for(served, client_id=made["client_id"]), client_id=made["client_id"]
    )
    assert (await post(served.base + "/maton/oauth/token", form)).status_code == 200
    # It registered for no devices.
    device = {"client_id": made["client_id"]}
    refused(await post(served.base + "/oauth/device_authorization", device), "unauthorized_client")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uris": ["http://evil.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "http://127.0.0.1/"}, "invalid_redirect_uri"),
        ({"redirect_uris": [{"a": 1}]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example/"] * 11}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"grant_types": [[]]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"client_name": "a\u202eb"}, "invalid_client_metadata"),
        ({"client_name": "a\nb"}, "invalid_client_metadata"),
        ({"client_name": "x" * 101}, "invalid_client_metadata"),
        ({"client_name": 5}, "invalid_client_metadata"),
        ({"client_name": "\x00"}, "invalid_request"),
    ],
)
async def test_registrations_that_are_refused(
    served: House, changed: dict[str, Any], error: str
) -> None:
    before = await served.database.fetchval("SELECT count(*) FROM gateway_clients")
    refused(await post(served.base + "/oauth/register", json=REGISTRATION | changed), error)
    assert await served.database.fetchval("SELECT count(*) FROM gateway_clients") == before


async def test_registering_too_often(house: House) -> None:
    async with serving(app_of(house, house.another_node(registrations_a_minute=3))) as base:
        url = base + "/oauth/register"
        for _ in range(3):
            assert (await post(url, json=REGISTRATION)).status_code == 201
        answer = await post(url, json=REGISTRATION)
        refused(answer, "temporarily_unavailable", 429)
        assert int(answer.headers["retry-after"]) in range(1, 21)
        house.clock.move(seconds=20)
        assert (await post(url, json=REGISTRATION)).status_code == 201


async def test_nothing_of_a_get(served: House) -> None:
    for path in ("token", "register", "revoke", "device_authorization"):
        answer = await get(f"{served.base}/oauth/{path}")
        assert answer.status_code == 405


async def test_the_vault_does_not_open(served: House) -> None:
    await tokens(served)
    locked = served.another_node(vault=Vault(MasterKeys({1: b"x" * 32})))
    async with serving(app_of(served, locked)) as base:
        answer = await get(base + "/oauth/jwks")
        refused(answer, "temporarily_unavailable", 503)
