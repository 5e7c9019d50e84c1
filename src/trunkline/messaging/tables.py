"""The tables of messaging, for list queries. Their DDL is in store/migrations."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["message_content", "messages"]

MOMENT = DateTime(timezone=True)

messages = Table(
    "messages",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("world_id", Uuid(as_uuid=False)),
    Column("mms", Boolean),
    Column("direction", Text),
    Column("status", Text),
    Column("sender", Text),
    Column("recipient", Text),
    Column("num_segments", SmallInteger),
    Column("num_media", SmallInteger),
    Column("error_code", Integer),
    Column("price", Numeric(12, 5)),
    Column("service_id", Uuid(as_uuid=False)),
    Column("carrier", Text),
    Column("carrier_message_id", Text),
    Column("status_callback", Text),
    Column("options", JSONB),
    Column("event_seq", Integer),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
    Column("sent_at", MOMENT),
    Column("handset_at", MOMENT),
)

message_content = Table(
    "message_content",
    metadata,
    Column("message_id", Uuid(as_uuid=False), primary_key=True),
    Column("part", SmallInteger, primary_key=True),
    Column("media_id", Uuid(as_uuid=False)),
    Column("content_type", Text),
    Column("body", Text),
    Column("data", LargeBinary),
    Column("source_url", Text),
    Column("created_at", MOMENT),
    Column("blob_id", Uuid(as_uuid=False)),
    Column("size", Integer),
)
