"""How messaging services and their pools look to their users: Twilio's keys, in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from trunkline.numbers.north_america import country
from trunkline.rest.dates import iso8601

__all__ = [
    "AlphaSenderResource",
    "ChannelSenderResource",
    "DestinationAlphaSenderResource",
    "PoolNumberResource",
    "PoolShortCodeResource",
    "ServiceResource",
    "UsecasesResource",
    "shown_alpha_sender",
    "shown_channel_sender",
    "shown_destination_alpha_sender",
    "shown_number",
    "shown_service",
    "shown_short_code",
]

LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}
SENDER_TYPES = {"whatsapp": "WhatsApp", "messenger": "Messenger", "rcs": "RCS"}
# Columns that are shown under their own name.
PLAIN = (
    "friendly_name",
    "inbound_request_url",
    "inbound_method",
    "fallback_url",
    "fallback_method",
    "status_callback",
    "sticky_sender",
    "mms_converter",
    "smart_encoding",
    "fallback_to_long_code",
    "area_code_geomatch",
    "validity_period",
    "scan_message_content",
    "synchronous_validation",
    "usecase",
    "use_inbound_webhook_on_number",
)


class ServiceResource(msgspec.Struct, frozen=True, kw_only=True):
    """A messaging service. US A2P registration is not here yet: no service has one."""

    account_sid: str
    friendly_name: str
    sid: str
    date_created: str | None
    date_updated: str | None
    sticky_sender: bool
    mms_converter: bool
    smart_encoding: bool
    fallback_to_long_code: bool
    area_code_geomatch: bool
    validity_period: int
    scan_message_content: str
    synchronous_validation: bool
    inbound_request_url: str | None
    inbound_method: str
    fallback_url: str | None
    fallback_method: str
    status_callback: str | None
    usecase: str
    us_app_to_person_registered: bool = False
    use_inbound_webhook_on_number: bool
    links: dict[str, str]
    url: str


class PoolNumberResource(msgspec.Struct, frozen=True, kw_only=True):
    """A phone number in a pool; the dates are those of its being there."""

    sid: str
    account_sid: str
    service_sid: str
    date_created: str | None
    date_updated: str | None
    phone_number: str
    country_code: str
    capabilities: Sequence[str]
    url: str


class PoolShortCodeResource(msgspec.Struct, frozen=True, kw_only=True):
    """A short code in a pool."""

    sid: str
    account_sid: str
    service_sid: str
    date_created: str | None
    date_updated: str | None
    short_code: str
    country_code: str
    capabilities: Sequence[str]
    url: str


class AlphaSenderResource(msgspec.Struct, frozen=True, kw_only=True):
    """An alphanumeric sender in a pool."""

    sid: str
    account_sid: str
    service_sid: str
    date_created: str | None
    date_updated: str | None
    alpha_sender: str
    capabilities: Sequence[str] = ("SMS",)
    url: str


class DestinationAlphaSenderResource(msgspec.Struct, frozen=True, kw_only=True):
    """An alphanumeric sender for a country; '' for every country."""

    sid: str
    account_sid: str
    service_sid: str
    date_created: str | None
    date_updated: str | None
    alpha_sender: str
    capabilities: Sequence[str] = ("SMS",)
    iso_country_code: str
    url: str


class ChannelSenderResource(msgspec.Struct, frozen=True, kw_only=True):
    """The sender of a channel in a pool."""

    account_sid: str
    messaging_service_sid: str
    sid: str
    sender: str
    sender_type: str
    country_code: str | None
    date_created: str | None
    date_updated: str | None
    url: str


class UsecaseResource(msgspec.Struct, frozen=True):
    """What a service may be for."""

    usecase: str
    description: str
    purpose: str


class UsecasesResource(msgspec.Struct, frozen=True):
    """What services may be for."""

    usecases: Sequence[UsecaseResource] = (
        UsecaseResource(
            "notifications",
            "News that people wait for: orders, deliveries, reminders, alerts.",
            "Notify my users.",
        ),
        UsecaseResource("marketing", "Offers and news about products.", "Market my services."),
        UsecaseResource(
            "verification", "One-time passwords and sign-in codes.", "Verify user identity."
        ),
        UsecaseResource(
            "discussion", "Conversations in both directions.", "Engage in a discussion."
        ),
        UsecaseResource("poll", "Questions, votes and their results.", "Poll my audience."),
        UsecaseResource("undeclared", "Not said.", "Something else."),
    )


def shown_service(row: Mapping[str, Any], base_url: str) -> ServiceResource:
    """A service; `base_url` is what its addresses begin with."""
    sid = f"MG{row['id'].hex}"
    url = f"{base_url}/v1/Services/{sid}"
    return ServiceResource(
        sid=sid,
        account_sid=f"AC{row['account_id'].hex}",
        date_created=iso8601(row["created_at"]),
        date_updated=iso8601(row["updated_at"]),
        links={name: f"{url}/{path}" for name, path in LINKS.items()},
        url=url,
        **{column: row[column] for column in PLAIN},
    )


def shown_number(row: Mapping[str, Any], base_url: str) -> PoolNumberResource:
    """A phone number of a pool."""
    can = {"MMS": row["mms_capable"], "SMS": row["sms_capable"], "Voice": row["voice_capable"]}
    return PoolNumberResource(
        **_common(row, base_url, "PN", "PhoneNumbers"),
        phone_number=row["sender"],
        country_code=row["country"],
        capabilities=tuple(name for name, able in can.items() if able),
    )


def shown_short_code(row: Mapping[str, Any], base_url: str) -> PoolShortCodeResource:
    """A short code of a pool."""
    return PoolShortCodeResource(
        **_common(row, base_url, "SC", "ShortCodes"),
        short_code=row["sender"],
        country_code=row["country"],
        capabilities=("MMS", "SMS") if row["mms_capable"] else ("SMS",),
    )


def shown_alpha_sender(row: Mapping[str, Any], base_url: str) -> AlphaSenderResource:
    """An alphanumeric sender of a pool."""
    return AlphaSenderResource(
        **_common(row, base_url, "AI", "AlphaSenders"), alpha_sender=row["sender"]
    )


def shown_destination_alpha_sender(
    row: Mapping[str, Any], base_url: str
) -> DestinationAlphaSenderResource:
    """An alphanumeric sender of a pool for a country."""
    return DestinationAlphaSenderResource(
        **_common(row, base_url, "AI", "DestinationAlphaSenders"),
        alpha_sender=row["sender"],
        iso_country_code=row["iso_country"] or "",
    )


def shown_channel_sender(row: Mapping[str, Any], base_url: str) -> ChannelSenderResource:
    """A channel's sender of a pool. Where it is, its number tells, if it is one."""
    common = _common(row, base_url, "XE", "ChannelSenders")
    channel, _, address = row["sender"].partition(":")
    return ChannelSenderResource(
        messaging_service_sid=common.pop("service_sid"),
        **common,
        sender=row["sender"],
        sender_type=SENDER_TYPES.get(channel, channel),
        country_code=country(address) if address[:1] == "+" else None,
    )


def _common(row: Mapping[str, Any], base_url: str, prefix: str, path: str) -> dict[str, Any]:
    sid = f"{prefix}{row['own_id'].hex}"
    service_sid = f"MG{row['service_id'].hex}"
    return {
        "sid": sid,
        "account_sid": f"AC{row['account_id'].hex}",
        "service_sid": service_sid,
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "url": f"{base_url}/v1/Services/{service_sid}/{path}/{sid}",
    }
