"""The SQL with which people look up requests, beside that of `queries`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from trunkline.webhooks.tables import deliveries

# Without what is large: headers and bodies.
SUMMARY = (
    deliveries.c.id,
    deliveries.c.subject_id,
    deliveries.c.subject_kind,
    deliveries.c.account_id,
    deliveries.c.kind,
    deliveries.c.url,
    deliveries.c.method,
    deliveries.c.data,
    deliveries.c.outcome,
    deliveries.c.status,
    deliveries.c.error_code,
    func.jsonb_array_length(deliveries.c.attempts).label("attempts"),
    deliveries.c.created_at,
    deliveries.c.real_time,
    deliveries.c.finished_at,
    deliveries.c.ended_at,
)
# Backwards from an id, as what is under way is known to memory alone.
QUEUED = """
SELECT id, subject_id, subject_kind, account_id, kind, url, method, data, 'waiting' AS outcome,
       NULL::int AS status, NULL::int AS error_code, 0 AS attempts, created_at, real_time,
       NULL::timestamptz AS finished_at, NULL::timestamptz AS ended_at
FROM deliveries_due WHERE world_id = $1 AND ($2::uuid IS NULL OR subject_id = $2)
  AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4
"""
# At most two: a name that fits several names none.
NAMED = """
(SELECT id FROM deliveries WHERE world_id = $1 AND id BETWEEN $2 AND $3 LIMIT 2)
UNION
(SELECT id FROM deliveries_due WHERE world_id = $1 AND id BETWEEN $2 AND $3 LIMIT 2)
"""
WAITS_WITH_TOKEN = """
SELECT id FROM deliveries_due WHERE world_id = $1 AND token = $2 LIMIT 1
"""
WAS_DELIVERED = """
SELECT true FROM deliveries WHERE subject_id = $1 AND token = $2 AND outcome = 'delivered' LIMIT 1
"""


def list_ended(world_id: str, *, subject_id: str | None, outcome: str | None) -> Select[Any]:
    """The requests of a world that have ended, as `SUMMARY` shows them."""
    statement = select(*SUMMARY).where(deliveries.c.world_id == world_id)
    if subject_id is not None:
        statement = statement.where(deliveries.c.subject_id == subject_id)
    if outcome is not None:
        statement = statement.where(deliveries.c.outcome == outcome)
    return statement
