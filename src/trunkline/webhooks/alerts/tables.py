"""The table of alerts, for list queries. Its DDL is in store/migrations."""

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["alerts"]

MOMENT = DateTime(timezone=True)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("world_id", Uuid(as_uuid=False)),
    Column("code", Integer),
    Column("level", Text),
    Column("message", Text),
    Column("details", JSONB),
    Column("resource", Text),
    Column("service", Text),
    Column("delivery_id", Uuid(as_uuid=False)),
    Column("url", Text),
    Column("method", Text),
    Column("created_at", MOMENT),
    Column("real_time", MOMENT),
)
