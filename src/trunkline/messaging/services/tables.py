"""The tables of messaging services, for statements that are put together. Their DDL is in
store/migrations."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text, Uuid

from trunkline.store import metadata

__all__ = ["messaging_services", "service_senders"]

MOMENT = DateTime(timezone=True)

messaging_services = Table(
    "messaging_services",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("world_id", Uuid(as_uuid=False)),
    Column("friendly_name", Text),
    Column("inbound_request_url", Text),
    Column("inbound_method", Text),
    Column("fallback_url", Text),
    Column("fallback_method", Text),
    Column("status_callback", Text),
    Column("sticky_sender", Boolean),
    Column("mms_converter", Boolean),
    Column("smart_encoding", Boolean),
    Column("scan_message_content", Text),
    Column("fallback_to_long_code", Boolean),
    Column("area_code_geomatch", Boolean),
    Column("validity_period", Integer),
    Column("synchronous_validation", Boolean),
    Column("usecase", Text),
    Column("use_inbound_webhook_on_number", Boolean),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)

service_senders = Table(
    "service_senders",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("service_id", Uuid(as_uuid=False)),
    Column("kind", Text),
    Column("number_id", Uuid(as_uuid=False)),
    Column("short_code_id", Uuid(as_uuid=False)),
    Column("channel_sender_id", Uuid(as_uuid=False)),
    Column("sender", Text),
    Column("iso_country", Text),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)
