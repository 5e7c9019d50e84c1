"""Tokens that are signed with the workspace secret: whose they are, and which are refused."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.unit.gateway.keys.support import (
    BORN,
    UNKNOWN,
    Gateway,
    MovedClock,
    signed,
)
from trunkline.gateway.errors import Unavailable
from trunkline.gateway.keys import Authenticate, Tenants
from trunkline.gateway.keys.signed_tokens import read_token
from trunkline.gateway.vault import MasterKeys, Vault
from trunkline.store import Database

USERS = "SELECT count(*) FROM gateway_users u JOIN gateway_tenants t ON t.id = tenant_id"


async def users(database: Database, gateway: Gateway) -> int:
    count: int = await database.fetchval(f"{USERS} WHERE t.world_id = $1", gateway.world_id)
    return count


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_a_signed_token_is_let_in(gateway: Gateway, algorithm: str) -> None:
    new = await gateway.create()
    token = signed(new, algorithm, name="Ada", fields={"plan": "free"}, isAdmin=True)
    caller = await gateway.authenticate(token)
    assert (caller.tenant_key, caller.user_key) == (f"t-{gateway.world_id}", "customer-1")
    assert (caller.key_id, caller.is_admin) == (new.id, True)
    assert caller.user_id != (await gateway.authenticate(new.api_key)).user_id
    user = await gateway.tenants.user(caller.tenant_id, "customer-1")
    assert (user.id, user.name, user.fields) == (caller.user_id, "Ada", {"plan": "free"})


async def test_both_spellings_of_the_claims_are_read(gateway: Gateway) -> None:
    new = await gateway.create()
    first = await gateway.authenticate(signed(new))
    other = signed(
        new, iss=..., id=..., workspaceKey=new.workspace_key, tenantKey="customer-1", isAdmin="yes"
    )
    second = await gateway.authenticate(other)
    assert (second.user_id, second.is_admin) == (first.user_id, False)


async def test_a_user_comes_to_be_when_the_signature_is_right_and_not_before(
    database: Database, gateway: Gateway
) -> None:
    new, foreign = await gateway.create(), await gateway.create(f"other-{gateway.world_id}")
    before = await users(database, gateway)
    forged = signed(new, secret=foreign.workspace_secret, id="intruder")
    unsigned = signed(new, id="intruder").rpartition(".")[0] + "."
    expired = signed(new, id="intruder", exp=BORN.timestamp())
    for bearer in (forged, unsigned, expired):
        await gateway.refused(bearer)
    assert await users(database, gateway) == before
    await gateway.authenticate(signed(new, id="guest"))
    assert await users(database, gateway) == before + 1
    await asyncio.gather(*(gateway.authenticate(signed(new, id="g", n=n)) for n in range(8)))
    assert await users(database, gateway) == before + 2


async def test_nobody_comes_to_be_by_a_key_that_is_over(
    database: Database, gateway: Gateway
) -> None:
    expired = await gateway.create(expires_in=timedelta(seconds=1))
    revoked = await gateway.create()
    await gateway.keys.revoke(revoked.id)
    gateway.clock.advance(seconds=1)
    before = await users(database, gateway)
    for new in (expired, revoked):
        await gateway.refused(signed(new, id="late"))
    assert await users(database, gateway) == before


async def test_the_secret_of_another_workspace_opens_nothing(gateway: Gateway) -> None:
    new, foreign = await gateway.create(), await gateway.create(f"other-{gateway.world_id}")
    assert await gateway.refused(signed(new, secret=foreign.workspace_secret)) == UNKNOWN
    assert await gateway.refused(signed(new, secret=new.api_key)) == UNKNOWN
    assert await gateway.refused(signed(new, secret=new.workspace_key)) == UNKNOWN
    caller = await gateway.authenticate(signed(foreign))
    assert caller.tenant_key == f"other-{gateway.world_id}"


def reheaded(token: str, header: bytes) -> str:
    """The token with another header, and the signature that it had."""
    encoded = base64.urlsafe_b64encode(header).decode().rstrip("=")
    return ".".join([encoded, *token.split(".")[1:]])


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none"}',
        b'{"alg":"None"}',
        b'{"alg":"RS256"}',
        b'{"alg":"HS1"}',
        b'{"alg":"dir","enc":"A256GCM"}',
        b'{"alg":["HS256"]}',
        b'{"alg":null}',
        b'{"typ":"JWT"}',
        b'{"alg":"HS256","crit":["exp"]}',
        b"[]",
        b"null",
        b"[[" * 4000,
        b"\xff",
    ],
)
async def test_another_header_is_refused(gateway: Gateway, header: bytes) -> None:
    token = reheaded(signed(await gateway.create()), header)
    assert await gateway.refused(token) == UNKNOWN
    assert await gateway.refused(token.rpartition(".")[0] + ".") == UNKNOWN


async def test_other_algorithms_are_refused(gateway: Gateway) -> None:
    new = await gateway.create()
    claims = {"iss": new.workspace_key, "id": "x", "exp": BORN.timestamp() + 60}
    for algorithm, key in (("RS256", RSAKey.generate_key(2048)), ("ES256", ECKey.generate_key())):
        token = jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
        assert await gateway.refused(token) == UNKNOWN


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": ...}, "must say when it expires"),
        ({"exp": None}, "must say when it expires"),
        ({"exp": "2030"}, "no time as its exp"),
        ({"exp": True}, "no time as its exp"),
        ({"exp": 10**40}, "no time as its exp"),
        ({"exp": BORN.timestamp()}, "has expired"),
        ({"exp": -1}, "has expired"),
        ({"exp": BORN.timestamp() + 86_461}, "a day at most"),
        ({"nbf": BORN.timestamp() + 61}, "not valid yet"),
        ({"nbf": "soon"}, "no time as its nbf"),
        ({"id": ...}, "must name one user"),
        ({"id": 5}, "must name one user"),
        ({"tenantKey": "another"}, "must name one user"),
        ({"id": ""}, "The user of a token"),
        ({"id": "a\0"}, "The user of a token"),
        ({"id": "x" * 201}, "The user of a token"),
        ({"name": "a\0"}, "The name in a token"),
        ({"name": 5}, "The name in a token"),
        ({"fields": []}, "The fields of a token"),
        ({"fields": {"a": "\0"}}, "The fields of a token"),
        ({"fields": {"\0": "a"}}, "The fields of a token"),
        ({"fields": {"a": 1 << 63}}, "The fields of a token"),
        ({"fields": {"a": "x" * 8192}}, "larger than 8192 bytes"),
    ],
)
async def test_a_token_with_wrong_claims_is_refused(
    database: Database, gateway: Gateway, claims: dict[str, object], why: str
) -> None:
    new = await gateway.create()
    before = await users(database, gateway)
    assert why in await gateway.refused(signed(new, **claims))
    assert await users(database, gateway) == before


async def test_deep_fields_are_refused(gateway: Gateway) -> None:
    deep: dict[str, object] = {}
    for _ in range(300):
        deep = {"a": deep}
    assert "20 levels" in await gateway.refused(signed(await gateway.create(), fields=deep))


async def test_claims_at_the_limit_are_let_in(gateway: Gateway) -> None:
    new, now = await gateway.create(), BORN.timestamp()
    for claims in (
        {"exp": now + 86_460},
        {"exp": now + 0.5},
        {"nbf": now + 60},
        {"id": "x" * 200, "name": "", "fields": {"a": [1, None, {"b": "é"}]}},
    ):
        await gateway.authenticate(signed(new, **claims))


@pytest.mark.parametrize("claims", [{"iss": ...}, {"iss": "x"}, {"iss": 5}, {"iss": "\0" * 36}])
async def test_a_token_of_no_workspace_is_refused(
    gateway: Gateway, claims: dict[str, object]
) -> None:
    assert await gateway.refused(signed(await gateway.create(), **claims)) == UNKNOWN


async def test_a_token_of_two_workspaces_is_refused(gateway: Gateway) -> None:
    new, other = await gateway.create(), await gateway.create()
    assert await gateway.refused(signed(new, workspaceKey=other.workspace_key)) == UNKNOWN


async def test_a_token_that_was_let_in_expires(gateway: Gateway) -> None:
    new = await gateway.create()
    token = signed(new, exp=BORN.timestamp() + 3)
    await gateway.authenticate(token)
    gateway.clock.advance(seconds=3)
    assert await gateway.refused(token) == "This token has expired."
    gateway.clock.advance(seconds=3)
    assert await gateway.refused(token) == "This token has expired."


async def test_a_secret_that_does_not_open_is_the_operators_business(
    database: Database, gateway: Gateway, tenants: Tenants, clock: MovedClock
) -> None:
    new = await gateway.create()
    other = Vault(MasterKeys({1: bytes(32)}))
    gateway.authenticate = Authenticate(database, other, tenants, clock)
    with pytest.raises(Unavailable, match="has to look at the vault"):
        await gateway.authenticate(signed(new))
    await gateway.authenticate(new.api_key)  # of which only the hash is needed
    await gateway.authenticate.stop()


@given(st.text() | st.lists(st.text(), min_size=3, max_size=3).map(".".join))
def test_any_text_is_a_token_or_none(text: str) -> None:
    assert read_token(text) is None
