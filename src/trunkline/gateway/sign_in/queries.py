"""The SQL of signing in, all of it, and how its rows become values. Ids are UUIDs with dashes."""

from __future__ import annotations

from typing import Any

import asyncpg

from trunkline.gateway.sign_in.model import Client, Grant, Person

# One at a time on the platform: the first signing key; a bounded number of rows.
LOCK_KEYS = 7_242_017
LOCK_CLIENTS = 7_242_018
LOCK_DEVICES = 7_242_019
LOCK = "SELECT pg_advisory_xact_lock($1)"


def key_lives(table: str) -> str:
    """SQL: what an API key allowed lives as long as the key; $2 is now."""
    return f"""({table}.key_id IS NULL OR EXISTS (
        SELECT FROM gateway_keys AS k WHERE k.id = {table}.key_id AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > $2)))"""


SIGNING_KEYS = "SELECT id, sealed FROM gateway_signing_keys ORDER BY id"
INSERT_SIGNING_KEY = """
INSERT INTO gateway_signing_keys (id, sealed, created_at) VALUES ($1, $2, $3)
"""

FETCH_CLIENT = "SELECT * FROM gateway_clients WHERE id = $1"
COUNT_CLIENTS = "SELECT count(*) FROM gateway_clients"
INSERT_CLIENT = """
INSERT INTO gateway_clients (id, name, redirect_uris, grant_types, created_at)
VALUES ($1, $2, $3, $4, $5)
"""
# $1 now, $2 made before, $3 how many: the oldest with which nobody is signed in.
FORGET_CLIENTS = """
DELETE FROM gateway_clients WHERE id IN (
    SELECT id FROM gateway_clients AS c
    WHERE created_at < $2 AND NOT EXISTS (
        SELECT FROM gateway_grants AS g
        WHERE g.client_id = c.id AND g.revoked_at IS NULL AND g.expires_at > $1
    )
    ORDER BY created_at LIMIT $3
)
"""

LIVE = f"g.revoked_at IS NULL AND g.expires_at > $2 AND {key_lives('g')}"
INSERT_GRANT = """
INSERT INTO gateway_grants (id, parent_id, client_id, tenant_id, user_id, key_id, is_admin, scope,
                            resource, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
FETCH_GRANT = "SELECT * FROM gateway_grants WHERE id = $1"
LIVE_GRANT = f"SELECT g.* FROM gateway_grants AS g WHERE g.id = $1 AND {LIVE}"
# A revocation waits until what is made of the grant is there to be revoked with it.
SHARE_GRANT = f"{LIVE_GRANT} FOR SHARE OF g"
REVOKE_GRANT = """
UPDATE gateway_grants SET revoked_at = $2, revoked_because = $3
WHERE id = $1 AND revoked_at IS NULL RETURNING id
"""
REVOKE_BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM gateway_grants WHERE parent_id = $1
    UNION ALL SELECT g.id FROM gateway_grants AS g JOIN below ON g.parent_id = below.id
)
UPDATE gateway_grants SET revoked_at = $2, revoked_because = $3
WHERE id IN (SELECT id FROM below) AND revoked_at IS NULL RETURNING id
"""

INSERT_REFRESH = """
INSERT INTO gateway_refresh_tokens (hash, grant_id, created_at, expires_at)
VALUES ($1, $2, $3, $4)
"""
LOCK_REFRESH = f"""
SELECT g.*, r.used_at AS token_used_at, r.expires_at AS token_expires_at, {LIVE} AS is_live
FROM gateway_refresh_tokens AS r JOIN gateway_grants AS g ON g.id = r.grant_id
WHERE r.hash = $1 FOR UPDATE OF r, g
"""
USE_REFRESH = "UPDATE gateway_refresh_tokens SET used_at = $2 WHERE hash = $1"
GRANT_OF_REFRESH = "SELECT grant_id FROM gateway_refresh_tokens WHERE hash = $1"

INSERT_CODE = """
INSERT INTO gateway_authorization_codes
    (hash, client_id, redirect_uri, challenge, nonce, tenant_id, user_id, key_id, is_admin, scope,
     resource, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
LOCK_CODE = "SELECT * FROM gateway_authorization_codes WHERE hash = $1 FOR UPDATE"
USE_CODE = """
UPDATE gateway_authorization_codes SET used_at = $2, grant_id = $3 WHERE hash = $1
"""

COUNT_DEVICES = """
SELECT count(*) FROM gateway_device_codes WHERE status = 'pending' AND expires_at > $1
"""
INSERT_DEVICE = """
INSERT INTO gateway_device_codes
    (hash, user_code, client_id, scope, resource, status, seconds, is_admin, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, 'pending', $6, false, $7, $8)
ON CONFLICT (user_code) DO NOTHING RETURNING user_code
"""
PENDING_DEVICE = """
SELECT client_id, scope FROM gateway_device_codes
WHERE user_code = $1 AND status = 'pending' AND expires_at > $2
"""
DECIDE_DEVICE = """
UPDATE gateway_device_codes
SET status = $3, tenant_id = $4, user_id = $5, key_id = $6, is_admin = $7
WHERE user_code = $1 AND status = 'pending' AND expires_at > $2 RETURNING client_id
"""
LOCK_DEVICE = "SELECT * FROM gateway_device_codes WHERE hash = $1 FOR UPDATE"
NOTE_POLL = "UPDATE gateway_device_codes SET polled_at = $2, seconds = $3 WHERE hash = $1"
USE_DEVICE = "UPDATE gateway_device_codes SET status = 'used', grant_id = $2 WHERE hash = $1"

INSERT_SIGN_IN_CODE = """
INSERT INTO gateway_sign_in_codes
    (hash, tenant_id, user_id, key_id, is_admin, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
LOOK_SIGN_IN_CODE = f"""
SELECT tenant_id, user_id, key_id, is_admin FROM gateway_sign_in_codes AS c
WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 AND {key_lives("c")}
"""
SPEND_SIGN_IN_CODE = f"""
UPDATE gateway_sign_in_codes AS c SET used_at = $2
WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 AND {key_lives("c")}
RETURNING tenant_id, user_id, key_id, is_admin
"""

FETCH_USER = "SELECT id, key, name, email FROM gateway_users WHERE id = $1 AND tenant_id = $2"

# Of each, what ended before $1. Used codes and tokens stay until then, so that reuse is noticed.
SWEEP = (
    "DELETE FROM gateway_sign_in_codes WHERE expires_at < $1",
    "DELETE FROM gateway_authorization_codes WHERE expires_at < $1",
    "DELETE FROM gateway_device_codes WHERE expires_at < $1",
    "DELETE FROM gateway_refresh_tokens WHERE expires_at < $1",
    "DELETE FROM gateway_grants WHERE expires_at < $1 OR revoked_at < $1",
)


def person_of(row: asyncpg.Record) -> Person:
    """Who allowed it, of a row that has the four columns."""
    return Person(
        tenant_id=str(row["tenant_id"]),
        user_id=str(row["user_id"]),
        key_id=_text(row["key_id"]),
        is_admin=row["is_admin"],
    )


def grant_of(row: asyncpg.Record) -> Grant:
    """The grant of a row that has every column."""
    return Grant(
        id=str(row["id"]),
        parent_id=_text(row["parent_id"]),
        client_id=row["client_id"],
        person=person_of(row),
        scope=row["scope"],
        resource=row["resource"],
        expires_at=row["expires_at"],
    )


def client_of(row: asyncpg.Record) -> Client:
    """The client of a row."""
    return Client(
        id=row["id"],
        name=row["name"],
        redirect_uris=tuple(row["redirect_uris"]),
        grant_types=tuple(row["grant_types"]),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
