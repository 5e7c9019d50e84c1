"""The table of recordings, for list queries. Its DDL is in store/migrations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["recordings"]

MOMENT = DateTime(timezone=True)

recordings = Table(
    "recordings",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("world_id", Uuid(as_uuid=False)),
    Column("call_id", Uuid(as_uuid=False)),
    Column("conference_id", Uuid(as_uuid=False)),
    Column("status", Text),
    Column("source", Text),
    Column("track", Text),
    Column("channels", SmallInteger),
    Column("trim", Boolean),
    Column("duration", Integer),
    Column("error_code", Integer),
    Column("callback", JSONB),
    Column("owner", Uuid(as_uuid=False)),
    Column("blob_id", Uuid(as_uuid=False)),
    Column("size", BigInteger),
    Column("event_seq", Integer),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
    Column("deleted_at", MOMENT),
)
