"""The SQL of alerts and of the webhook settings of accounts, all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import Select, select

from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.tables import alerts

ALERT_COLUMNS = (
    "id",
    "account_id",
    "world_id",
    "code",
    "level",
    "message",
    "details",
    "resource",
    "service",
    "delivery_id",
    "url",
    "method",
    "created_at",
    "real_time",
)

FETCH_ALERT = f"SELECT {', '.join(ALERT_COLUMNS)} FROM alerts WHERE id = $1 AND account_id = $2"

# With the account that owns the alert's account: the debugger names both.
FETCH_ALERT_AND_OWNER = f"""
SELECT {", ".join(f"alerts.{name}" for name in ALERT_COLUMNS)}, accounts.owner_id
FROM alerts JOIN accounts ON accounts.id = alerts.account_id WHERE alerts.id = $1
"""

OWNER_OF_ALERT = "SELECT account_id FROM alerts WHERE id = $1"

FETCH_DELIVERY = """
SELECT id, token, subject_id, subject_kind, account_id, world_id, kind, url, method, data,
       status, attempts, response_headers, response_body, created_at, real_time
FROM deliveries WHERE id = $1
"""

# --- settings of accounts -------------------------------------------------------------------
ACCOUNT_SETTINGS = """
SELECT accounts.id, accounts.owner_id, own.debugger_url, own.allowed,
       parent.debugger_url AS parent_debugger_url
FROM accounts
LEFT JOIN webhook_accounts AS own ON own.account_id = accounts.id
LEFT JOIN webhook_accounts AS parent ON parent.account_id = accounts.owner_id
WHERE accounts.id = ANY ($1::uuid[])
"""

# $2 tells whether there is a new debugger URL, which may be none.
SET_ACCOUNT = """
INSERT INTO webhook_accounts (account_id, debugger_url, allowed)
SELECT id, $3::text, coalesce($4::jsonb, '[]') FROM accounts WHERE id = $1 AND kind = 'live'
ON CONFLICT (account_id) DO UPDATE SET
    debugger_url = CASE WHEN $2 THEN $3 ELSE webhook_accounts.debugger_url END,
    allowed = coalesce($4, webhook_accounts.allowed)
RETURNING account_id
"""


def list_alerts(
    account_id: str, *, level: str | None, since: datetime | None, until: datetime | None
) -> Select[Any]:
    """The alerts of an account whose world time is from `since` to before `until`."""
    statement = select(alerts).where(alerts.c.account_id == account_id)
    if level is not None:
        statement = statement.where(alerts.c.level == level)
    if since is not None:
        statement = statement.where(alerts.c.created_at >= since)
    if until is not None:
        statement = statement.where(alerts.c.created_at < until)
    return statement


def row_of_alert(alert: Alert) -> tuple[Any, ...]:
    """The row of an alert, in the order of `ALERT_COLUMNS`."""
    return (
        alert.sid[2:],
        alert.account_id,
        alert.world_id,
        alert.code,
        alert.level,
        alert.message,
        dict(alert.details) or None,
        alert.resource,
        alert.service,
        alert.delivery_id,
        alert.url,
        alert.method,
        alert.created_at,
        alert.real_time,
    )


def alert_of_row(row: asyncpg.Record) -> Alert:
    """The alert of a row."""
    return Alert(
        sid=f"NO{row['id'].hex}",
        account_id=row["account_id"].hex,
        world_id=row["world_id"].hex,
        code=row["code"],
        level=row["level"],
        message=row["message"],
        resource=row["resource"],
        service=row["service"],
        delivery_id=None if row["delivery_id"] is None else row["delivery_id"].hex,
        url=row["url"],
        method=row["method"],
        details=row["details"] or {},
        created_at=row["created_at"],
        real_time=row["real_time"],
    )
