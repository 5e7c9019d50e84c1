"""The SQL of webhooks, but for that of alerts."""

from __future__ import annotations

# --- the queue ------------------------------------------------------------------------------
END = """
DELETE FROM deliveries_due WHERE id = ANY ($1::uuid[]) AND owner = $2 RETURNING id
"""
IDENTITY = (
    "id",
    "token",
    "subject_id",
    "subject_kind",
    "account_id",
    "world_id",
    "kind",
)
DUE_COLUMNS = (
    *IDENTITY,
    "host",
    "url",
    "method",
    "data",
    "due_at",
    "created_at",
    "real_time",
    "owner",
)
LINES = "SELECT DISTINCT account_id, host FROM deliveries_due WHERE owner = $1"
LOAD_LINE = """
SELECT id, token, subject_id, subject_kind, account_id, world_id, kind, url, method, data, due_at,
       created_at, real_time
FROM deliveries_due WHERE owner = $1 AND account_id = $2 AND host = $3 ORDER BY id LIMIT $4
"""
TAKE_OVER = """
UPDATE deliveries_due SET owner = $1 WHERE owner IN (
    SELECT id FROM nodes WHERE lease_until < now() AND id <> $1
)
"""

# --- the log --------------------------------------------------------------------------------
LOG_COLUMNS = (
    *IDENTITY,
    "url",
    "method",
    "data",
    "outcome",
    "status",
    "error_code",
    "attempts",
    "response_headers",
    "response_body",
    "created_at",
    "real_time",
    "finished_at",
    "ended_at",
)
FETCH = """
SELECT id, token, subject_id, subject_kind, account_id, world_id, kind, url, method, data, outcome,
       status, error_code, attempts, response_headers, response_body, created_at, real_time,
       finished_at, ended_at
FROM deliveries WHERE id = $1 AND world_id = $2
"""
FETCH_DUE = """
SELECT id, token, subject_id, subject_kind, account_id, world_id, kind, url, method, data,
       'waiting' AS outcome, NULL::int AS status, NULL::int AS error_code, '[]'::jsonb AS attempts,
       NULL::jsonb AS response_headers, NULL::bytea AS response_body, created_at, real_time,
       NULL::timestamptz AS finished_at, NULL::timestamptz AS ended_at
FROM deliveries_due WHERE id = $1 AND world_id = $2
"""
# The text of a reply is in the answer that it came with, and an app may repeat what it was asked,
# in headers too.
FORGET_ANSWERS = """
UPDATE deliveries SET response_body = NULL, response_headers = NULL, data = data - 'parameters'
WHERE subject_id = ANY ($1::uuid[])
  AND (response_body IS NOT NULL OR response_headers IS NOT NULL OR data ? 'parameters')
"""


# --- cookies of conversations ---------------------------------------------------------------
LOAD_COOKIES = "SELECT * FROM conversation_cookies"
LOAD_JAR = """
SELECT * FROM conversation_cookies WHERE account_id = $1 AND sender = $2 AND recipient = $3
"""
KEEP_COOKIES = """
INSERT INTO conversation_cookies (account_id, sender, recipient, world_id, cookies, used_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_id, sender, recipient)
DO UPDATE SET cookies = excluded.cookies, used_at = excluded.used_at
"""
DROP_COOKIES = "DELETE FROM conversation_cookies WHERE world_id = $1 AND used_at < $2"

# --- settings of worlds ---------------------------------------------------------------------
LOAD_WORLDS = "SELECT world_id, chaos, maps FROM webhook_worlds"
LOAD_WORLD = "SELECT world_id, chaos, maps FROM webhook_worlds WHERE world_id = $1"
KEEP_WORLD = """
INSERT INTO webhook_worlds (world_id, chaos, maps) VALUES ($1, $2, $3)
ON CONFLICT (world_id) DO UPDATE SET chaos = excluded.chaos, maps = excluded.maps
"""

# --- reset ----------------------------------------------------------------------------------
RESET_WORLD = (
    "DELETE FROM deliveries_due WHERE world_id = $1",
    "DELETE FROM deliveries WHERE world_id = $1",
    "DELETE FROM alerts WHERE world_id = $1",
    "DELETE FROM conversation_cookies WHERE world_id = $1",
    # The maps stay: they say where the apps are that numbers and debuggers name.
    "UPDATE webhook_worlds SET chaos = NULL WHERE world_id = $1",
)
