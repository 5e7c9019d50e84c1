"""The SQL of calls that are going on."""

from __future__ import annotations

# One statement for all of a node's calls. Those that are not its own any more are left out.
BEAT = """
UPDATE live_calls SET frames = u.frames, beat_at = now()
FROM unnest($2::uuid[], $3::int[]) AS u(id, frames)
WHERE call_id = u.id AND owner = $1 RETURNING call_id
"""
END = "DELETE FROM live_calls WHERE call_id = ANY ($1::uuid[])"
OWN = "SELECT call_id FROM live_calls WHERE owner = $1"
TAKE_OVER = """
UPDATE live_calls SET owner = $1 WHERE owner IN (
    SELECT id FROM nodes WHERE lease_until < now() AND id <> $1
) RETURNING call_id
"""
# Of a call that was deleted, or has ended, nothing is to be taken up.
DROP_OVER = """
DELETE FROM live_calls WHERE owner = $1 AND call_id = ANY ($2::uuid[]) AND NOT EXISTS (
    SELECT FROM calls WHERE calls.id = call_id AND NOT status = ANY ($3::text[])
)
"""
LEFT = """
SELECT calls.id, calls.account_id, calls.world_id, parent_id, direction, status, sender, recipient,
       number_id, forwarded_from, document, status_callback, options, answered_at, created_at,
       live_calls.frames
FROM live_calls JOIN calls ON calls.id = call_id
WHERE owner = $1 AND call_id = ANY ($2::uuid[]) ORDER BY call_id
"""
RESET_WORLD = "DELETE FROM live_calls WHERE world_id = $1"
