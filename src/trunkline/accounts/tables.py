"""The tables of accounts, for list queries. Their DDL is in store/migrations."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, LargeBinary, Numeric, Table, Text, Uuid

from trunkline.store import metadata

__all__ = ["accounts", "api_keys"]

MOMENT = DateTime(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("world_id", Uuid(as_uuid=False)),
    Column("owner_id", Uuid(as_uuid=False)),
    Column("kind", Text),
    Column("type", Text),
    Column("status", Text),
    Column("friendly_name", Text),
    Column("auth_token", LargeBinary),
    Column("balance", Numeric(14, 5)),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("kind", Text),
    Column("friendly_name", Text),
    Column("secret", LargeBinary),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)
