"""What is bounded, what is swept, what is kept secret, and nodes that share it all."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.unit.gateway.sign_in.asking import CALLBACK, code_for, post, tokens
from tests.unit.gateway.sign_in.conftest import House
from trunkline.gateway.sign_in import SEALED
from trunkline.gateway.sign_in.clients import Clients
from trunkline.gateway.sign_in.errors import TemporarilyUnavailable
from trunkline.gateway.sign_in.model import hashed
from trunkline.gateway.vault import rewrap_all

REGISTRATION = {"client_name": "Agent", "redirect_uris": [CALLBACK]}
TABLES = (
    "gateway_sign_in_codes",
    "gateway_authorization_codes",
    "gateway_device_codes",
    "gateway_refresh_tokens",
    "gateway_grants",
    "gateway_clients",
)


async def test_clients_are_bounded(house: House) -> None:
    await house.database.execute("DELETE FROM gateway_clients")
    clients = Clients(house.database, house.clock, house.sids, most=3)
    first = await clients.register(REGISTRATION)
    used = await clients.register(REGISTRATION)
    await house.sign_in._auth_codes.redeem(
        await code_for(house, client_id=used["client_id"]),
        (await clients.find(used["client_id"])),  # type: ignore[arg-type]
        redirect_uri=None,
        verifier="v" * 43,
        resource=None,
    )
    third = await clients.register(REGISTRATION)
    with pytest.raises(TemporarilyUnavailable):  # nobody's page is closed under them
        await clients.register(REGISTRATION)
    house.clock.move(minutes=11)
    fourth = await clients.register(REGISTRATION)
    assert await clients.find(first["client_id"]) is None
    for kept in (used, third, fourth):
        assert await clients.find(kept["client_id"]) is not None
    await asyncio.gather(
        *(clients.register(REGISTRATION) for _ in range(5)), return_exceptions=True
    )
    assert await house.database.fetchval("SELECT count(*) FROM gateway_clients") == 3


async def test_sweeping(served: House) -> None:
    found = await tokens(served)
    await served.sign_in._clients.register(REGISTRATION)
    caller = await served.caller()
    await served.sign_in.codes.make(caller.tenant_id, caller.user_id)
    await post(served.base + "/oauth/device_authorization", {"client_id": "membrane-cli"})

    async def count() -> dict[str, int]:
        return {
            table: await served.database.fetchval(f"SELECT count(*) FROM {table}")
            for table in TABLES
        }

    before = await count()
    assert all(before.values())
    await served.sign_in.sweep()
    assert await count() == before
    assert await served.sign_in.verify(found["access_token"]) is not None

    served.clock.move(days=8)
    await served.sign_in.sweep()
    after = await count()
    assert (after["gateway_sign_in_codes"], after["gateway_device_codes"]) == (0, 0)
    assert after["gateway_authorization_codes"] == 0
    refresh = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
    assert (await post(served.base + "/oauth/token", refresh)).status_code == 200

    served.clock.move(days=400)
    await served.sign_in.sweep()
    assert not any((await count()).values())


async def test_nodes_share_the_signing_key(house: House) -> None:
    """Also when all of them need one for the first time at once."""
    nodes = [house.another_node() for _ in range(6)]
    caller = await house.caller()
    made = await asyncio.gather(*(node.mint(caller) for node in nodes))
    for token in made:
        for node in nodes:
            assert await node.verify(token) is not None
    assert await house.database.fetchval("SELECT count(*) FROM gateway_signing_keys") == 1


async def test_secrets_are_kept_nowhere(served: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code = await code_for(served)
    caller = await served.caller()
    sign_in_code = await served.sign_in.codes.make(caller.tenant_id, caller.user_id)
    device = (
        await post(served.base + "/oauth/device_authorization", {"client_id": "membrane-cli"})
    ).json()["device_code"]
    found = await tokens(served)
    secrets = [
        code,
        sign_in_code,
        device,
        found["refresh_token"],
        found["access_token"],
        found["access_token"].split(".")[2],
    ]
    key = await served.sign_in._keys._load()
    private = next(iter(key.values())).as_dict(private=True)["d"]
    tables = (*TABLES, "gateway_signing_keys")
    dump = ""
    for table in tables:
        for row in await served.database.fetch(f"SELECT {table}::text AS row FROM {table}"):
            dump += row["row"]
    assert hashed(code).hex() in dump  # so the dump is of what we think
    for secret in (*secrets, private):
        assert secret.encode().hex() not in dump
        assert secret not in dump
        assert secret not in caplog.text


async def test_the_signing_key_follows_a_rotation(house: House) -> None:
    token = await house.sign_in.mint(await house.caller())
    result = await rewrap_all(house.database, house.vault, [SEALED])
    assert (result.left, result.unreadable) == (0, ())
    assert await house.another_node().verify(token) is not None
