"""The SQL of recordings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from trunkline.voice.recordings.tables import recordings

NEW_COLUMNS = (
    "id",
    "account_id",
    "world_id",
    "call_id",
    "conference_id",
    "status",
    "source",
    "track",
    "channels",
    "trim",
    "callback",
    "owner",
    "event_seq",
    "created_at",
    "updated_at",
)
# What a status callback tells, and where it goes.
CALLBACK_COLUMNS = (
    "call_id",
    "conference_id",
    "source",
    "track",
    "channels",
    "callback",
    "duration",
    "error_code",
    "created_at",
)
CALLBACK_FACTS = f"""
SELECT id, account_id, {", ".join(CALLBACK_COLUMNS)} FROM recordings WHERE id = ANY ($1::uuid[])
"""

FETCH_CALL = "SELECT id, status FROM calls WHERE id = $1 AND account_id = $2"

FETCH = """
SELECT * FROM recordings WHERE id = $1 AND account_id = $2
AND ($3::uuid IS NULL OR call_id = $3) AND ($4::uuid IS NULL OR conference_id = $4)
AND (deleted_at IS NULL OR deleted_at > $5::timestamptz)
"""
FETCH_AUDIO = """
SELECT id, call_id, status, channels, blob_id, size FROM recordings
WHERE id = $1 AND account_id = $2
"""
# What the callback `completed` of a call tells of it: the recording that `Record=true` made.
FETCH_OF_CALL = """
SELECT id, account_id, duration FROM recordings
WHERE call_id = $1 AND source = 'OutboundAPI' AND status = 'completed' ORDER BY id LIMIT 1
"""

UNFINISHED = """
SELECT id, account_id, world_id, call_id, conference_id, status, source, track, channels, trim,
    callback, owner, created_at
FROM recordings
WHERE status = ANY ($1::text[])
    AND (CASE WHEN $2::uuid IS NULL THEN owner = $3 ELSE call_id = $2 END)
ORDER BY id
"""
NEEDED = "SELECT id FROM recordings WHERE id = ANY ($1::uuid[]) AND status = ANY ($2::text[])"
KEPT = "SELECT blob_id FROM recordings WHERE blob_id = ANY ($1::uuid[])"
FORGET_AUDIO = "UPDATE recordings SET blob_id = NULL, size = NULL WHERE id = ANY ($1::uuid[])"
DROP_OLD = """
WITH old AS (DELETE FROM recordings WHERE deleted_at < $1 AND world_id = $2 RETURNING id)
DELETE FROM call_events WHERE subject_id IN (SELECT id FROM old)
"""
RESET_WORLD = (
    "DELETE FROM call_events WHERE subject_id IN (SELECT id FROM recordings WHERE world_id = $1)",
    "DELETE FROM recordings WHERE world_id = $1",
)
OWNER_OF_RECORDING = "SELECT account_id FROM recordings WHERE id = $1"


def list_recordings(
    account_id: str,
    *,
    call_id: str | None = None,
    conference_id: str | None = None,
    created_from: datetime | None = None,
    created_before: datetime | None = None,
    deleted_since: datetime | None = None,
) -> Select[Any]:
    """The recordings of an account, filtered; those that were deleted since then are part of it."""
    statement = select(recordings).where(recordings.c.account_id == account_id)
    if call_id is not None:
        statement = statement.where(recordings.c.call_id == call_id)
    if conference_id is not None:
        statement = statement.where(recordings.c.conference_id == conference_id)
    if created_from is not None:
        statement = statement.where(recordings.c.created_at >= created_from)
    if created_before is not None:
        statement = statement.where(recordings.c.created_at < created_before)
    there = recordings.c.deleted_at.is_(None)
    if deleted_since is None:
        return statement.where(there)
    return statement.where(or_(there, recordings.c.deleted_at > deleted_since))
