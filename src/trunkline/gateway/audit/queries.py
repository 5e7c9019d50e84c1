"""All SQL of the audit log."""

from __future__ import annotations

from typing import Final

from trunkline.gateway.audit.entry import COLUMNS

__all__ = ["APPEND", "ENTRIES", "FIND", "HASH", "HEAD", "LOCK_HEAD", "WRITTEN"]

LOCK_HEAD: Final = "SELECT seq, hash FROM gateway_audit_head FOR UPDATE"
# In one statement, so that both are of one moment.
HEAD: Final = """
SELECT seq, hash, (SELECT max(seq) FROM gateway_audit) AS last FROM gateway_audit_head
"""
WRITTEN: Final = "SELECT true FROM gateway_audit WHERE id = $1::uuid"

# $1 and $2 are the new head, $3 the entries' numbers, $4 their hashes, then COLUMNS.
APPEND: Final = f"""
WITH head AS (UPDATE gateway_audit_head SET seq = $1, hash = $2)
INSERT INTO gateway_audit (seq, hash, {", ".join(COLUMNS)})
SELECT * FROM unnest(
    $3::bigint[], $4::bytea[], $5::uuid[], $6::timestamptz[], $7::uuid[], $8::uuid[], $9::uuid[],
    $10::uuid[], $11::text[], $12::text[], $13::text[], $14::int[], $15::float8[], $16::bigint[],
    $17::bigint[], $18::text[])
"""

TEXTS = {"id", "tenant_id", "user_id", "key_id", "connection_id"}
SHOWN = ", ".join(f"a.{name}::text" if name in TEXTS else f"a.{name}" for name in COLUMNS)

HASH: Final = "SELECT hash FROM gateway_audit WHERE seq = $1 LIMIT 2"
# Those behind number $1, as far as $2, in order.
ENTRIES: Final = f"""
SELECT a.seq, a.hash, {SHOWN} FROM gateway_audit a
WHERE a.seq > $1 AND a.seq <= $2 ORDER BY a.seq LIMIT $3
"""

FIND: Final = f"""
SELECT a.seq, {SHOWN}, t.key AS tenant, u.key AS user_key, k.name AS key_name
FROM gateway_audit a
LEFT JOIN gateway_tenants t ON t.id = a.tenant_id
LEFT JOIN gateway_users u ON u.id = a.user_id
LEFT JOIN gateway_keys k ON k.id = a.key_id
WHERE ($1::bigint IS NULL OR a.seq < $1)
  AND ($2::text IS NULL OR a.tenant_id = (SELECT id FROM gateway_tenants WHERE key = $2))
  AND ($3::uuid IS NULL OR a.connection_id = $3)
  AND ($4::uuid IS NULL OR a.key_id = $4)
  AND ($5::text IS NULL OR a.kind = $5 OR starts_with(a.kind, $5 || '.'))
  AND ($6::timestamptz IS NULL OR a.at >= $6)
  AND ($7::timestamptz IS NULL OR a.at < $7)
  AND (NOT $8::boolean OR a.code IS NOT NULL OR a.status >= 400)
ORDER BY a.seq DESC LIMIT $9
"""
