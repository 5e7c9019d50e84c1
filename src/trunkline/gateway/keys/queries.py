"""The SQL of tenants, users and keys, all of it, and how its rows become values."""

from __future__ import annotations

from typing import Final

import asyncpg

from trunkline.gateway.keys.model import KeyInfo, Tenant, User

TENANT: Final = "id, key, world_id, account_id"
USER: Final = "id, tenant_id, key, name, email, fields"
KEY: Final = """k.id, t.key AS tenant, u.key AS user_key, k.name, k.hint, k.workspace_key,
       k.created_at, k.expires_at, k.last_used_at, k.revoked_at"""
KEYS: Final = """gateway_keys k JOIN gateway_tenants t ON t.id = k.tenant_id
     JOIN gateway_users u ON u.id = k.user_id"""

# Two at once: the second waits for the first, and then finds its row.
INSERT_TENANT: Final = f"""
INSERT INTO gateway_tenants (id, key, world_id, account_id, created_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING RETURNING {TENANT}
"""
TENANT_BY_KEY: Final = f"SELECT {TENANT} FROM gateway_tenants WHERE key = $1"
TENANT_BY_ID: Final = f"SELECT {TENANT} FROM gateway_tenants WHERE id = $1"

INSERT_USER: Final = f"""
INSERT INTO gateway_users (id, tenant_id, key, name, email, fields, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, key) DO NOTHING RETURNING {USER}
"""
FETCH_USER: Final = f"SELECT {USER} FROM gateway_users WHERE tenant_id = $1 AND key = $2"
UPDATE_USER: Final = f"""
UPDATE gateway_users SET name = coalesce($3, name), email = coalesce($4, email),
       fields = coalesce($5, fields)
WHERE tenant_id = $1 AND key = $2 RETURNING {USER}
"""

INSERT_KEY: Final = """
INSERT INTO gateway_keys (id, tenant_id, user_id, name, hash, hint, workspace_key,
                          workspace_secret, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (hash) DO NOTHING RETURNING id
"""
LIST_KEYS: Final = f"""
SELECT {KEY} FROM {KEYS} WHERE $1::text IS NULL OR t.key = $1 ORDER BY k.id
"""
KEY_BY_HASH: Final = f"SELECT {KEY} FROM {KEYS} WHERE k.hash = $1"
REVOKE_KEY: Final = """
UPDATE gateway_keys SET revoked_at = $2, workspace_secret = NULL
WHERE id = $1 AND revoked_at IS NULL RETURNING id
"""

IDENTITY: Final = f"""
SELECT k.id, k.hash, k.workspace_key, k.workspace_secret, k.expires_at, k.revoked_at,
       t.id AS tenant_id, t.key AS tenant_key, t.world_id, t.account_id,
       u.id AS user_id, u.key AS user_key, u.email
FROM {KEYS}
"""
IDENTIFY_BY_HASH: Final = f"{IDENTITY} WHERE k.hash = $1"
IDENTIFY_BY_WORKSPACE: Final = f"{IDENTITY} WHERE k.workspace_key = $1"

# $3 is a minute before $2: another node may have said so already.
NOTE_USES: Final = """
UPDATE gateway_keys SET last_used_at = $2
WHERE id = ANY($1::uuid[]) AND (last_used_at IS NULL OR last_used_at <= $3)
"""


def tenant_of(row: asyncpg.Record) -> Tenant:
    """The tenant of a row."""
    return Tenant(
        id=str(row["id"]),
        key=row["key"],
        world_id=row["world_id"].hex,
        account_sid=f"AC{row['account_id'].hex}",
    )


def user_of(row: asyncpg.Record) -> User:
    """The user of a row."""
    return User(
        id=str(row["id"]),
        tenant_id=str(row["tenant_id"]),
        key=row["key"],
        name=row["name"],
        email=row["email"],
        fields=row["fields"],
    )


def key_of(row: asyncpg.Record) -> KeyInfo:
    """The key of a row."""
    return KeyInfo(
        id=str(row["id"]),
        tenant=row["tenant"],
        user=row["user_key"],
        name=row["name"],
        hint=row["hint"],
        workspace_key=row["workspace_key"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
