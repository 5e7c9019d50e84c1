"""Access tokens: believed, refused, minted."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.waiting import eventually
from tests.unit.gateway.sign_in.asking import post, refresh, tokens
from tests.unit.gateway.sign_in.conftest import House
from trunkline.gateway.errors import AccessDenied, BadRequest, NotAuthenticated
from trunkline.gateway.model import Caller
from trunkline.gateway.sign_in import SignIn
from trunkline.gateway.sign_in.people import PeopleOf


class CountedPeople(PeopleOf):
    """Counts how often somebody is looked up."""

    looked = 0

    async def caller(self, tenant_id: str, user_id: str) -> Caller | None:
        self.looked += 1
        return await super().caller(tenant_id, user_id)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def test_most_requests_ask_the_database_nothing(served: House) -> None:
    people = CountedPeople(served.database, served.tenants)
    node = served.another_node(people=people)
    token = (await tokens(served))["access_token"]
    for _ in range(100):
        assert await node.verify(token) is not None
    assert people.looked == 1
    served.clock.move(seconds=5)
    assert await node.verify(token) is not None
    assert people.looked == 2


async def test_it_ends_after_an_hour(served: House) -> None:
    token = (await tokens(served))["access_token"]
    served.clock.move(minutes=59)
    assert await served.sign_in.verify(token) is not None
    served.clock.move(minutes=1)
    assert await served.sign_in.verify(token) is None


async def test_revoked_on_every_node(served: House) -> None:
    token = (await tokens(served))["access_token"]
    served.clock.stop()
    other = served.another_node()
    assert await other.verify(token) is not None
    assert await served.sign_in.verify(token) is not None
    await served.sign_in.revoke(token)
    assert await served.sign_in.verify(token) is None

    async def refused() -> bool:
        return await other.verify(token) is None

    await eventually(refused)


async def test_revoked_while_it_is_looked_up(served: House) -> None:
    """What was read before the revocation is not believed after it."""
    token = (await tokens(served))["access_token"]
    reading, go_on = asyncio.Event(), asyncio.Event()

    class SlowPeople(PeopleOf):
        async def caller(self, tenant_id: str, user_id: str) -> Caller | None:
            reading.set()
            await go_on.wait()
            return await super().caller(tenant_id, user_id)

    node = served.another_node(people=SlowPeople(served.database, served.tenants))
    looking = asyncio.create_task(node.verify(token))
    await reading.wait()
    await node.revoke(token)
    go_on.set()
    await looking
    assert await node.verify(token) is None


async def test_a_key_that_expires_ends_its_sign_ins(served: House) -> None:
    key = await served.key(expires_in=timedelta(minutes=30))
    found = await tokens(served, key_id=key.id)
    assert await served.sign_in.verify(found["access_token"]) is not None
    served.clock.move(minutes=31)
    assert await served.sign_in.verify(found["access_token"]) is None
    answer = await post(served.base + "/oauth/token", refresh(found["refresh_token"]))
    assert answer.json()["error"] == "invalid_grant"


async def test_forged(served: House) -> None:
    token = (await tokens(served))["access_token"]
    header, payload, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(header + "=="))
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    other = ECKey.generate_key("P-256")
    key = (await served.sign_in._keys.public())["keys"][0]
    public = ECKey.import_key({name: key[name] for name in ("kty", "crv", "x", "y")})
    secret = public.as_pem(private=False)
    confused = read | {"alg": "HS256"}
    forged = [
        jwt.encode(read, claims, other, algorithms=["ES256"]),
        jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, other, algorithms=["ES256"]),
        f"{part(confused)}.{payload}.{signature}",
        f"{part(read | {'alg': 'none'})}.{payload}.",
        f"{header}.{part(claims | {'exp': claims['exp'] + 9999})}.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}.",
        f"{part(read | {'kid': 5})}.{payload}.{signature}",
        f"{part(read | {'typ': 'JWT'})}.{payload}.{signature}",
        token + ".",
        token + "é",
        "x" * 10_000_000,
    ]
    # The public key taken for a shared secret (RFC 8725, 2.1).
    signed = f"{part(confused)}.{payload}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    forged.append(f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}")
    for one in forged:
        assert await served.sign_in.verify(one) is None, one[:200]
    assert await served.sign_in.verify(token) is not None


async def test_any_text_is_just_no_token(served: House) -> None:
    await tokens(served)
    node: SignIn = served.sign_in
    texts = st.one_of(
        st.text(st.characters(exclude_categories=[]), max_size=60),
        st.builds(
            lambda *parts: ".".join(part(one) for one in parts),
            st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit"]), st.text(max_size=9)),
            st.dictionaries(st.text(max_size=5), st.integers()),
            st.text(max_size=9),
        ),
    )

    found: list[str] = []

    @settings(max_examples=150, deadline=None)
    @given(texts)
    def gather(text: str) -> None:
        found.append(text)

    gather()
    for text in found:
        assert await node.verify(text) is None


async def test_minted_for_oneself(served: House) -> None:
    caller = await served.caller()
    for user_key in (None, caller.user_key, caller.user_id):
        token = await served.sign_in.mint(caller, user_key=user_key)
        assert token.count(".") == 2
        assert await served.sign_in.verify(token) == caller
    served.clock.move(hours=1)
    assert await served.sign_in.verify(token) is None


async def test_minted_for_another_user(served: House) -> None:
    with pytest.raises(AccessDenied):
        await served.sign_in.mint(await served.caller(), user_key="customer-1")
    admin = await served.caller(is_admin=True)
    token = await served.sign_in.mint(admin, user_key="customer-1", is_admin=True)
    found = await served.sign_in.verify(token)
    assert found is not None
    assert (found.user_key, found.tenant_id) == ("customer-1", admin.tenant_id)
    assert found.is_admin
    plain = await served.sign_in.verify(await served.sign_in.mint(admin, user_key="customer-1"))
    assert plain is not None
    assert not plain.is_admin
    for text in ("", "\0", "\ud800", "x" * 9999):
        with pytest.raises(BadRequest):
            await served.sign_in.mint(admin, user_key=text)


async def test_what_was_minted_ends_with_the_sign_in(served: House) -> None:
    found = await tokens(served)
    caller = await served.sign_in.verify(found["access_token"])
    assert caller is not None
    child = await served.sign_in.mint(caller, bearer=found["access_token"])
    grandchild = await served.sign_in.mint(caller, bearer=child)
    assert await served.sign_in.verify(grandchild) is not None
    await served.sign_in.revoke(found["refresh_token"])
    for token in (child, grandchild):
        assert await served.sign_in.verify(token) is None
        with pytest.raises(NotAuthenticated):
            await served.sign_in.mint(caller, bearer=token)


async def test_revoking_what_was_minted_leaves_the_sign_in(served: House) -> None:
    found = await tokens(served)
    caller = await served.caller()
    child = await served.sign_in.mint(caller, bearer=found["access_token"])
    await served.sign_in.revoke(child)
    assert await served.sign_in.verify(child) is None
    assert await served.sign_in.verify(found["access_token"]) is not None


async def test_minted_by_a_key_ends_with_the_key(served: House) -> None:
    key = await served.key()
    served.clock.stop()
    caller = await served.authenticate(key.api_key)
    token = await served.sign_in.mint(caller, bearer=key.api_key)
    assert await served.sign_in.verify(token) is not None
    await served.keys.revoke(key.id)

    async def refused() -> bool:
        return await served.sign_in.verify(token) is None

    await eventually(refused)


async def test_minting_while_the_sign_in_is_revoked(served: House) -> None:
    """Whichever comes first, nothing outlives the sign-in."""
    caller = await served.caller()
    for _ in range(5):
        found = await tokens(served)
        bearer = found["access_token"]
        made = await asyncio.gather(
            *(served.sign_in.mint(caller, bearer=bearer) for _ in range(4)),
            served.sign_in.revoke(found["refresh_token"]),
            *(served.sign_in.mint(caller, bearer=bearer) for _ in range(4)),
            return_exceptions=True,
        )
        for one in made:
            if isinstance(one, str):
                assert await served.sign_in.verify(one) is None
            else:
                assert one is None or isinstance(one, NotAuthenticated)


async def test_the_user_is_gone(served: House) -> None:
    token = await served.sign_in.mint(await served.caller(is_admin=True), user_key="leaver")
    assert await served.sign_in.verify(token) is not None
    await served.database.execute("DELETE FROM gateway_users WHERE key = 'leaver'")
    served.clock.move(seconds=6)
    assert await served.sign_in.verify(token) is None
