"""The SQL of channel senders: all of it. Ids are 32 hex digits. What messaging needs to know of a
sender is read with the numbers (`numbers/queries.py: OWN_CHANNELS`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from trunkline.messaging.channels.tables import channel_senders

__all__ = [
    "DELETE_SENDER",
    "FETCH_SENDER",
    "FIND_INBOUND",
    "FIND_ON_PHONE",
    "INSERT_SENDER",
    "LOCK_SENDER",
    "OWNER_OF_SENDER",
    "UPDATE_SENDER",
    "list_senders",
]

FETCH_SENDER = "SELECT * FROM channel_senders WHERE id = $1 AND account_id = $2"
LOCK_SENDER = f"{FETCH_SENDER} FOR UPDATE"
OWNER_OF_SENDER = "SELECT account_id FROM channel_senders WHERE id = $1"
DELETE_SENDER = "DELETE FROM channel_senders WHERE id = $1 AND account_id = $2 RETURNING address"

# No row comes back when somebody in the world has the address.
INSERT_SENDER = """
INSERT INTO channel_senders (id, world_id, account_id, address, friendly_name, status,
                             configuration, webhook, profile, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
ON CONFLICT (world_id, address) DO NOTHING
RETURNING *
"""
UPDATE_SENDER = """
UPDATE channel_senders
SET friendly_name = $2, configuration = $3, webhook = $4, profile = $5, updated_at = $6
WHERE id = $1
RETURNING *
"""

FIND_INBOUND = """
SELECT sender FROM messages WHERE id = $1 AND account_id = $2 AND direction = 'inbound'
"""

FIND_ON_PHONE = """
SELECT mms, status FROM messages
WHERE id = $1 AND world_id = $2 AND recipient = $3 AND direction <> 'inbound'
"""


def list_senders(account_id: str, channel: str) -> Select[Any]:
    """The senders of an account on one channel."""
    columns = channel_senders.c
    return select(*columns).where(
        columns.account_id == account_id, columns.address.like(f"{channel}:%")
    )
