"""The accounts that a new world starts with, and how they are found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from trunkline.accounts import queries
from trunkline.accounts.model import new_secret, new_token
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection

__all__ = ["AccountSet", "create_account_set", "load_account_set"]

FIRST_BALANCE = Decimal("100.00")  # USD
FRIENDLY_NAME = "My first Trunkline account"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSet:
    """The credentials of a world's first account. The key is None once its owner deleted it."""

    account_sid: str
    auth_token: str = field(repr=False)
    test_account_sid: str
    test_auth_token: str = field(repr=False)
    api_key: str | None
    api_secret: str | None = field(repr=False)


async def create_account_set(
    connection: Connection,
    *,
    world_id: str,
    sids: SidFactory,
    box: SecretBox,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> AccountSet:
    """Make a parent account, its test credentials and a main API key, in this transaction."""
    made = AccountSet(
        account_sid=sids.new("AC"),
        auth_token=new_token(entropy),
        test_account_sid=sids.new("AC"),
        test_auth_token=new_token(entropy),
        api_key=(api_key := sids.new("SK")),
        api_secret=(api_secret := new_secret(entropy)),
    )
    owner = made.account_sid[2:]
    accounts = (
        (made.account_sid, "live", FRIENDLY_NAME, made.auth_token, FIRST_BALANCE),
        (made.test_account_sid, "test", "Test credentials", made.test_auth_token, Decimal(0)),
    )
    await connection.executemany(
        queries.INSERT_ACCOUNT,
        [
            (sid[2:], owner, world_id, kind, "Full", name, box.seal(token), balance, now)
            for sid, kind, name, token, balance in accounts
        ],
    )
    await connection.execute(
        queries.INSERT_KEY, api_key[2:], owner, "main", "Main key", box.seal(api_secret), now
    )
    return made


async def load_account_set(database: Database, box: SecretBox, world_id: str) -> AccountSet | None:
    """The set that `create_account_set` made for a world; None when there is none."""
    parent = await database.fetchrow(queries.FIRST_PARENT, world_id)
    if parent is None:
        return None
    test = await database.fetchrow(queries.FIRST_TEST_ACCOUNT, parent["id"])
    if test is None:
        return None
    key = await database.fetchrow(queries.FIRST_MAIN_KEY, parent["id"])
    return AccountSet(
        account_sid=f"AC{parent['id'].hex}",
        auth_token=box.unseal(parent["auth_token"]),
        test_account_sid=f"AC{test['id'].hex}",
        test_auth_token=box.unseal(test["auth_token"]),
        api_key=None if key is None else f"SK{key['id'].hex}",
        api_secret=None if key is None else box.unseal(key["secret"]),
    )
