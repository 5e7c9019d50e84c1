"""The SQL of messaging services and their pools: all of it. Ids are 32 hex digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.sql import ClauseElement

from trunkline.messaging.services.tables import messaging_services, service_senders
from trunkline.numbers.tables import phone_numbers, short_codes
from trunkline.store.database import Connection, compiled

__all__ = [
    "COUNT_POOL",
    "DELETE_SENDER",
    "DELETE_SERVICE",
    "FETCH_SERVICE",
    "FIND_SERVICES",
    "KEEP_SENDER",
    "LOAD_SERVICES",
    "LOCK_SERVICE",
    "OWNER_OF_SENDER",
    "OWNER_OF_SERVICE",
    "SERVICE_OF_SENDER",
    "SHOWN_ID",
    "insert_sender",
    "insert_service",
    "list_services",
    "pool_of_service",
    "run",
    "update_service",
]

# A sender's own id is that which lists show: of a number, the number's.
OWN_ID = "coalesce(number_id, short_code_id, channel_sender_id, id)"

# A service with its pool, oldest sender first.
SERVICES = f"""
SELECT service.*, pool.kinds, pool.ids, pool.senders, pool.countries
FROM messaging_services AS service
LEFT JOIN LATERAL (
    SELECT array_agg(kind ORDER BY id) AS kinds,
           array_agg({OWN_ID} ORDER BY id) AS ids,
           array_agg(sender ORDER BY id) AS senders,
           array_agg(iso_country ORDER BY id) AS countries
    FROM service_senders WHERE service_id = service.id
) AS pool ON true
"""
LOAD_SERVICES = SERVICES
FIND_SERVICES = f"{SERVICES} WHERE service.id = ANY($1::uuid[])"

FETCH_SERVICE = "SELECT * FROM messaging_services WHERE id = $1 AND account_id = $2"
OWNER_OF_SERVICE = "SELECT account_id FROM messaging_services WHERE id = $1"
DELETE_SERVICE = "DELETE FROM messaging_services WHERE id = $1 AND account_id = $2 RETURNING id"

# One at a time adds to a pool, so that the count holds; it cannot be deleted meanwhile.
LOCK_SERVICE = f"{FETCH_SERVICE} FOR NO KEY UPDATE"
COUNT_POOL = "SELECT count(*) FROM service_senders WHERE service_id = $1"

# The account's own, kept as it is until it is in the pool: not released, not given away.
KEEP_SENDER: Mapping[str, str] = {
    "number": """
        SELECT phone_number AS sender, sms_capable FROM phone_numbers
        WHERE id = $1 AND account_id = $2 FOR SHARE
    """,
    "short_code": """
        SELECT short_code AS sender, true AS sms_capable FROM short_codes
        WHERE id = $1 AND account_id = $2 FOR SHARE
    """,
    "channel": """
        SELECT address AS sender, true AS sms_capable FROM channel_senders
        WHERE id = $1 AND account_id = $2 FOR SHARE
    """,
}
SERVICE_OF_SENDER = """
SELECT service_id FROM service_senders
WHERE $1::uuid IN (number_id, short_code_id, channel_sender_id)
"""
# By the indexes of each: of what is somebody's, the pool's own id is never shown.
OWNER_OF_SENDER = """
SELECT service.account_id FROM service_senders AS member
JOIN messaging_services AS service ON service.id = member.service_id
WHERE $1::uuid IN (member.number_id, member.short_code_id, member.channel_sender_id, member.id)
"""
DELETE_SENDER = f"""
DELETE FROM service_senders
WHERE service_id = $1 AND kind = $2 AND {OWN_ID} = $3
    AND EXISTS (SELECT FROM messaging_services WHERE id = $1 AND account_id = $4)
RETURNING sender
"""

SHOWN_ID: ColumnElement[str] = func.coalesce(
    service_senders.c.number_id,
    service_senders.c.short_code_id,
    service_senders.c.channel_sender_id,
    service_senders.c.id,
)


async def run(connection: Connection, statement: ClauseElement) -> asyncpg.Record | None:
    """The row that a statement of below returns, within a transaction."""
    sql, values = compiled(statement, ())
    row: asyncpg.Record | None = await connection.fetchrow(sql, *values)
    return row


def insert_service(row: Mapping[str, Any]) -> ClauseElement:
    """Add a service."""
    return insert(messaging_services).values(**row).returning(*messaging_services.c)


def update_service(account_id: str, service_id: str, changes: Mapping[str, Any]) -> ClauseElement:
    """Change columns of a service; no row comes back when the account has none such."""
    columns = messaging_services.c
    return (
        update(messaging_services)
        .where(columns.id == service_id, columns.account_id == account_id)
        .values(**changes)
        .returning(*columns)
    )


def list_services(account_id: str) -> Select[Any]:
    """The services of an account."""
    columns = messaging_services.c
    return select(*columns).where(columns.account_id == account_id)


def insert_sender(row: Mapping[str, Any]) -> ClauseElement:
    """Add a sender to a pool, unless it is in one: then no row comes back."""
    return (
        insert_or_not(service_senders)
        .values(**row)
        .on_conflict_do_nothing()
        .returning(service_senders.c.id)
    )


def pool_of_service(
    account_id: str,
    service_id: str,
    kind: str,
    *,
    own_id: str | None = None,
    iso_country: str | None = None,
) -> Select[Any]:
    """The senders of one kind of a service that the account has, with what lists show of them: all,
    one, or those of a country ('': of every country)."""
    member, service = service_senders.c, messaging_services.c
    shown = [
        SHOWN_ID.label("own_id"),
        member.service_id,
        service.account_id,
        member.sender,
        member.iso_country,
        member.created_at,
        member.updated_at,
    ]
    source = service_senders.join(messaging_services, service.id == member.service_id)
    if kind == "number":
        number = phone_numbers.c
        source = source.join(phone_numbers, number.id == member.number_id)
        shown += [
            number.iso_country.label("country"),
            number.sms_capable,
            number.mms_capable,
            number.voice_capable,
        ]
    elif kind == "short_code":
        code = short_codes.c
        source = source.join(short_codes, code.id == member.short_code_id)
        shown += [code.iso_country.label("country"), code.mms_capable]
    wanted: list[ColumnElement[bool]] = [
        service.id == service_id,
        service.account_id == account_id,
        member.kind == kind,
    ]
    if own_id is not None:
        shown_id = SHOWN_ID
        wanted.append(shown_id == own_id)
    if iso_country is not None:
        meant: ColumnElement[str] = func.coalesce(member.iso_country, "")
        wanted.append(meant == iso_country)
    return select(*shown).select_from(source).where(*wanted)
