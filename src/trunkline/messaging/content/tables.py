"""The tables of content templates, for list queries. Their DDL is in store/migrations."""

from sqlalchemy import Column, DateTime, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from trunkline.store import metadata

__all__ = ["approvals", "templates"]

MOMENT = DateTime(timezone=True)

templates = Table(
    "content_templates",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("friendly_name", Text),
    Column("language", Text),
    Column("variables", JSONB),
    Column("types", JSONB),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)

approvals = Table(
    "content_approvals",
    metadata,
    Column("template_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text),
    Column("category", Text),
    Column("content_type", Text),
    Column("status", Text),
    Column("rejection_reason", Text),
    Column("created_at", MOMENT),
)
