"""The table of channel senders. Its DDL is in store/migrations."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["channel_senders"]

MOMENT = DateTime(timezone=True)

channel_senders = Table(
    "channel_senders",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("world_id", Uuid(as_uuid=False)),
    Column("account_id", Uuid(as_uuid=False)),
    Column("address", Text),
    Column("friendly_name", Text),
    Column("status", Text),
    Column("configuration", JSONB),
    Column("webhook", JSONB),
    Column("profile", JSONB),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)
