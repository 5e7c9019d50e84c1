"""Tenants and users come to be once."""

from __future__ import annotations

import asyncio

import pytest

from trunkline.gateway.errors import AlreadyExists, BadRequest
from trunkline.gateway.keys import Tenants
from trunkline.sids import SidFactory
from trunkline.store import Database

BAD = ["", "  ", "a\0b", "a\nb", "\x9f", "\ud800", "x" * 201, "x" * 10_000_000]


async def test_a_tenant_is_made_once(tenants: Tenants, world_id: str, sids: SidFactory) -> None:
    account = sids.new_id()
    made = await tenants.ensure(world_id, world_id, account)
    assert made == await tenants.ensure(world_id, world_id, f"AC{account}")
    assert (made.world_id, made.account_sid) == (world_id, f"AC{account}")
    assert made == await tenants.named(world_id) == await tenants.fetch(made.id)


async def test_two_that_make_a_tenant_and_its_user_at_once_have_the_same(
    database: Database, tenants: Tenants, world_id: str
) -> None:
    made = await asyncio.gather(*(tenants.ensure(world_id, world_id, world_id) for _ in range(8)))
    assert len({tenant.id for tenant in made}) == 1
    users = await asyncio.gather(*(tenants.user(made[0].id, "someone") for _ in range(8)))
    assert len({user.id for user in users}) == 1
    count = "SELECT count(*) FROM gateway_users WHERE tenant_id = $1"
    assert await database.fetchval(count, made[0].id) == 1


async def test_a_tenant_of_another_account_is_not_given_away(
    tenants: Tenants, world_id: str, sids: SidFactory
) -> None:
    await tenants.ensure(world_id, world_id, world_id)
    with pytest.raises(AlreadyExists, match="acts for another account"):
        await tenants.ensure(world_id, world_id, sids.new_id())
    with pytest.raises(AlreadyExists):
        await tenants.ensure(world_id, sids.new_id(), world_id)


@pytest.mark.parametrize("key", BAD)
async def test_what_cannot_be_a_name_is_refused_and_not_quoted(
    database: Database, tenants: Tenants, world_id: str, key: str
) -> None:
    with pytest.raises(BadRequest, match="The tenant has") as caught:
        await tenants.ensure(key, world_id, world_id)
    assert len(caught.value.message) < 100
    tenant = await tenants.ensure(world_id, world_id, world_id)
    with pytest.raises(BadRequest, match="The user has"):
        await tenants.user(tenant.id, key)
    count = "SELECT count(*) FROM gateway_users WHERE tenant_id = $1"
    assert await database.fetchval(count, tenant.id) == 0


@pytest.mark.parametrize("text", ["", "x", "AC", "\0", "\ud800", "1" * 33])
async def test_what_is_no_id_is_refused(tenants: Tenants, world_id: str, text: str) -> None:
    with pytest.raises(BadRequest, match="no id"):
        await tenants.ensure(world_id, world_id, text)
    assert await tenants.fetch(text) is None
    assert await tenants.named(text) is None
    assert await tenants.named(world_id) is None


async def test_what_is_told_of_a_user_is_kept(tenants: Tenants, world_id: str) -> None:
    tenant = await tenants.ensure(world_id, world_id, world_id)
    first = await tenants.user(tenant.id, "u", name="Ada", fields={"plan": "free"})
    assert (first.name, first.fields) == ("Ada", {"plan": "free"})
    again = await tenants.user(tenant.id, "u")
    assert again == first
    later = await tenants.user(tenant.id, "u", email="ada@example.com", fields={"plan": "paid"})
    assert (later.id, later.name, later.email) == (first.id, "Ada", "ada@example.com")
    assert later.fields == {"plan": "paid"}
    assert await tenants.user(tenant.id, "u") == later


async def test_the_same_user_of_two_tenants_is_two(
    tenants: Tenants, world_id: str, sids: SidFactory
) -> None:
    made = [await tenants.ensure(sids.new_id(), world_id, world_id) for _ in range(2)]
    first, second = [await tenants.user(tenant.id, "u") for tenant in made]
    assert first.id != second.id


async def test_a_caller_has_the_ids_of_both(tenants: Tenants, world_id: str) -> None:
    tenant = await tenants.ensure(world_id, world_id, world_id)
    user = await tenants.user(tenant.id, "u", email="u@example.com")
    caller = tenants.caller(tenant, user, is_admin=True)
    assert (caller.tenant_id, caller.tenant_key) == (tenant.id, world_id)
    assert (caller.user_id, caller.user_key, caller.email) == (user.id, "u", "u@example.com")
    assert (caller.subject, caller.is_admin) == (user.id, True)
