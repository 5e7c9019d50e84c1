"""The SQL of calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, union_all

from trunkline.voice.tables import calls
from trunkline.webhooks.tables import deliveries

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
UPDATE calls s SET event_seq = s.event_seq + u.count
FROM unnest($1::uuid[], $2::int[]) AS u(id, count) WHERE s.id = u.id
RETURNING s.id, s.event_seq, s.account_id
"""

# --- the API --------------------------------------------------------------------------------
SHOWN_COLUMNS = (
    calls.c.id,
    calls.c.account_id,
    calls.c.parent_id,
    calls.c.direction,
    calls.c.status,
    calls.c.sender,
    calls.c.recipient,
    calls.c.number_id,
    calls.c.forwarded_from,
    calls.c.caller_name,
    calls.c.answered_by,
    calls.c.price,
    calls.c.queue_ms,
    calls.c.duration,
    calls.c.started_at,
    calls.c.ended_at,
    calls.c.created_at,
    calls.c.updated_at,
)
FETCH = f"""
SELECT {", ".join(column.name for column in SHOWN_COLUMNS)} FROM calls
WHERE id = $1 AND account_id = $2
"""
OWNER_OF_CALL = "SELECT account_id FROM calls WHERE id = $1"
STATUS = "SELECT status FROM calls WHERE id = $1 AND account_id = $2"
LOCK = """
SELECT status, world_id, status_callback, options FROM calls
WHERE id = $1 AND account_id = $2 FOR UPDATE
"""
SET_SETTINGS = """
UPDATE calls SET status_callback = $2, options = $3, updated_at = $4 WHERE id = $1
"""
DELETE_EVENTS = "DELETE FROM call_events WHERE subject_id = $1 AND kind <> 'call.deleted'"
DELETE_CALL = "DELETE FROM calls WHERE id = $1"
ASKED = """
SELECT id, account_id, sender, recipient, document, status_callback, options, created_at
FROM calls WHERE id = $1
"""
REQUESTS = """
SELECT id, token, subject_id, subject_kind, account_id, world_id, kind, url, method, data, status,
       attempts, response_headers, response_body, created_at, real_time, ended_at
FROM deliveries WHERE id = ANY ($1::uuid[])
"""

# --- reset ----------------------------------------------------------------------------------
RESET_WORLD = (
    "DELETE FROM live_calls WHERE world_id = $1",
    """
    WITH gone AS (DELETE FROM calls WHERE world_id = $1 RETURNING id)
    DELETE FROM call_events USING gone WHERE subject_id = gone.id
    """,
    "DELETE FROM call_scripts WHERE world_id = $1",
)


def list_calls(
    account_id: str,
    *,
    to: str | None,
    sender: str | None,
    parent_id: str | None,
    statuses: Sequence[str] | None,
    started: tuple[datetime | None, datetime | None],
    ended: tuple[datetime | None, datetime | None],
) -> Select[Any]:
    """The calls of an account; a bound leaves out those that have no such time yet."""
    statement = select(*SHOWN_COLUMNS).where(calls.c.account_id == account_id)
    if to is not None:
        statement = statement.where(calls.c.recipient == to)
    if sender is not None:
        statement = statement.where(calls.c.sender == sender)
    if parent_id is not None:
        statement = statement.where(calls.c.parent_id == parent_id)
    if statuses is not None:
        statement = statement.where(calls.c.status.in_(statuses))
    for column, (start, end) in ((calls.c.started_at, started), (calls.c.ended_at, ended)):
        if start is not None:
            statement = statement.where(column >= start)
        if end is not None:
            statement = statement.where(column < end)
    return statement


def list_requests(call_id: str) -> Select[Any]:
    """The ids of the requests about a call that have ended; its own id stands for the one that
    made it, which came before all of them."""
    made = select(deliveries.c.id).where(
        deliveries.c.subject_id == call_id, deliveries.c.subject_kind == "CA"
    )
    asked = select(calls.c.id).where(calls.c.id == call_id, calls.c.direction == "outbound-api")
    every = union_all(made, asked).subquery("requests")
    return select(every.c.id)
