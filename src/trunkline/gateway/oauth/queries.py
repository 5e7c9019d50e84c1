"""The SQL of OAuth flows and of renewals.

The lease of a renewal (`refresh_owner`, `refresh_until`) and a delay after a failed one are in the
database's time, so that nodes whose clocks differ agree. What decides whether new tokens are
written is the revision alone: a lease only keeps others from asking at the same time.
"""

from __future__ import annotations

__all__ = [
    "DELAY",
    "END_DELAY",
    "FORGET_OLD_STATES",
    "KEEP_STATE",
    "LEASE",
    "READ",
    "RELEASE",
    "TAKE_STATE",
    "TENANT_ACCOUNT",
]

KEEP_STATE = """
INSERT INTO gateway_oauth_states
    (hash, browser, connection_id, method, redirect_uri, sealed, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# A state is used once: who deletes it has it.
TAKE_STATE = """
DELETE FROM gateway_oauth_states WHERE hash = $1 AND browser = $2 AND expires_at > $3
RETURNING connection_id, method, redirect_uri, sealed
"""
FORGET_OLD_STATES = "DELETE FROM gateway_oauth_states WHERE expires_at <= $1"

# `delay`: seconds until one may ask again.
READ = """
SELECT c.*,
    extract(epoch FROM d.not_before - clock_timestamp())::float8 AS delay,
    coalesce(d.failures, 0) AS failures, coalesce(d.doubt, false) AS doubt
FROM gateway_connections c
LEFT JOIN gateway_oauth_delays d ON d.connection_id = c.id AND d.revision = c.revision
WHERE c.id = $1
"""
LEASE = """
UPDATE gateway_connections c
SET refresh_owner = $3, refresh_until = clock_timestamp() + make_interval(secs => $4)
WHERE c.id = $1 AND c.revision = $2 AND c.status IN ('active', 'failed')
    AND (c.refresh_until IS NULL OR c.refresh_until <= clock_timestamp())
    AND NOT EXISTS (
        SELECT FROM gateway_oauth_delays d
        WHERE d.connection_id = c.id AND d.revision = c.revision
            AND d.not_before > clock_timestamp()
    )
RETURNING c.revision
"""
RELEASE = """
UPDATE gateway_connections SET refresh_owner = NULL, refresh_until = NULL
WHERE id = $1 AND refresh_owner = $2
"""
DELAY = """
INSERT INTO gateway_oauth_delays AS d (connection_id, revision, failures, doubt, not_before)
SELECT c.id, c.revision, 1, $3, clock_timestamp() + make_interval(secs => $4)
FROM gateway_connections c WHERE c.id = $1 AND c.revision = $2
ON CONFLICT (connection_id) DO UPDATE SET
    revision = excluded.revision,
    failures = CASE WHEN d.revision = excluded.revision THEN d.failures + 1 ELSE 1 END,
    doubt = excluded.doubt OR (d.doubt AND d.revision = excluded.revision),
    not_before = excluded.not_before
"""
END_DELAY = "DELETE FROM gateway_oauth_delays WHERE connection_id = $1"

TENANT_ACCOUNT = "SELECT account_id FROM gateway_tenants WHERE id = $1"
