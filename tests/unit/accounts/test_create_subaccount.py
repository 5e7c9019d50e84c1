"""Making subaccounts."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.unit.accounts.support import BORN
from trunkline.accounts import AccountAuthenticator, AccountSet
from trunkline.accounts.create_subaccount import CreateSubaccount
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import AccountIdentity
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database


@pytest.fixture
def create(database: Database, box: SecretBox, sids: SidFactory) -> CreateSubaccount:
    return CreateSubaccount(database, box, sids, os.urandom, most=2)


async def identity(authenticator: AccountAuthenticator, sid: str) -> AccountIdentity:
    found = await authenticator.account(sid)
    assert found is not None
    return found


async def test_a_subaccount_lives_in_its_parents_world_with_its_own_token(
    create: CreateSubaccount,
    authenticator: AccountAuthenticator,
    account_set: AccountSet,
    world_id: str,
) -> None:
    parent = await identity(authenticator, account_set.account_sid)
    made = await create(parent, "Shop", BORN)
    who = await authenticator.authenticate(made.sid, made.auth_token)
    assert (who.account.owner_sid, who.account.world_id) == (parent.sid, world_id)
    assert made.auth_token != account_set.auth_token
    assert made.friendly_name == "Shop"


async def test_a_subaccount_cannot_have_subaccounts(
    create: CreateSubaccount, authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    parent = await identity(authenticator, account_set.account_sid)
    made = await create(parent, None, BORN)
    with pytest.raises(ApiError, match="Subaccounts cannot contain subaccounts") as caught:
        await create(await identity(authenticator, made.sid), None, BORN)
    assert (caught.value.status, caught.value.code) == (400, 21101)


async def test_there_is_a_limit_even_for_those_who_hurry(
    create: CreateSubaccount,
    authenticator: AccountAuthenticator,
    account_set: AccountSet,
    database: Database,
) -> None:
    parent = await identity(authenticator, account_set.account_sid)
    results = await asyncio.gather(
        *(create(parent, None, BORN) for _ in range(4)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, ApiError)]
    assert [error.code for error in refused] == [21480, 21480]
    await database.execute(
        "UPDATE accounts SET status = 'closed' WHERE owner_id = $1 AND id <> $1", parent.sid[2:]
    )
    assert (await create(parent, None, BORN)).status == "active"


async def test_a_suspended_parent_makes_none(
    create: CreateSubaccount,
    authenticator: AccountAuthenticator,
    account_set: AccountSet,
    database: Database,
) -> None:
    parent = await identity(authenticator, account_set.account_sid)
    await database.execute("UPDATE accounts SET status = 'suspended' WHERE id = $1", parent.sid[2:])
    with pytest.raises(ApiError, match="Account not active"):
        await create(parent, None, BORN)
