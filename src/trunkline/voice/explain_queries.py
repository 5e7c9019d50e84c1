"""The SQL of what is told of calls beyond the API."""

from __future__ import annotations

COLUMNS = """
id, account_id, parent_id, direction, status, sender, recipient, answered_by, error_code, duration,
forwarded_from, queue_ms, document, started_at, answered_at, ended_at, created_at
"""
OF_WORLD = f"""
SELECT {COLUMNS} FROM calls
WHERE world_id = $1 AND ($2::text IS NULL OR sender = $2 OR recipient = $2)
  AND ($3::text[] IS NULL OR status = ANY ($3))
ORDER BY id DESC LIMIT $4
"""
FETCH = f"SELECT {COLUMNS} FROM calls WHERE id = $1 AND world_id = $2"
CHILDREN = "SELECT id FROM calls WHERE parent_id = $1 ORDER BY id"
EVENTS = """
SELECT seq, kind, data, world_time, real_time FROM call_events WHERE subject_id = $1 ORDER BY seq
"""
BETWEEN = """
SELECT id, sender, recipient FROM calls WHERE id = ANY ($1::uuid[]) AND world_id = $2
"""
BETWEEN_RECORDED = """
SELECT r.id, c.sender, c.recipient FROM recordings r JOIN calls c ON c.id = r.call_id
WHERE r.id = ANY ($1::uuid[]) AND c.world_id = $2
"""
# Within the partitions from an id on: no alert about a call is older than the call.
ALERTS = """
SELECT code, message, created_at, real_time FROM alerts
WHERE world_id = $1 AND resource = $2 AND id >= $3 ORDER BY id LIMIT 100
"""
