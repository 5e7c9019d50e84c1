"""The SQL of the status callbacks of calls."""

from __future__ import annotations

CALLBACK_FACTS = """
SELECT id, account_id, parent_id, direction, sender, recipient, forwarded_from, answered_by
FROM calls WHERE id = ANY ($1::uuid[])
"""
COUNT_TOLD = "UPDATE calls SET told = $2 WHERE id = $1"
IS_THERE = "SELECT true FROM calls WHERE id = $1"
