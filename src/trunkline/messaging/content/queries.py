"""The SQL of content templates: all of it. Ids are 32 hex digits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.expression import TextClause

from trunkline.messaging.content.tables import approvals, templates

__all__ = [
    "DELETE_TEMPLATE",
    "FETCH_TEMPLATE",
    "FIND_TEMPLATE",
    "FORGET_APPROVAL",
    "INSERT_APPROVAL",
    "INSERT_TEMPLATE",
    "LIMIT_TIME",
    "LOCK_TEMPLATE",
    "OWNER_OF_TEMPLATE",
    "PLACE_OF_TEMPLATE",
    "UPDATE_TEMPLATE",
    "list_templates",
]

FIND_TEMPLATE = "SELECT id, account_id, variables, types FROM content_templates WHERE id = $1"
OWNER_OF_TEMPLATE = "SELECT account_id FROM content_templates WHERE id = $1"
PLACE_OF_TEMPLATE = """
SELECT id, account_id, friendly_name, updated_at FROM content_templates WHERE id = $1
"""
LOCK_TEMPLATE = "SELECT * FROM content_templates WHERE id = $1 AND account_id = $2 FOR UPDATE"
APPROVAL = """
approval.name, approval.category, approval.content_type, approval.status,
approval.rejection_reason
"""
FETCH_TEMPLATE = f"""
SELECT template.*, {APPROVAL}
FROM content_templates AS template
LEFT JOIN content_approvals AS approval ON approval.template_id = template.id
WHERE template.id = $1 AND template.account_id = $2
"""
INSERT_TEMPLATE = """
INSERT INTO content_templates
    (id, account_id, friendly_name, language, variables, types, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING *
"""
UPDATE_TEMPLATE = """
UPDATE content_templates SET
    friendly_name = coalesce($3, friendly_name), language = coalesce($4, language),
    variables = coalesce($5, variables), types = $6, updated_at = $7
WHERE id = $1 AND account_id = $2 RETURNING *
"""
DELETE_TEMPLATE = "DELETE FROM content_templates WHERE id = $1 AND account_id = $2 RETURNING id"
FORGET_APPROVAL = "DELETE FROM content_approvals WHERE template_id = $1"
INSERT_APPROVAL = """
INSERT INTO content_approvals
    (template_id, name, category, content_type, status, rejection_reason, created_at)
VALUES ($1, $2, $3, $4, $5, '', $6) ON CONFLICT DO NOTHING RETURNING *
"""
# A filter is a regular expression of the caller's: it may not keep the database busy.
LIMIT_TIME = "SET LOCAL statement_timeout = '2s'"

# Each text of the content types by itself, however deep: `^` and `$` are its ends, and what JSON
# escapes is as it was written.
HOLDS_TEXT = text("""
EXISTS (
    SELECT FROM jsonb_path_query(
        content_templates.types, 'strict $.** ? (@.type() == "string")'
    ) AS held (value)
    WHERE held.value #>> '{}' ~* :pattern
)
""").bindparams(bindparam("pattern", type_=Text))

APPROVAL_COLUMNS = tuple(
    column for column in approvals.c if column.name not in ("template_id", "created_at")
)


def list_templates(
    account_id: str,
    *,
    created_from: datetime | None = None,
    created_until: datetime | None = None,
    name_pattern: str | None = None,
    text_pattern: str | None = None,
    languages: Sequence[str] = (),
    types: Sequence[str] = (),
    eligibility: Sequence[tuple[str, str]] = (),
) -> Select[Any]:
    """The templates of an account with what was asked of WhatsApp for them, filtered.

    `created_until` is not included. Of `languages`, `types` and `eligibility` (pairs of channel
    and status) one is enough.
    """
    columns = templates.c
    joined = templates.outerjoin(approvals, approvals.c.template_id == columns.id)
    wanted: list[ColumnElement[bool] | TextClause] = [columns.account_id == account_id]
    if created_from is not None:
        wanted.append(columns.created_at >= created_from)
    if created_until is not None:
        wanted.append(columns.created_at < created_until)
    if name_pattern is not None:
        wanted.append(columns.friendly_name.op("~*")(name_pattern))
    if text_pattern is not None:
        wanted.append(HOLDS_TEXT.bindparams(pattern=text_pattern))
    if languages:
        wanted.append(columns.language.in_(languages))
    if types:
        wanted.append(columns.types.op("?|")(cast(list(types), ARRAY(Text))))
    if eligibility:
        wanted.append(or_(*(_is_eligible(*pair) for pair in eligibility)))
    return select(*columns, *APPROVAL_COLUMNS).select_from(joined).where(and_(*wanted))


def _is_eligible(channel: str, status: str) -> ColumnElement[bool]:
    """Only WhatsApp asks for approval: elsewhere every template counts as approved."""
    if channel == "whatsapp":
        return func.coalesce(approvals.c.status, "unsubmitted") == status
    return true() if status == "approved" else ~true()
