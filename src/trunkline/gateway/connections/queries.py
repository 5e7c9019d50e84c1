"""The SQL of connections, of requests for them and of their sessions: all of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

__all__ = [
    "BEGIN_TRY",
    "CALLER",
    "CHANGE",
    "CHOOSE",
    "DELETE_REQUESTS",
    "DELETE_SESSIONS",
    "END_EXPIRED_REQUESTS",
    "END_REQUEST",
    "END_REQUESTS",
    "END_SESSIONS",
    "END_TRY",
    "FETCH",
    "FETCH_REQUEST",
    "FIND",
    "FIND_PENDING_REQUEST",
    "FIND_REUSABLE",
    "GO_TO",
    "INSERT",
    "INSERT_REQUEST",
    "INSERT_SESSION",
    "LIST",
    "LOCK_USER",
    "LOOK",
    "MAY_USE_ACCOUNT",
    "NOTE_USES",
    "SPEND",
    "change_status",
]

# What a status change may write beside the status itself.
CHANGEABLE = frozenset(
    {"error", "metadata", "method", "refresh_at", "sealed", "settings", "redirect_uri"}
)

FETCH = "SELECT * FROM gateway_connections WHERE id = $1 AND status <> 'archived'"
# By its id, or else by the caller's own key for it.
FIND = """
SELECT * FROM gateway_connections
WHERE tenant_id = $1 AND user_id = $2 AND status <> 'archived' AND (id = $3 OR key = $4)
ORDER BY (id = $3) IS TRUE DESC LIMIT 1
"""
CHOOSE = {
    newest: f"""
SELECT * FROM gateway_connections
WHERE tenant_id = $1 AND user_id = $2 AND connector = $3 AND status = 'active'
ORDER BY created_at {direction}, id {direction} LIMIT 1
"""
    for newest, direction in ((False, "ASC"), (True, "DESC"))
}
FIND_REUSABLE = """
SELECT * FROM gateway_connections
WHERE tenant_id = $1 AND user_id = $2 AND connector = $3 AND status <> 'archived'
ORDER BY status = 'active' DESC, created_at, id LIMIT 1
"""
LIST = """
SELECT * FROM gateway_connections
WHERE tenant_id = $1 AND user_id = $2 AND status <> 'archived'
  AND ($3::text IS NULL OR connector = $3)
  AND ($4::text IS NULL OR status = $4)
  AND ($5::text[] IS NULL OR connector || ' ' || method = ANY ($5))
  AND ($6::text IS NULL OR position(lower($6) IN lower(name)) > 0
       OR position(lower($6) IN lower(coalesce(key, ''))) > 0
       OR position(lower($6) IN lower(connector)) > 0)
  AND ($7::timestamptz IS NULL OR (created_at, id) > ($7, $8::uuid))
ORDER BY created_at, id LIMIT $9
"""
# Whether the operator gave this user a key.
MAY_USE_ACCOUNT = """
SELECT EXISTS (SELECT FROM gateway_keys WHERE tenant_id = $1 AND user_id = $2
    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3))
"""
# Two that must not make the same thing twice for a user take turns.
LOCK_USER = "SELECT id FROM gateway_users WHERE id = $1 FOR NO KEY UPDATE"
INSERT = """
INSERT INTO gateway_connections (id, tenant_id, user_id, connector, key, name, status, method,
    settings, metadata, revision, redirect_uri, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', 0, $10, $11, $11)
RETURNING *
"""
CHANGE = """
UPDATE gateway_connections
SET name = CASE WHEN $5 THEN $6 ELSE name END, key = CASE WHEN $7 THEN $8 ELSE key END,
    updated_at = $4
WHERE id = $1 AND tenant_id = $2 AND user_id = $3 AND status <> 'archived'
RETURNING *
"""
NOTE_USES = """
UPDATE gateway_connections c SET last_used_at = u.at
FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at)
WHERE c.id = u.id AND (c.last_used_at IS NULL OR c.last_used_at < u.at)
"""
CALLER = """
SELECT t.id AS tenant_id, t.key AS tenant_key, t.world_id, t.account_id,
       u.id AS user_id, u.key AS user_key, u.email
FROM gateway_users u JOIN gateway_tenants t ON t.id = u.tenant_id
WHERE t.id = $1 AND u.id = $2
"""

INSERT_REQUEST = """
INSERT INTO gateway_connect_requests (id, tenant_id, user_id, connector, connection_id, status,
    redirect_uri, created_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING *
"""
FETCH_REQUEST = """
SELECT * FROM gateway_connect_requests WHERE id = $1 AND tenant_id = $2 AND user_id = $3
"""
FIND_PENDING_REQUEST = """
SELECT * FROM gateway_connect_requests WHERE id = $1 AND ended_at IS NULL AND created_at > $2
"""
# Where a person goes who was sent to a provider and came back.
GO_TO = """
SELECT coalesce(
    (SELECT r.redirect_uri FROM gateway_connect_requests r WHERE r.connection_id = c.id
     ORDER BY r.created_at DESC, r.id DESC LIMIT 1), c.redirect_uri)
FROM gateway_connections c WHERE c.id = $1 AND c.status <> 'archived'
"""
END_REQUEST = """
UPDATE gateway_connect_requests SET status = $2, error = $3, ended_at = $4
WHERE id = $1 AND ended_at IS NULL
RETURNING *
"""
END_REQUESTS = """
UPDATE gateway_connect_requests SET status = $2, error = $3, ended_at = $4
WHERE connection_id = $1 AND ended_at IS NULL
"""

INSERT_SESSION = """
INSERT INTO gateway_connect_sessions
    (hash, connection_id, request_id, tries, created_at, expires_at)
SELECT $1, c.id, $3, 0, $4, $5 FROM gateway_connections c
WHERE c.id = $2 AND c.status <> 'archived'
RETURNING hash
"""
LOOK = """
SELECT c.*, s.request_id, s.expires_at, s.tries,
       coalesce(r.redirect_uri, c.redirect_uri) AS go_to,
       t.key AS tenant_key, t.world_id, t.account_id, u.key AS user_key, u.email
FROM gateway_connect_sessions s
JOIN gateway_connections c ON c.id = s.connection_id
JOIN gateway_tenants t ON t.id = c.tenant_id
JOIN gateway_users u ON u.id = c.user_id
LEFT JOIN gateway_connect_requests r ON r.id = s.request_id
WHERE s.hash = $1 AND s.used_at IS NULL AND s.expires_at > $2 AND s.tries < $3
  AND c.status <> 'archived' AND r.status IS DISTINCT FROM 'cancelled'
"""
BEGIN_TRY = """
UPDATE gateway_connect_sessions SET tries = tries + 1, busy_until = $4
WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3
  AND (busy_until IS NULL OR busy_until <= $2)
RETURNING tries
"""
END_TRY = "UPDATE gateway_connect_sessions SET busy_until = NULL WHERE hash = $1"
SPEND = """
UPDATE gateway_connect_sessions SET used_at = $2
WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
RETURNING connection_id
"""
END_SESSIONS = """
UPDATE gateway_connect_sessions SET used_at = $2 WHERE connection_id = $1 AND used_at IS NULL
"""

DELETE_SESSIONS = """
DELETE FROM gateway_connect_sessions WHERE hash IN (
    SELECT hash FROM gateway_connect_sessions WHERE expires_at < $1 LIMIT $2
    FOR UPDATE SKIP LOCKED)
"""
END_EXPIRED_REQUESTS = """
UPDATE gateway_connect_requests SET status = 'error', error = $3, ended_at = $4
WHERE id IN (
    SELECT id FROM gateway_connect_requests
    WHERE ended_at IS NULL AND created_at <= $1 ORDER BY created_at LIMIT $2
    FOR UPDATE SKIP LOCKED)
RETURNING tenant_id, user_id
"""
DELETE_REQUESTS = """
DELETE FROM gateway_connect_requests WHERE id IN (
    SELECT id FROM gateway_connect_requests
    WHERE ended_at < $1 AND created_at < $1 ORDER BY created_at LIMIT $2
    FOR UPDATE SKIP LOCKED)
"""


def change_status(columns: Iterable[str], *, new_credentials: bool) -> str:
    """The statement that writes a status; its arguments: id, status, those from which it may come,
    the revision it must have or NULL, the time, then the values of `columns`, in their order."""
    return _change_status(tuple(columns), new_credentials)


@lru_cache
def _change_status(columns: tuple[str, ...], new_credentials: bool) -> str:
    if not CHANGEABLE.issuperset(columns):
        raise ValueError(f"not to be written with a status: {sorted(set(columns) - CHANGEABLE)}")
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(columns, 6))
    if new_credentials:
        sets += ", revision = revision + 1, refresh_owner = NULL, refresh_until = NULL"
    return (
        f"UPDATE gateway_connections SET status = $2, updated_at = $5{sets}"
        " WHERE id = $1 AND status = ANY ($3::text[])"
        " AND ($4::bigint IS NULL OR revision = $4) RETURNING *"
    )
