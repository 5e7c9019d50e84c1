"""The table of recordings, for list queries. Its DDL is in store/migrations."""

from sqlalchemy import Boolean, Column, DateTime, Integer, SmallInteger, Table, Text, Uuid

from trunkline.store import metadata

__all__ = ["recordings"]

MOMENT = DateTime(timezone=True)

recordings = Table(
    "recordings",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("call_id", Uuid(as_uuid=False)),
    Column("conference_id", Uuid(as_uuid=False)),
    Column("status", Text),
    Column("source", Text),
    Column("track", Text),
    Column("channels", SmallInteger),
    Column("trim", Boolean),
    Column("duration", Integer),
    Column("error_code", Integer),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
    Column("deleted_at", MOMENT),
)
