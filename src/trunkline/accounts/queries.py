"""The SQL of accounts, all of it, and how its rows become values. Ids are 32 hex digits."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy import Select, or_, select

from trunkline.accounts.model import Account, ApiKey
from trunkline.accounts.tables import accounts, api_keys
from trunkline.secret_box import SecretBox

ACCOUNT = """id, owner_id, world_id, kind, type, status, friendly_name, auth_token, balance,
       created_at, updated_at"""
KEY = "id, account_id, kind, friendly_name, created_at, updated_at"

INSERT_ACCOUNT = """
INSERT INTO accounts (id, owner_id, world_id, kind, type, status, friendly_name, auth_token,
                      balance, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9, $9)
"""

# $2 is the account that asks: it sees itself and its subaccounts, but no test credentials.
FETCH_ACCOUNT = f"""
SELECT {ACCOUNT} FROM accounts WHERE id = $1 AND (id = $2 OR owner_id = $2) AND kind = 'live'
"""

LOCK_ACCOUNT = f"{FETCH_ACCOUNT} FOR NO KEY UPDATE"

# They keep the parent as it is while one of its subaccounts is made or changed.
LOCK_PARENT = "SELECT type, status FROM accounts WHERE id = $1 FOR NO KEY UPDATE"

LOCK_OWNER = """
SELECT status FROM accounts
WHERE id = (SELECT owner_id FROM accounts WHERE id = $1) FOR NO KEY UPDATE
"""

UPDATE_ACCOUNT = f"""
UPDATE accounts SET friendly_name = $2, status = $3, updated_at = $4 WHERE id = $1
RETURNING {ACCOUNT}
"""

COUNT_SUBACCOUNTS = """
SELECT count(*) FROM accounts
WHERE owner_id = $1 AND id <> $1 AND kind = 'live' AND status <> 'closed'
"""

FETCH_BALANCE = """
SELECT owner.balance FROM accounts JOIN accounts AS owner ON owner.id = accounts.owner_id
WHERE accounts.id = $1
"""

IDENTIFY_ACCOUNT = """
SELECT accounts.id, accounts.owner_id, accounts.world_id, accounts.kind, accounts.status,
       accounts.auth_token, owner.status AS owner_status
FROM accounts JOIN accounts AS owner ON owner.id = accounts.owner_id
WHERE accounts.id = $1
"""

IDENTIFY_KEY = "SELECT account_id, kind, secret FROM api_keys WHERE id = $1"

# The first account and main key of a world, as `create_account_set` made them.
FIRST_PARENT = """
SELECT id, auth_token FROM accounts
WHERE world_id = $1 AND kind = 'live' AND owner_id = id ORDER BY id LIMIT 1
"""
FIRST_TEST_ACCOUNT = """
SELECT id, auth_token FROM accounts WHERE owner_id = $1 AND kind = 'test' ORDER BY id LIMIT 1
"""
FIRST_MAIN_KEY = """
SELECT id, secret FROM api_keys WHERE account_id = $1 AND kind = 'main' ORDER BY id LIMIT 1
"""

ANY_SEALED = """
(SELECT auth_token FROM accounts LIMIT 1) UNION ALL (SELECT value FROM platform_secrets LIMIT 1)
"""

INSERT_KEY = """
INSERT INTO api_keys (id, account_id, kind, friendly_name, secret, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
"""

FETCH_KEY = f"SELECT {KEY} FROM api_keys WHERE id = $1 AND account_id = $2"

# Where no account is named (iam): $2 is the account that asks, for itself or a subaccount.
FIND_KEY = f"""
SELECT {KEY} FROM api_keys
WHERE id = $1 AND account_id IN (SELECT id FROM accounts WHERE id = $2 OR owner_id = $2)
"""

UPDATE_KEY = f"""
UPDATE api_keys SET friendly_name = $3, updated_at = $4 WHERE id = $1 AND account_id = $2
RETURNING {KEY}
"""

OWNER_OF_KEY = "SELECT account_id FROM api_keys WHERE id = $1"

DELETE_KEY = "DELETE FROM api_keys WHERE id = $1 AND account_id = $2 RETURNING id"


def list_accounts(account_id: str, *, friendly_name: str | None, status: str | None) -> Select[Any]:
    """The account itself and its subaccounts."""
    columns = accounts.c
    statement = select(*columns).where(
        or_(columns.id == account_id, columns.owner_id == account_id), columns.kind == "live"
    )
    if friendly_name is not None:
        statement = statement.where(columns.friendly_name == friendly_name)
    if status is not None:
        statement = statement.where(columns.status == status)
    return statement


def list_keys(account_id: str) -> Select[Any]:
    """The API keys of an account, without their secrets."""
    columns = [column for column in api_keys.c if column is not api_keys.c.secret]
    return select(*columns).where(api_keys.c.account_id == account_id)


def account_of(row: asyncpg.Record, box: SecretBox) -> Account:
    """The account of a row that has every column."""
    return Account(
        sid=f"AC{row['id'].hex}",
        owner_sid=f"AC{row['owner_id'].hex}",
        world_id=row["world_id"].hex,
        kind=row["kind"],
        type=row["type"],
        status=row["status"],
        friendly_name=row["friendly_name"],
        auth_token=box.unseal(row["auth_token"]),
        balance=row["balance"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def key_of(row: asyncpg.Record) -> ApiKey:
    """The API key of a row."""
    return ApiKey(
        sid=f"SK{row['id'].hex}",
        account_sid=f"AC{row['account_id'].hex}",
        kind=row["kind"],
        friendly_name=row["friendly_name"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
