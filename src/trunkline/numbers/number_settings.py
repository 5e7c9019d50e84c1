"""From the settings that a request asks for to the columns that change, or to a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trunkline.numbers import queries
from trunkline.numbers.number_parameters import CreateApplicationParameters, NumberSettings
from trunkline.rest import catalogue
from trunkline.store.database import Connection

__all__ = [
    "APPLICATION_DEFAULTS",
    "NUMBER_DEFAULTS",
    "application_changes",
    "check_applications",
    "check_settings",
    "number_changes",
]

CALLBACKS: dict[str, Any] = {
    "api_version": "2010-04-01",
    "sms_url": None,
    "sms_method": "POST",
    "sms_fallback_url": None,
    "sms_fallback_method": "POST",
    "voice_url": None,
    "voice_method": "POST",
    "voice_fallback_url": None,
    "voice_fallback_method": "POST",
    "voice_caller_id_lookup": False,
    "status_callback": None,
    "status_callback_method": "POST",
}
# What a number and an application have where nothing else was asked for.
NUMBER_DEFAULTS: dict[str, Any] = {
    **CALLBACKS,
    "sms_application_id": None,
    "voice_application_id": None,
    "voice_receive_mode": "voice",
    "emergency_status": "Inactive",
}
APPLICATION_DEFAULTS: dict[str, Any] = {
    **CALLBACKS,
    "friendly_name": None,
    "sms_status_callback": None,
    "message_status_callback": None,
    "public_application_connect_enabled": False,
}
APPLICATION_SIDS = {
    "sms_application_id": "sms_application_sid",
    "voice_application_id": "voice_application_sid",
}
MESSAGING = (
    "sms_url",
    "sms_method",
    "sms_fallback_url",
    "sms_fallback_method",
    "sms_application_id",
)


def number_changes(asked: NumberSettings) -> dict[str, Any]:
    """The columns of a number that the request sets. The name is not among them."""
    changes = {}
    for column in NUMBER_DEFAULTS:
        value = getattr(asked, APPLICATION_SIDS.get(column, column))
        if value is None:
            continue
        if column in APPLICATION_SIDS:
            value = value[2:]
        changes[column] = None if value == "" else value
    return changes


def application_changes(asked: CreateApplicationParameters) -> dict[str, Any]:
    """The columns of an application that the request sets."""
    changes = {}
    for column in APPLICATION_DEFAULTS:
        value = getattr(asked, column)
        if value is not None:
            changes[column] = None if value == "" else value
    return changes


def check_settings(
    changes: Mapping[str, Any], current: Mapping[str, Any], *, sms_capable: bool
) -> None:
    """Refuse settings that do not go together: 21405, 21406, 21407.

    `current` is what holds where nothing is changed.
    """
    if changes.get("voice_fallback_url") and not changes.get("voice_url", current["voice_url"]):
        raise catalogue.FALLBACK_WITHOUT_VOICE_URL()
    if changes.get("sms_fallback_url") and not changes.get("sms_url", current["sms_url"]):
        raise catalogue.FALLBACK_WITHOUT_SMS_URL()
    if not sms_capable and any(changes.get(column) is not None for column in MESSAGING):
        raise catalogue.NUMBER_NOT_SMS_CAPABLE()


async def check_applications(
    connection: Connection, changes: Mapping[str, Any], account_id: str
) -> None:
    """Refuse applications that the account does not have (21420), and keep those that it has
    from being deleted until the transaction ends.
    """
    wanted = {changes[column] for column in APPLICATION_SIDS if changes.get(column)}
    if not wanted:
        return
    rows = await connection.fetch(queries.KEEP_APPLICATIONS, list(wanted), account_id)
    missing = wanted - {row["id"].hex for row in rows}
    if missing:
        raise catalogue.APPLICATION_NOT_ACCESSIBLE(value=f"AP{min(missing)}")
