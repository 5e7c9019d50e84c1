"""The SQL of claims."""

from __future__ import annotations

__all__ = ["CLAIM", "END", "READ", "RENEW", "SWEEP"]

# What is claimed comes back; a row that blocks an equal request stays as it is.
CLAIM = """
INSERT INTO gateway_sends
    (fingerprint, id, tenant_id, connection_id, method, started_at, blocks_until)
SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[],
    $6::timestamptz[], $7::timestamptz[])
ON CONFLICT (fingerprint) DO UPDATE SET
    id = EXCLUDED.id,
    tenant_id = EXCLUDED.tenant_id,
    connection_id = EXCLUDED.connection_id,
    method = EXCLUDED.method,
    started_at = EXCLUDED.started_at,
    blocks_until = EXCLUDED.blocks_until,
    ended_at = NULL,
    status = NULL
WHERE gateway_sends.blocks_until <= EXCLUDED.started_at
RETURNING fingerprint
"""

READ = """
SELECT fingerprint, id::text AS id, started_at, blocks_until, ended_at, status
FROM gateway_sends WHERE fingerprint = ANY($1::bytea[])
"""

# Nobody waits for the disk: an end that a crash of the database loses leaves its row unknown, which
# is the safe side. Else each claim would wait for the ends before it.
END = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
UPDATE gateway_sends AS s
SET ended_at = e.ended_at, blocks_until = e.blocks_until, status = e.status
FROM quick, unnest($1::bytea[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::integer[])
    AS e (fingerprint, id, ended_at, blocks_until, status)
WHERE s.fingerprint = e.fingerprint AND s.id = e.id
"""

RENEW = """
UPDATE gateway_sends AS s SET blocks_until = $3
FROM unnest($1::bytea[], $2::uuid[]) AS r (fingerprint, id)
WHERE s.fingerprint = r.fingerprint AND s.id = r.id AND s.ended_at IS NULL
"""

SWEEP = """
DELETE FROM gateway_sends WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM gateway_sends WHERE started_at < $1 AND blocks_until <= $2
    ORDER BY started_at LIMIT $3 FOR UPDATE SKIP LOCKED
))
"""
