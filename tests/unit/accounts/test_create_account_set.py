"""What a new world starts with."""

from __future__ import annotations

import pytest

from tests.unit.accounts.support import BORN
from trunkline.accounts import AccountSet, create_account_set, load_account_set
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory, is_sid
from trunkline.store import Database


async def test_a_set_can_be_loaded_as_it_was_made(
    database: Database, box: SecretBox, world_id: str, account_set: AccountSet
) -> None:
    assert await load_account_set(database, box, world_id) == account_set
    assert is_sid(account_set.account_sid, "AC")
    assert is_sid(account_set.test_account_sid, "AC")
    assert account_set.api_key is not None
    assert is_sid(account_set.api_key, "SK")


async def test_a_world_without_accounts_has_no_set(
    database: Database, box: SecretBox, world_id: str
) -> None:
    assert await load_account_set(database, box, world_id) is None


async def test_a_rolled_back_transaction_leaves_no_set(
    database: Database, box: SecretBox, sids: SidFactory, world_id: str
) -> None:
    async def fail() -> None:
        async with database.transaction() as connection:
            await create_account_set(
                connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=bytes
            )
            raise RuntimeError("a later step fails")

    with pytest.raises(RuntimeError):
        await fail()
    assert await load_account_set(database, box, world_id) is None


async def test_a_set_without_its_key_still_loads(
    database: Database, box: SecretBox, world_id: str, account_set: AccountSet
) -> None:
    assert account_set.api_key is not None
    await database.execute("DELETE FROM api_keys WHERE id = $1", account_set.api_key[2:])
    loaded = await load_account_set(database, box, world_id)
    assert loaded is not None
    assert (loaded.api_key, loaded.api_secret) == (None, None)
    assert loaded.auth_token == account_set.auth_token


async def test_no_secret_is_stored_or_printed_as_it_is(
    database: Database, account_set: AccountSet
) -> None:
    secrets = (account_set.auth_token, account_set.test_auth_token, account_set.api_secret)
    rows = await database.fetch("SELECT auth_token AS sealed FROM accounts")
    rows += await database.fetch("SELECT secret AS sealed FROM api_keys")
    for secret in secrets:
        assert secret is not None
        assert secret not in repr(account_set)
        assert not any(secret.encode() in row["sealed"] for row in rows)
