"""The table of calls, for list queries. Its DDL is in store/migrations."""

from sqlalchemy import Column, DateTime, Integer, Numeric, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["calls"]

MOMENT = DateTime(timezone=True)

calls = Table(
    "calls",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("world_id", Uuid(as_uuid=False)),
    Column("parent_id", Uuid(as_uuid=False)),
    Column("direction", Text),
    Column("status", Text),
    Column("sender", Text),
    Column("recipient", Text),
    Column("number_id", Uuid(as_uuid=False)),
    Column("forwarded_from", Text),
    Column("caller_name", Text),
    Column("answered_by", Text),
    Column("error_code", Integer),
    Column("sip_code", SmallInteger),
    Column("price", Numeric(12, 5)),
    Column("document", JSONB),
    Column("status_callback", JSONB),
    Column("told", SmallInteger),
    Column("options", JSONB),
    Column("queue_ms", Integer),
    Column("duration", Integer),
    Column("started_at", MOMENT),
    Column("answered_at", MOMENT),
    Column("ended_at", MOMENT),
    Column("event_seq", Integer),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)
