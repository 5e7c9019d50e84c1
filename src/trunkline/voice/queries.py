"""The SQL of calls."""

from __future__ import annotations

NEW_COLUMNS = (
    "id",
    "account_id",
    "world_id",
    "parent_id",
    "direction",
    "status",
    "sender",
    "recipient",
    "number_id",
    "forwarded_from",
    "document",
    "status_callback",
    "told",
    "options",
    "queue_ms",
    "started_at",
    "event_seq",
    "created_at",
    "updated_at",
)
LIVE_COLUMNS = ("call_id", "world_id", "account_id", "owner", "beat_at")

COUNT_EVENT = """
UPDATE calls SET event_seq = event_seq + 1 WHERE id = $1 RETURNING event_seq, account_id
"""
