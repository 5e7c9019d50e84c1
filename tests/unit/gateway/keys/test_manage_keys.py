"""Keys are made, listed and revoked; their secrets are told once and kept nowhere."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.unit.gateway.keys.support import BORN, Gateway
from trunkline.gateway.development import development_key
from trunkline.gateway.errors import AlreadyExists, BadRequest
from trunkline.gateway.keys import SEALED
from trunkline.gateway.vault import Bound, Vault, VaultError
from trunkline.sids import SidFactory
from trunkline.store import Database


async def test_a_key_is_told_whole_and_kept_as_a_hash(
    database: Database, gateway: Gateway, vault: Vault
) -> None:
    with capture_logs() as logs:
        new = await gateway.create()
    assert new.api_key.startswith("tlk_")
    assert new.token == "pat-" + new.api_key[4:]
    assert len(bytes.fromhex(new.workspace_secret)) == 32
    rows = await database.fetch("SELECT k::text FROM gateway_keys k WHERE id = $1", new.id)
    shown = f"{rows}{new!r}{new.info!r}{new}{await gateway.keys.list()!r}{logs}"
    for secret in (new.api_key, new.api_key[4:], new.api_key[8:], new.workspace_secret):
        assert secret not in shown
        assert secret.encode().hex() not in shown  # as a bytea column is shown
    row = await database.fetchrow("SELECT * FROM gateway_keys WHERE id = $1", new.id)
    assert row is not None
    bound = Bound(str(row["tenant_id"]), new.id, "workspace_secret")
    assert vault.open(row["workspace_secret"], bound) == {"secret": new.workspace_secret}
    assert row["workspace_master"] == 1


async def test_a_list_shows_hints(gateway: Gateway) -> None:
    tenant = f"t-{gateway.world_id}"
    first = await gateway.create()
    second = await gateway.create(user="someone", expires_in=timedelta(days=1))
    listed = await gateway.keys.list(tenant)
    assert listed == [first.info, second.info]
    assert [info.hint for info in listed] == [first.api_key[:8], second.api_key[:8]]
    assert [info.user for info in listed] == ["default", "someone"]
    assert [info.expires_at for info in listed] == [None, BORN + timedelta(days=1)]
    assert set(listed) <= set(await gateway.keys.list())
    assert await gateway.keys.list("another tenant") == []


async def test_two_keys_made_at_once_are_of_one_tenant(gateway: Gateway) -> None:
    made = await asyncio.gather(*(gateway.create() for _ in range(8)))
    assert len({new.api_key for new in made}) == 8
    callers = [await gateway.authenticate(new.api_key) for new in made]
    assert len({(caller.tenant_id, caller.user_id) for caller in callers}) == 1


async def test_a_tenant_of_another_account_is_refused_and_nothing_is_stored(
    database: Database, gateway: Gateway, sids: SidFactory
) -> None:
    await gateway.create()
    gateway.account_sid = sids.new("AC")
    with pytest.raises(AlreadyExists):
        await gateway.create(user="another")
    assert len(await gateway.keys.list(f"t-{gateway.world_id}")) == 1
    count = "SELECT count(*) FROM gateway_users WHERE key = 'another'"
    assert await database.fetchval(count) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"tenant": "a\0b"},
        {"tenant": "\ud800"},
        {"user": ""},
        {"user": "x" * 10_000_000},
        {"name": "a\nb"},
        {"account_sid": "AC"},
        {"account_sid": "\0"},
        {"world_id": "no world"},
        {"expires_in": timedelta()},
        {"expires_in": timedelta(days=-1)},
        {"expires_in": timedelta.max},
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(
    gateway: Gateway, wrong: dict[str, Any]
) -> None:
    right = {
        "tenant": f"t-{gateway.world_id}",
        "world_id": gateway.world_id,
        "account_sid": gateway.account_sid,
        "name": "a key",
    }
    with pytest.raises(BadRequest):
        await gateway.keys.create(**{**right, **wrong})
    assert await gateway.tenants.named(f"t-{gateway.world_id}") is None


async def test_a_revoked_key_is_revoked_once_and_its_secret_is_gone(
    database: Database, gateway: Gateway
) -> None:
    new = await gateway.create()
    assert await gateway.keys.revoke(new.id.upper())
    assert not await gateway.keys.revoke(new.id)
    (info,) = await gateway.keys.list(f"t-{gateway.world_id}")
    assert info.revoked_at == BORN
    secret = "SELECT workspace_secret FROM gateway_keys WHERE id = $1"
    assert await database.fetchval(secret, new.id) is None


@pytest.mark.parametrize("key_id", ["", "x", "\0", "\ud800", "0" * 32, "1" * 10_000])
async def test_what_is_no_key_is_not_revoked(gateway: Gateway, key_id: str) -> None:
    assert not await gateway.keys.revoke(key_id)


async def test_a_derived_key_is_adopted_once(gateway: Gateway) -> None:
    text = development_key("token of the control API", gateway.world_id)
    asked = {
        "tenant": f"t-{gateway.world_id}",
        "world_id": gateway.world_id,
        "account_sid": gateway.account_sid,
        "name": "development",
    }
    adopted = await asyncio.gather(*(gateway.keys.adopt(text, **asked) for _ in range(4)))
    assert len({info.id for info in adopted}) == 1
    assert (await gateway.authenticate(text)).key_id == adopted[0].id
    await gateway.keys.revoke(adopted[0].id)
    assert (await gateway.keys.adopt(text, **asked)).revoked_at == BORN
    assert await gateway.refused(text) == "This key was revoked."
    with pytest.raises(BadRequest, match="not written as a key"):
        await gateway.keys.adopt("tlk_short", **asked)


async def test_a_secret_moved_to_another_key_does_not_open(
    database: Database, gateway: Gateway, vault: Vault
) -> None:
    first, second = await gateway.create(), await gateway.create()
    sealed = f"SELECT {SEALED.sealed} FROM {SEALED.table} WHERE {SEALED.identity} = $1"
    value = await database.fetchval(sealed, first.id)
    tenant = (await gateway.authenticate(second.api_key)).tenant_id
    with pytest.raises(VaultError):
        vault.open(value, Bound(tenant, second.id, "workspace_secret"))
