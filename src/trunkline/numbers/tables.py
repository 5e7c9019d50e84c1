"""The tables of numbers, for statements that are put together. Their DDL is in store/migrations."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Table, Text, Uuid

from trunkline.store import metadata

__all__ = ["applications", "phone_numbers", "short_codes"]

MOMENT = DateTime(timezone=True)

applications = Table(
    "applications",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("account_id", Uuid(as_uuid=False)),
    Column("friendly_name", Text),
    Column("api_version", Text),
    Column("voice_url", Text),
    Column("voice_method", Text),
    Column("voice_fallback_url", Text),
    Column("voice_fallback_method", Text),
    Column("voice_caller_id_lookup", Boolean),
    Column("status_callback", Text),
    Column("status_callback_method", Text),
    Column("sms_url", Text),
    Column("sms_method", Text),
    Column("sms_fallback_url", Text),
    Column("sms_fallback_method", Text),
    Column("sms_status_callback", Text),
    Column("message_status_callback", Text),
    Column("public_application_connect_enabled", Boolean),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)

phone_numbers = Table(
    "phone_numbers",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("world_id", Uuid(as_uuid=False)),
    Column("account_id", Uuid(as_uuid=False)),
    Column("phone_number", Text),
    Column("friendly_name", Text),
    Column("iso_country", Text),
    Column("type", Text),
    Column("voice_capable", Boolean),
    Column("sms_capable", Boolean),
    Column("mms_capable", Boolean),
    Column("fax_capable", Boolean),
    Column("api_version", Text),
    Column("sms_url", Text),
    Column("sms_method", Text),
    Column("sms_fallback_url", Text),
    Column("sms_fallback_method", Text),
    Column("sms_application_id", Uuid(as_uuid=False)),
    Column("voice_url", Text),
    Column("voice_method", Text),
    Column("voice_fallback_url", Text),
    Column("voice_fallback_method", Text),
    Column("voice_application_id", Uuid(as_uuid=False)),
    Column("voice_caller_id_lookup", Boolean),
    Column("voice_receive_mode", Text),
    Column("status_callback", Text),
    Column("status_callback_method", Text),
    Column("trunk_id", Uuid(as_uuid=False)),
    Column("address_id", Uuid(as_uuid=False)),
    Column("identity_id", Uuid(as_uuid=False)),
    Column("bundle_id", Uuid(as_uuid=False)),
    Column("emergency_status", Text),
    Column("emergency_address_id", Uuid(as_uuid=False)),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)

short_codes = Table(
    "short_codes",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("world_id", Uuid(as_uuid=False)),
    Column("account_id", Uuid(as_uuid=False)),
    Column("short_code", Text),
    Column("friendly_name", Text),
    Column("iso_country", Text),
    Column("mms_capable", Boolean),
    Column("api_version", Text),
    Column("sms_url", Text),
    Column("sms_method", Text),
    Column("sms_fallback_url", Text),
    Column("sms_fallback_method", Text),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
)
