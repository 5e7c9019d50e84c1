"""The SQL of messaging: all of it, but for the columns that works.py copies in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from trunkline.messaging.tables import message_content, messages

COLUMNS = (
    messages.c.id,
    messages.c.account_id,
    messages.c.mms,
    messages.c.direction,
    messages.c.status,
    messages.c.sender,
    messages.c.recipient,
    messages.c.num_segments,
    messages.c.num_media,
    messages.c.error_code,
    messages.c.price,
    messages.c.service_id,
    messages.c.created_at,
    messages.c.updated_at,
    messages.c.sent_at,
    message_content.c.body,
)

FETCH = """
SELECT m.id, m.account_id, m.mms, m.direction, m.status, m.sender, m.recipient, m.num_segments,
       m.num_media, m.error_code, m.price, m.service_id, m.created_at, m.updated_at, m.sent_at,
       c.body
FROM messages m LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
WHERE m.id = $1 AND m.account_id = $2 AND m.mms = $3
"""

LOCK = """
SELECT status, world_id, event_seq, num_media, options FROM messages
WHERE id = $1 AND account_id = $2 AND mms = $3 FOR UPDATE
"""


def list_messages(
    account_id: str,
    *,
    to: str | None,
    sender: str | None,
    sent_from: datetime | None,
    sent_before: datetime | None,
) -> Select[Any]:
    """The messages of an account; a bound of the sending time leaves unsent ones out."""
    body = message_content.c
    statement = (
        select(*COLUMNS)
        .outerjoin(message_content, (body.message_id == messages.c.id) & (body.part == 0))
        .where(messages.c.account_id == account_id)
    )
    if to is not None:
        statement = statement.where(messages.c.recipient == to)
    if sender is not None:
        statement = statement.where(messages.c.sender == sender)
    if sent_from is not None:
        statement = statement.where(messages.c.sent_at >= sent_from)
    if sent_before is not None:
        statement = statement.where(messages.c.sent_at < sent_before)
    return statement


OWNER_OF_MESSAGE = "SELECT account_id FROM messages WHERE id = $1"

CALLBACK_FACTS = """
SELECT id, account_id, sender, recipient, service_id FROM messages WHERE id = ANY ($1::uuid[])
"""

INBOUND = """
SELECT m.sender, m.recipient, m.num_segments, m.num_media, m.service_id, m.options, c.body
FROM messages m LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
WHERE m.id = $1
"""

# --- redact, delete, feedback ---------------------------------------------------------------
REDACT = "UPDATE message_content SET body = '' WHERE message_id = $1 AND part = 0"
REPLACE_TEXT = """
UPDATE message_content c SET body = u.body
FROM unnest($1::uuid[], $2::text[]) AS u(message_id, body)
WHERE c.message_id = u.message_id AND c.part = 0
"""
TOUCH = "UPDATE messages SET updated_at = $2 WHERE id = $1"
DELETE_CONTENT = "DELETE FROM message_content WHERE message_id = $1"
DELETE_FEEDBACK = "DELETE FROM message_feedback WHERE message_id = $1"
DELETE_DISPATCH = "DELETE FROM dispatch WHERE message_id = $1"
DELETE_MESSAGE = "DELETE FROM messages WHERE id = $1"

# Waits for whoever is redacting or deleting one of them, and lets the next one wait.
KEEP_MESSAGES = "SELECT id FROM messages WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE"
FORGOTTEN = """
SELECT u.id FROM unnest($1::uuid[]) AS u(id)
WHERE NOT EXISTS (SELECT FROM messages m WHERE m.id = u.id) OR EXISTS (
    SELECT FROM message_events e WHERE e.subject_id = u.id AND e.kind = 'message.redacted'
)
"""

PUT_FEEDBACK = """
INSERT INTO message_feedback (message_id, account_id, outcome, created_at, updated_at)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (message_id) DO UPDATE SET outcome = excluded.outcome, updated_at = excluded.updated_at
RETURNING created_at, updated_at
"""

# --- media ----------------------------------------------------------------------------------
STORE_MEDIA = """
UPDATE message_content
SET media_id = $3, content_type = $4, blob_id = $5, size = $6, created_at = $7
WHERE message_id = $1 AND part = $2
"""
LET_GO_OF_BLOB = "INSERT INTO blobs_let_go (blob_id) VALUES ($1)"
MEDIA_SOURCES = """
SELECT part, source_url FROM message_content
WHERE message_id = $1 AND part > 0 AND media_id IS NULL ORDER BY part
"""
MEDIA_OF = """
SELECT media_id, content_type FROM message_content
WHERE message_id = $1 AND part > 0 AND media_id IS NOT NULL ORDER BY part
"""
# The rows are held until the copies are there: a file whose last row goes meanwhile stays.
COPY_MEDIA = """
WITH source AS (
    SELECT part, content_type, data, blob_id, size FROM message_content
    WHERE message_id = $1 AND (data IS NOT NULL OR blob_id IS NOT NULL) FOR SHARE
)
INSERT INTO message_content
    (message_id, part, media_id, content_type, data, blob_id, size, created_at)
SELECT $2, part, u.media_id, content_type, data, blob_id, size, $4
FROM source JOIN unnest($3::uuid[]) WITH ORDINALITY AS u(media_id, part) USING (part)
"""
FETCH_MEDIA = """
SELECT c.media_id, c.content_type, c.created_at,
       c.blob_id IS NOT NULL OR c.data IS NOT NULL AS is_kept
FROM message_content c JOIN messages m ON m.id = c.message_id
WHERE c.message_id = $1 AND m.account_id = $2 AND m.mms = $3 AND c.media_id = $4
"""
DELETE_MEDIA = """
DELETE FROM message_content c USING messages m
WHERE m.id = c.message_id AND c.message_id = $1 AND m.account_id = $2 AND m.mms = $3
  AND c.media_id = $4
"""
# Of one that was sent as a text with a link to them, none are counted.
COUNT_MEDIA_DOWN = """
UPDATE messages SET num_media = greatest(num_media - 1, 0), updated_at = $2 WHERE id = $1
"""


def list_media(
    message_id: str, *, created_from: datetime | None, created_before: datetime | None
) -> Select[Any]:
    """The stored media of a message."""
    table = message_content.c
    statement = select(
        table.media_id, table.content_type, table.created_at, table.message_id
    ).where(table.message_id == message_id, table.media_id.is_not(None))
    if created_from is not None:
        statement = statement.where(table.created_at >= created_from)
    if created_before is not None:
        statement = statement.where(table.created_at < created_before)
    return statement


# --- the queue ------------------------------------------------------------------------------
FINISH_DISPATCH = "DELETE FROM dispatch WHERE message_id = ANY ($1::uuid[])"

# The same change a second time changes nothing: what goes with it is not written twice.
RESCHEDULE_DISPATCH = """
UPDATE dispatch d SET step = u.step, due_at = u.due_at,
       claimed_at = CASE WHEN u.claimed THEN d.claimed_at END
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[])
    AS u(message_id, step, due_at, claimed)
WHERE d.message_id = u.message_id AND ($5::uuid IS NULL OR d.owner = $5)
  AND (d.step, d.due_at, d.claimed_at IS NOT NULL) IS DISTINCT FROM (u.step, u.due_at, u.claimed)
RETURNING d.message_id
"""

CLAIM_DISPATCH = """
UPDATE dispatch d SET claimed_at = u.moment, attempt = least(d.attempt + 1, 32767), step = 'submit'
FROM unnest($1::uuid[], $2::timestamptz[]) AS u(message_id, moment)
WHERE d.message_id = u.message_id AND d.owner = $3 AND d.claimed_at IS NULL
RETURNING d.message_id, d.attempt
"""

# Without a condition on the claim: the statement waits for whoever may be writing it still, which
# makes a step 'choose' one to submit.
GIVE_BACK_CLAIM = """
UPDATE dispatch SET claimed_at = NULL
WHERE message_id = ANY ($1::uuid[]) AND owner = $2 AND step IN ('choose', 'submit')
"""

PUT_IN_DOUBT = """
UPDATE dispatch d SET step = 'in_doubt', due_at = u.due_at
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
    AS u(message_id, claimed_at, due_at)
WHERE d.message_id = u.message_id AND d.owner = $4
  AND d.step = 'submit' AND d.claimed_at = u.claimed_at
RETURNING d.message_id
"""

BODIES = """
SELECT message_id, body FROM message_content WHERE message_id = ANY ($1::uuid[]) AND part = 0
"""

DISPATCH_OF = """
SELECT carrier, step, due_at, attempt, claimed_at FROM dispatch WHERE message_id = $1
"""

# --- events and inboxes ---------------------------------------------------------------------
COUNT_EVENT = """
UPDATE messages s SET event_seq = s.event_seq + u.count
FROM unnest($1::uuid[], $2::int[]) AS u(id, count) WHERE s.id = u.id
RETURNING s.id, s.event_seq, s.account_id, s.service_id
"""
BETWEEN = """
SELECT id, mms, sender, recipient FROM messages WHERE id = ANY ($1::uuid[]) AND world_id = $2
"""
EVENTS_OF = """
SELECT seq, kind, data, world_time, real_time FROM message_events
WHERE subject_id = $1 ORDER BY seq
"""
EXPLAIN = """
SELECT m.*, c.body FROM messages m
LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
WHERE m.id = $1 AND m.mms = $2 AND m.world_id = $3
"""
INBOX = """
SELECT m.id, m.mms, m.account_id, m.sender, m.recipient, m.num_media, m.handset_at AS arrived_at,
       c.body, m.options -> 'buttons' AS buttons
FROM messages m JOIN accounts a ON a.id = m.account_id
LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
WHERE a.world_id = $1 AND m.recipient = $2 AND m.handset_at IS NOT NULL
ORDER BY m.id DESC LIMIT $3
"""
INBOX_REPLIES = """
SELECT id, sender, recipient, body, created_at AS arrived_at FROM automatic_replies
WHERE world_id = $1 AND recipient = $2 ORDER BY id DESC LIMIT $3
"""
# Of each kind as many as are wanted at most, so that no more than these are sorted.
TRANSCRIPT = """
(SELECT m.id, m.mms, m.direction, m.status, m.sender, m.recipient, m.num_media, m.error_code,
        m.created_at, c.body, d.step, d.due_at
 FROM messages m JOIN accounts a ON a.id = m.account_id
 LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
 LEFT JOIN dispatch d ON d.message_id = m.id
 WHERE a.world_id = $1 ORDER BY m.id DESC LIMIT $2)
UNION ALL
(SELECT id, false, NULL, NULL, sender, recipient, 0, NULL, created_at, body, NULL, NULL
 FROM automatic_replies WHERE world_id = $1 ORDER BY id DESC LIMIT $2)
ORDER BY id DESC LIMIT $2
"""

# --- nodes ----------------------------------------------------------------------------------
KEEP_LEASE = """
INSERT INTO nodes (id, lease_until) VALUES ($1, now() + make_interval(secs => $2))
ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
"""
TAKE_OVER = """
UPDATE dispatch SET owner = $1 WHERE owner IN (
    SELECT id FROM nodes WHERE lease_until < now() AND id <> $1
) RETURNING message_id
"""
END_LEASE = "UPDATE nodes SET lease_until = now() WHERE id = $1"

# --- reset ----------------------------------------------------------------------------------
# One statement sees one moment: a message that is accepted meanwhile stays whole.
RESET_WORLD = (
    """
    WITH gone AS (DELETE FROM messages WHERE world_id = $1 RETURNING id),
    content AS (DELETE FROM message_content USING gone WHERE message_id = gone.id),
    events AS (DELETE FROM message_events USING gone WHERE subject_id = gone.id),
    feedback AS (DELETE FROM message_feedback USING gone WHERE message_id = gone.id)
    DELETE FROM dispatch USING gone WHERE message_id = gone.id
    """,
    """
    DELETE FROM sticky_senders
    WHERE service_id IN (SELECT id FROM messaging_services WHERE world_id = $1)
    """,
    "DELETE FROM automatic_replies WHERE world_id = $1",
    "DELETE FROM phone_behaviours WHERE world_id = $1",
)
