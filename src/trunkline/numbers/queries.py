"""The SQL of numbers and applications: all of it. Ids are 32 hex digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.sql import ClauseElement

from trunkline.numbers.tables import applications, phone_numbers, short_codes
from trunkline.store.database import Connection, compiled

__all__ = [
    "CLEAR_APPLICATION",
    "COUNT_APPLICATIONS",
    "DELETE_APPLICATION",
    "DELETE_NUMBER",
    "DELETE_SHORT_CODE",
    "FETCH_APPLICATION",
    "FETCH_NUMBER",
    "FETCH_SHORT_CODE",
    "FIND_APPLICATION",
    "FIND_NUMBER",
    "FIND_OWN_NUMBERS",
    "FIND_SHORT_CODE",
    "KEEP_APPLICATIONS",
    "LOAD_OWN_NUMBERS",
    "LOCK_NUMBER",
    "LOCK_SHORT_CODE",
    "LOCK_TARGET",
    "OWNER_OF_APPLICATION",
    "OWNER_OF_NUMBER",
    "OWNER_OF_SHORT_CODE",
    "TAKE_TURN",
    "insert_application",
    "insert_number",
    "insert_numbers",
    "insert_short_code",
    "list_applications",
    "list_numbers",
    "list_short_codes",
    "run",
    "update_application",
    "update_number",
    "update_short_code",
]

FETCH_NUMBER = "SELECT * FROM phone_numbers WHERE id = $1 AND account_id = $2"
LOCK_NUMBER = f"{FETCH_NUMBER} FOR UPDATE"
FIND_NUMBER = "SELECT * FROM phone_numbers WHERE world_id = $1 AND phone_number = $2"
DELETE_NUMBER = """
DELETE FROM phone_numbers WHERE id = $1 AND account_id = $2 RETURNING world_id, phone_number
"""

# With the URLs that count: an application's take the place of the number's own, also where it has
# none (behaviour 2.6).
OWN = """
SELECT 'PN' AS prefix, own.id, own.world_id, own.account_id, own.phone_number, own.type,
       own.iso_country, own.voice_capable, own.sms_capable, own.mms_capable, own.api_version,
       own.sms_application_id,
       (CASE WHEN app.id IS NULL THEN own.sms_url ELSE app.sms_url END) AS sms_url,
       coalesce(app.sms_method, own.sms_method) AS sms_method,
       (CASE WHEN app.id IS NULL THEN own.sms_fallback_url ELSE app.sms_fallback_url END)
           AS sms_fallback_url,
       coalesce(app.sms_fallback_method, own.sms_fallback_method) AS sms_fallback_method,
       NULL AS message_status_callback
FROM phone_numbers AS own LEFT JOIN applications AS app ON app.id = own.sms_application_id
"""
# A short code is a number with another table; a channel sender is one whose address has a prefix.
OWN_SHORT_CODES = """
SELECT 'SC', own.id, own.world_id, own.account_id, own.short_code, 'short_code', own.iso_country,
       false, true, own.mms_capable, own.api_version,
       NULL::uuid, own.sms_url, own.sms_method, own.sms_fallback_url, own.sms_fallback_method,
       NULL
FROM short_codes AS own
"""
OWN_CHANNELS = """
SELECT 'XE', own.id, own.world_id, own.account_id, own.address, split_part(own.address, ':', 1),
       'ZZ', false, own.status IN ('ONLINE', 'ONLINE:UPDATING'), true, '2010-04-01', NULL::uuid,
       nullif(own.webhook->>'callback_url', ''),
       coalesce(own.webhook->>'callback_method', 'POST'),
       nullif(own.webhook->>'fallback_url', ''),
       coalesce(own.webhook->>'fallback_method', 'POST'),
       nullif(own.webhook->>'status_callback_url', '')
FROM channel_senders AS own
"""
WANTED = "IN (SELECT * FROM unnest($1::uuid[], $2::text[]))"
LOAD_OWN_NUMBERS = f"{OWN} UNION ALL {OWN_SHORT_CODES} UNION ALL {OWN_CHANNELS}"
FIND_OWN_NUMBERS = f"""
{OWN} WHERE (own.world_id, own.phone_number) {WANTED}
UNION ALL {OWN_SHORT_CODES} WHERE (own.world_id, own.short_code) {WANTED}
UNION ALL {OWN_CHANNELS} WHERE (own.world_id, own.address) {WANTED}
"""

FETCH_SHORT_CODE = "SELECT * FROM short_codes WHERE id = $1 AND account_id = $2"
LOCK_SHORT_CODE = f"{FETCH_SHORT_CODE} FOR UPDATE"
FIND_SHORT_CODE = "SELECT * FROM short_codes WHERE world_id = $1 AND short_code = $2"
OWNER_OF_SHORT_CODE = "SELECT account_id FROM short_codes WHERE id = $1"
DELETE_SHORT_CODE = """
DELETE FROM short_codes WHERE world_id = $1 AND short_code = $2 RETURNING id
"""

# The account that a number is to be given to, kept as it is until the number has moved.
LOCK_TARGET = """
SELECT accounts.owner_id, accounts.world_id, accounts.kind, accounts.status,
       owner.status AS owner_status
FROM accounts JOIN accounts AS owner ON owner.id = accounts.owner_id
WHERE accounts.id = $1 FOR SHARE OF accounts
"""

OWNER_OF_NUMBER = "SELECT account_id FROM phone_numbers WHERE id = $1"

FETCH_APPLICATION = "SELECT * FROM applications WHERE id = $1 AND account_id = $2"
FIND_APPLICATION = "SELECT * FROM applications WHERE id = $1"
OWNER_OF_APPLICATION = "SELECT account_id FROM applications WHERE id = $1"
DELETE_APPLICATION = "DELETE FROM applications WHERE id = $1 AND account_id = $2 RETURNING id"

# Those of the given applications that the account has, kept until a number refers to them.
KEEP_APPLICATIONS = """
SELECT id FROM applications WHERE id = ANY($1::uuid[]) AND account_id = $2 FOR SHARE
"""

# Taken before the count, or two at once would both be the thousandth: $1 is the account's SID.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('applications:' || $1::text, 0))"
COUNT_APPLICATIONS = "SELECT count(*) FROM applications WHERE account_id = $1"

CLEAR_APPLICATION = """
UPDATE phone_numbers
SET sms_application_id = nullif(sms_application_id, $1),
    voice_application_id = nullif(voice_application_id, $1)
WHERE account_id = $2 AND $1 IN (sms_application_id, voice_application_id)
"""


async def run(connection: Connection, statement: ClauseElement) -> asyncpg.Record | None:
    """The row that a statement of below returns, within a transaction."""
    sql, values = compiled(statement, ())
    row: asyncpg.Record | None = await connection.fetchrow(sql, *values)
    return row


def insert_number(row: Mapping[str, Any]) -> ClauseElement:
    """Add a number, unless somebody in the world has it: then no row comes back."""
    return (
        insert_or_not(phone_numbers)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["world_id", "phone_number"])
        .returning(*phone_numbers.c)
    )


async def insert_numbers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add numbers of one shape that nobody in their world has, at once."""
    names = list(rows[0])
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    await connection.executemany(
        f"INSERT INTO phone_numbers ({', '.join(names)}) VALUES ({places})",
        [[row[name] for name in names] for row in rows],
    )


def update_number(number_id: str, changes: Mapping[str, Any]) -> ClauseElement:
    """Change columns of a number, which the transaction has locked."""
    columns = phone_numbers.c
    return (
        update(phone_numbers).where(columns.id == number_id).values(**changes).returning(*columns)
    )


def list_numbers(
    account_id: str,
    *,
    number_type: str | None = None,
    friendly_name: str | None = None,
    number: str | None = None,
    like: str | None = None,
) -> Select[Any]:
    """The numbers of an account: of a type, with a name, equal to a number or LIKE a pattern."""
    columns = phone_numbers.c
    wanted: list[ColumnElement[bool]] = [columns.account_id == account_id]
    if number_type is not None:
        wanted.append(columns.type == number_type)
    if friendly_name is not None:
        wanted.append(columns.friendly_name == friendly_name)
    if number is not None:
        wanted.append(columns.phone_number == number)
    if like is not None:
        wanted.append(columns.phone_number.like(like))
    return select(*columns).where(*wanted)


def insert_application(row: Mapping[str, Any]) -> ClauseElement:
    """Add an application."""
    return insert(applications).values(**row).returning(*applications.c)


def update_application(
    account_id: str, application_id: str, changes: Mapping[str, Any]
) -> ClauseElement:
    """Change columns of an application; no row comes back when the account has none such."""
    columns = applications.c
    return (
        update(applications)
        .where(columns.id == application_id, columns.account_id == account_id)
        .values(**changes)
        .returning(*columns)
    )


def list_applications(account_id: str, *, friendly_name: str | None = None) -> Select[Any]:
    """The applications of an account, or those with a name."""
    statement = select(*applications.c).where(applications.c.account_id == account_id)
    if friendly_name is not None:
        statement = statement.where(applications.c.friendly_name == friendly_name)
    return statement


def insert_short_code(row: Mapping[str, Any]) -> ClauseElement:
    """Add a short code, unless somebody in the world has it: then no row comes back."""
    return (
        insert_or_not(short_codes)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["world_id", "short_code"])
        .returning(*short_codes.c)
    )


def update_short_code(short_code_id: str, changes: Mapping[str, Any]) -> ClauseElement:
    """Change columns of a short code, which the transaction has locked."""
    columns = short_codes.c
    return (
        update(short_codes).where(columns.id == short_code_id).values(**changes).returning(*columns)
    )


def list_short_codes(
    account_id: str, *, friendly_name: str | None = None, like: str | None = None
) -> Select[Any]:
    """The short codes of an account: with a name, or LIKE a pattern."""
    columns = short_codes.c
    wanted: list[ColumnElement[bool]] = [columns.account_id == account_id]
    if friendly_name is not None:
        wanted.append(columns.friendly_name == friendly_name)
    if like is not None:
        wanted.append(columns.short_code.like(like))
    return select(*columns).where(*wanted)


# --- calls ----------------------------------------------------------------------------------
# A number whose application is gone has its own URLs again.
VOICE_SETTINGS = """
SELECT n.id, n.account_id, a.id AS voice_application_id,
       CASE WHEN a.id IS NULL THEN n.voice_url ELSE a.voice_url END AS url,
       coalesce(a.voice_method, n.voice_method) AS method,
       CASE WHEN a.id IS NULL THEN n.voice_fallback_url ELSE a.voice_fallback_url END
           AS fallback_url,
       coalesce(a.voice_fallback_method, n.voice_fallback_method) AS fallback_method,
       CASE WHEN a.id IS NULL THEN n.status_callback ELSE a.status_callback END AS callback,
       coalesce(a.status_callback_method, n.status_callback_method) AS callback_method,
       coalesce(a.voice_caller_id_lookup, n.voice_caller_id_lookup) AS lookup
FROM phone_numbers n LEFT JOIN applications a ON a.id = n.voice_application_id
WHERE n.world_id = $1 AND n.phone_number = $2 AND n.voice_capable
"""
