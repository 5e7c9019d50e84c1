"""How channel senders look to their users: the keys and the order of the official examples."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

__all__ = [
    "ChannelsSenderResource",
    "CreatedSender",
    "UpdatedSender",
    "created_sender",
    "shown_sender",
    "updated_sender",
]

Entry = dict[str, str]
Part = TypeVar("Part")


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """How a sender is registered. The code that verified it is not kept."""

    waba_id: str | None = None
    verification_method: str | None = None
    verification_code: str | None = None
    voice_application_sid: str | None = None
    account_type: str | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask and to tell."""

    callback_url: str | None = None
    callback_method: str | None = None
    fallback_url: str | None = None
    fallback_method: str | None = None
    status_callback_url: str | None = None
    status_callback_method: str | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is that writes."""

    about: str | None = None
    address: str | None = None
    description: str | None = None
    emails: list[Entry] | None = None
    name: str | None = None
    logo_url: str | None = None
    vertical: str | None = None
    websites: list[Entry] | None = None
    banner_url: str | None = None
    privacy_url: str | None = None
    terms_of_service_url: str | None = None
    accent_color: str | None = None
    use_case: str | None = None
    phone_numbers: list[Entry] | None = None


class SenderProperties(msgspec.Struct, frozen=True, kw_only=True):
    """What WhatsApp has measured of a sender: here nothing is."""

    quality_rating: str | None = None
    messaging_limit: str | None = None


class CreatedSender(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new sender: what was not set is left out."""

    sid: str
    status: str
    sender_id: str
    friendly_name: str | None = None
    configuration: Configuration | None = None
    webhook: Webhook | None = None
    profile: dict[str, Any] | None = None


class UpdatedSender(msgspec.Struct, frozen=True, kw_only=True):
    """A sender that was changed."""

    sid: str
    status: str
    sender_id: str
    friendly_name: str | None
    compliance: None = None
    configuration: Configuration | None
    webhook: Webhook | None
    profile: Profile | None


class ChannelsSenderResource(UpdatedSender, frozen=True, kw_only=True):
    """The sender of a channel."""

    properties: SenderProperties | None
    offline_reasons: None = None
    url: str


def created_sender(row: Any) -> CreatedSender:
    """The sender of a row that was just made."""
    profile = row["profile"] or {}
    return CreatedSender(
        sid=f"XE{row['id'].hex}",
        status=row["status"],
        sender_id=row["address"],
        friendly_name=row["friendly_name"],
        configuration=_part(Configuration, row["configuration"]),
        webhook=_part(Webhook, row["webhook"]),
        profile={name: value for name, value in profile.items() if value is not None} or None,
    )


def updated_sender(row: Any) -> UpdatedSender:
    """The sender of a row that was just changed."""
    return UpdatedSender(**_fields(row))


def shown_sender(row: Any, base_url: str) -> ChannelsSenderResource:
    """The sender of a row; `base_url` is that of the product."""
    return ChannelsSenderResource(
        **_fields(row),
        properties=SenderProperties() if row["address"].startswith("whatsapp:") else None,
        url=f"{base_url}/v2/Channels/Senders/XE{row['id'].hex}",
    )


def _fields(row: Any) -> dict[str, Any]:
    return {
        "sid": f"XE{row['id'].hex}",
        "status": row["status"],
        "sender_id": row["address"],
        "friendly_name": row["friendly_name"],
        "configuration": _part(Configuration, row["configuration"]),
        "webhook": _part(Webhook, row["webhook"]),
        "profile": _part(Profile, row["profile"]),
    }


def _part(cls: type[Part], kept: Any) -> Part | None:
    return None if kept is None else cls(**kept)
