"""How numbers and applications look to their users: Twilio's keys, in Twilio's order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import msgspec

from trunkline.rest.dates import rfc2822

__all__ = [
    "ApplicationResource",
    "IncomingPhoneNumberOfTypeResource",
    "IncomingPhoneNumberResource",
    "ListedCapabilities",
    "NumberCapabilities",
    "shown_application",
    "shown_number",
    "shown_number_of_type",
]

Row: TypeAlias = Mapping[str, Any] | Any  # or an asyncpg.Record, which is read alike


class ListedCapabilities(msgspec.Struct, frozen=True):
    """What a number can do, as the lists of one type of number tell it."""

    mms: bool
    sms: bool
    voice: bool


class NumberCapabilities(msgspec.Struct, frozen=True):
    """What a number can do."""

    voice: bool
    sms: bool
    mms: bool
    fax: bool


class IncomingPhoneNumberOfTypeResource(msgspec.Struct, frozen=True, kw_only=True):
    """An owned number, as the addresses of one type of number show it: without its type.

    What was never set is empty or null, each key as in Twilio's examples.
    """

    xml_name: ClassVar[str] = "IncomingPhoneNumber"

    account_sid: str
    address_requirements: str = "none"
    address_sid: str | None = None
    api_version: str
    beta: bool = False
    capabilities: NumberCapabilities | ListedCapabilities
    date_created: str | None
    date_updated: str | None
    emergency_status: str
    emergency_address_sid: str | None = None
    emergency_address_status: str = "unregistered"
    friendly_name: str
    identity_sid: str | None = None
    origin: str = "twilio"
    phone_number: str
    sid: str
    sms_application_sid: str
    sms_fallback_method: str
    sms_fallback_url: str
    sms_method: str
    sms_url: str
    status_callback: str
    status_callback_method: str
    trunk_sid: str | None = None
    uri: str
    voice_application_sid: str
    voice_caller_id_lookup: bool
    voice_fallback_method: str
    voice_fallback_url: str | None
    voice_method: str
    voice_url: str | None
    voice_receive_mode: str
    status: str = "in-use"
    bundle_sid: str | None = None


class IncomingPhoneNumberResource(IncomingPhoneNumberOfTypeResource, frozen=True, kw_only=True):
    """An owned number."""

    type: str


class ApplicationResource(msgspec.Struct, frozen=True, kw_only=True):
    """An application."""

    account_sid: str
    api_version: str
    date_created: str | None
    date_updated: str | None
    friendly_name: str | None
    message_status_callback: str | None
    sid: str
    sms_fallback_method: str
    sms_fallback_url: str | None
    sms_method: str
    sms_status_callback: str | None
    sms_url: str | None
    status_callback: str | None
    status_callback_method: str
    uri: str
    voice_caller_id_lookup: bool
    voice_fallback_method: str
    voice_fallback_url: str | None
    voice_method: str
    voice_url: str | None
    public_application_connect_enabled: bool


def shown_number(row: Row) -> IncomingPhoneNumberResource:
    """The number of a row."""
    return IncomingPhoneNumberResource(**_fields(row), type=row["type"])


def shown_number_of_type(row: Row, *, listed: bool) -> IncomingPhoneNumberOfTypeResource:
    """The number of a row at an address of its type; `listed` there, or just bought."""
    fields = _fields(row)
    if listed:
        can = fields["capabilities"]
        fields["capabilities"] = ListedCapabilities(can.mms, can.sms, can.voice)
    return IncomingPhoneNumberOfTypeResource(**fields)


def shown_application(row: Row) -> ApplicationResource:
    """The application of a row."""
    account, sid = f"AC{_hex(row['account_id'])}", f"AP{_hex(row['id'])}"
    same = {
        key: row[key]
        for key in ApplicationResource.__struct_fields__
        if key not in ("account_sid", "date_created", "date_updated", "sid", "uri")
    }
    return ApplicationResource(
        account_sid=account,
        sid=sid,
        uri=f"/2010-04-01/Accounts/{account}/Applications/{sid}.json",
        date_created=rfc2822(row["created_at"]),
        date_updated=rfc2822(row["updated_at"]),
        **same,
    )


def _fields(row: Row) -> dict[str, Any]:
    account, sid = f"AC{_hex(row['account_id'])}", f"PN{_hex(row['id'])}"
    return {
        "account_sid": account,
        "api_version": row["api_version"],
        "capabilities": NumberCapabilities(
            voice=row["voice_capable"],
            sms=row["sms_capable"],
            mms=row["mms_capable"],
            fax=row["fax_capable"],
        ),
        "date_created": rfc2822(row["created_at"]),
        "date_updated": rfc2822(row["updated_at"]),
        "emergency_status": row["emergency_status"],
        "friendly_name": row["friendly_name"],
        "phone_number": row["phone_number"],
        "sid": sid,
        "sms_application_sid": _application(row["sms_application_id"]),
        "sms_fallback_method": row["sms_fallback_method"],
        "sms_fallback_url": row["sms_fallback_url"] or "",
        "sms_method": row["sms_method"],
        "sms_url": row["sms_url"] or "",
        "status_callback": row["status_callback"] or "",
        "status_callback_method": row["status_callback_method"],
        "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
        "voice_application_sid": _application(row["voice_application_id"]),
        "voice_caller_id_lookup": row["voice_caller_id_lookup"],
        "voice_fallback_method": row["voice_fallback_method"],
        "voice_fallback_url": row["voice_fallback_url"],
        "voice_method": row["voice_method"],
        "voice_url": row["voice_url"],
        "voice_receive_mode": row["voice_receive_mode"],
    }


def _application(value: Any) -> str:
    return "" if value is None else f"AP{_hex(value)}"


def _hex(value: Any) -> str:
    """The digits of an id: a row that was never stored has them as text."""
    return value if isinstance(value, str) else str(value.hex)
