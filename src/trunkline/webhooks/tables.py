"""The log of requests, for list queries. Its DDL is in store/migrations."""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["deliveries"]

MOMENT = DateTime(timezone=True)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("token", Uuid(as_uuid=False)),
    Column("subject_id", Uuid(as_uuid=False)),
    Column("subject_kind", Text),
    Column("account_id", Uuid(as_uuid=False)),
    Column("world_id", Uuid(as_uuid=False)),
    Column("kind", Text),
    Column("url", Text),
    Column("method", Text),
    Column("data", JSONB),
    Column("outcome", Text),
    Column("status", Integer),
    Column("error_code", Integer),
    Column("attempts", JSONB),
    Column("response_headers", JSONB),
    Column("response_body", LargeBinary),
    Column("created_at", MOMENT),
    Column("real_time", MOMENT),
    Column("finished_at", MOMENT),
    Column("ended_at", MOMENT),
)
