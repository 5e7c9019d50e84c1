"""The SQL that reads the queue of messages.

Nothing here may read more rows than it gives: a million may wait. `LINES` goes from the first row
of one line to the first of the next by the index `dispatch_line`. The limits are literals, and
messages are looked up one by one, so that no plan reads a table from end to end.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["CLAIMED", "LINES", "LINES_OF_WORLD", "NEXT_DUE", "load_lines"]

_FIRST_ROWS = """
WITH RECURSIVE first AS (
    (SELECT d.world_id, d.account_id, d.line, d.due_at FROM dispatch d
     WHERE d.owner = $1 {of_world}
     ORDER BY d.world_id, d.account_id, d.line, d.due_at LIMIT 1)
    UNION ALL
    SELECT n.* FROM first f, LATERAL (
        SELECT d.world_id, d.account_id, d.line, d.due_at FROM dispatch d
        WHERE d.owner = $1 {of_world}
          AND {after}
        ORDER BY d.world_id, d.account_id, d.line, d.due_at LIMIT 1
    ) n
)
"""
_DUE = "SELECT world_id, account_id, line, due_at FROM first WHERE due_at <= $2"
# A comparison must begin where the equalities end, or the index is read from end to end.
_EVERYWHERE = _FIRST_ROWS.format(
    of_world="", after="(d.world_id, d.account_id, d.line) > (f.world_id, f.account_id, f.line)"
)
_OF_WORLD = _FIRST_ROWS.format(
    of_world="AND d.world_id = $3", after="(d.account_id, d.line) > (f.account_id, f.line)"
)

LINES = _EVERYWHERE + _DUE
LINES_OF_WORLD = _OF_WORLD + _DUE

NEXT_DUE = (
    _OF_WORLD
    + """
SELECT min(n.due_at) FROM first f, LATERAL (
    SELECT d.due_at FROM dispatch d
    WHERE d.owner = $1 AND d.world_id = $3 AND d.account_id = f.account_id AND d.line = f.line
      AND d.due_at > $2
    ORDER BY d.due_at LIMIT 1
) n
"""
)

_LOAD = """
SELECT d.*, m.* FROM unnest($3::uuid[], $4::text[]) AS l(account_id, line), LATERAL (
    SELECT d.message_id, d.world_id, d.account_id, d.service_id, d.carrier, d.step, d.due_at,
           d.attempt
    FROM dispatch d
    WHERE d.owner = $1 AND d.world_id = $2 AND d.account_id = l.account_id AND d.line = l.line
      AND d.due_at <= $5 AND (d.claimed_at IS NULL OR d.step <> 'submit')
      AND d.carrier = ANY ($6::text[]) AND d.message_id <> ALL ($7::uuid[])
    ORDER BY d.due_at LIMIT {most}
) d, LATERAL (
    SELECT m.mms, m.sender, m.recipient, m.status, m.created_at, m.num_segments, m.num_media,
           m.options
    FROM messages m WHERE m.id = d.message_id LIMIT 1
) m
ORDER BY d.due_at
"""


@lru_cache
def load_lines(most: int) -> str:
    """What is due of some lines, so many rows of each at most."""
    return _LOAD.format(most=int(most))


CLAIMED = """
SELECT d.message_id, d.world_id, d.carrier, d.claimed_at, m.mms
FROM dispatch d JOIN messages m ON m.id = d.message_id
WHERE d.owner = $1 AND d.step = 'submit' AND d.claimed_at IS NOT NULL
"""
