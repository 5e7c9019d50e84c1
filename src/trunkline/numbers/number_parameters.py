"""The form parameters of phone numbers and applications, declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.numbers.search_numbers import Filter
from trunkline.rest import catalogue
from trunkline.rest.errors import ErrorType
from trunkline.rest.parameters import (
    Boolean,
    Choice,
    Method,
    Sid,
    Text,
    Url,
    declared,
    parameter,
)

__all__ = [
    "API_VERSIONS",
    "CreateApplicationParameters",
    "CreateNumberOfTypeParameters",
    "CreateNumberParameters",
    "ListApplicationParameters",
    "ListNumberParameters",
    "ListShortCodeParameters",
    "NumberSettings",
    "ShortCodeSettings",
    "UpdateApplicationParameters",
    "UpdateNumberParameters",
]

API_VERSIONS = ("2010-04-01", "2008-08-01")
MOST_NAME = 64  # characters

Form = Mapping[str, Sequence[str]]

NAME = Text(MOST_NAME, catalogue.INVALID_FRIENDLY_NAME)
VERSION = Choice(API_VERSIONS)
URL = Url(empty=True)
METHOD = Method()
APPLICATION = Sid(("AP",), catalogue.APPLICATION_NOT_ACCESSIBLE, empty=True)


@dataclass(frozen=True, slots=True)
class Missing:
    """The SID of something that this platform does not have yet, so that none can be right.

    Empty clears, as everywhere; anything else is refused rather than taken and forgotten.
    """

    error: ErrorType

    def parse(self, name: str, raw: str) -> str:
        """Empty, or the refusal."""
        if raw:
            raise self.error(name=name, value=raw[:40])
        return raw

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "minLength": 34, "maxLength": 34}


@dataclass(frozen=True, slots=True)
class EmergencyStatus:
    """`Inactive`; `Active` needs an emergency address, and there are none yet."""

    error: ErrorType = catalogue.EMERGENCY_STATUS_INVALID

    def parse(self, name: str, raw: str) -> str:
        """`Inactive`, or the refusal."""
        value = Choice(("Active", "Inactive")).parse(name, raw)
        if value == "Active":
            raise self.error(name=name, value=value)
        return value

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "enum": ["Active", "Inactive"]}


@declared
class CallbackSettings:
    """What can be set of a number and of an application alike: whom to ask and to tell."""

    api_version: str | None = parameter("ApiVersion", VERSION, "The API version of its calls.")
    sms_fallback_method: str | None = parameter(
        "SmsFallbackMethod", METHOD, "How SmsFallbackUrl is requested; POST by default."
    )
    sms_fallback_url: str | None = parameter(
        "SmsFallbackUrl", URL, "Requested when SmsUrl fails. Empty clears it."
    )
    sms_method: str | None = parameter(
        "SmsMethod", METHOD, "How SmsUrl is requested; POST by default."
    )
    sms_url: str | None = parameter(
        "SmsUrl", URL, "Requested when a message comes in. Empty clears it."
    )
    status_callback: str | None = parameter(
        "StatusCallback", URL, "Told when a call ends. Empty clears it."
    )
    status_callback_method: str | None = parameter(
        "StatusCallbackMethod", METHOD, "How StatusCallback is requested; POST by default."
    )
    voice_caller_id_lookup: bool | None = parameter(
        "VoiceCallerIdLookup", Boolean(), "Whether the names of callers are looked up."
    )
    voice_fallback_method: str | None = parameter(
        "VoiceFallbackMethod", METHOD, "How VoiceFallbackUrl is requested; POST by default."
    )
    voice_fallback_url: str | None = parameter(
        "VoiceFallbackUrl", URL, "Requested when VoiceUrl fails. Empty clears it."
    )
    voice_method: str | None = parameter(
        "VoiceMethod", METHOD, "How VoiceUrl is requested; POST by default."
    )
    voice_url: str | None = parameter(
        "VoiceUrl", URL, "Requested when a call comes in. Empty clears it."
    )


@declared
class NumberSettings(CallbackSettings):
    """What can be set of a number, when it is bought and later."""

    friendly_name: str | None = parameter(
        "FriendlyName", NAME, "A name; by default the number in its national format."
    )
    sms_application_sid: str | None = parameter(
        "SmsApplicationSid", APPLICATION, "The application that handles its messages."
    )
    voice_application_sid: str | None = parameter(
        "VoiceApplicationSid", APPLICATION, "The application that handles its calls."
    )
    voice_receive_mode: str | None = parameter(
        "VoiceReceiveMode", Choice(("voice", "fax")), "What calls bring: voice, by default, or fax."
    )
    emergency_status: str | None = parameter(
        "EmergencyStatus", EmergencyStatus(), "Whether emergency calls are enabled."
    )
    emergency_address_sid: str | None = parameter(
        "EmergencyAddressSid", Missing(catalogue.ADDRESS_INVALID), "Its emergency address."
    )
    trunk_sid: str | None = parameter(
        "TrunkSid", Missing(catalogue.TRUNK_INVALID), "The trunk that takes its calls."
    )
    identity_sid: str | None = parameter(
        "IdentitySid", Missing(catalogue.IDENTITY_INVALID), "The identity of its user."
    )
    address_sid: str | None = parameter(
        "AddressSid", Missing(catalogue.ADDRESS_INVALID), "The address of its user."
    )
    bundle_sid: str | None = parameter(
        "BundleSid", Missing(catalogue.BUNDLE_INVALID), "The regulatory bundle it belongs to."
    )


@declared
class CreateNumberParameters(NumberSettings):
    """The form of a purchase."""

    phone_number: str | None = parameter("PhoneNumber", Text(), "The number to buy, in E.164.")
    area_code: str | None = parameter("AreaCode", Text(), "Or the area code of any number.")

    @staticmethod
    def presence(form: Form) -> None:
        """One of the two says what to buy."""
        if not _given(form, "PhoneNumber") and not _given(form, "AreaCode"):
            raise catalogue.NUMBER_REQUIRED()


@declared
class CreateNumberOfTypeParameters(NumberSettings):
    """The form of a purchase from the numbers of one type."""

    phone_number: str | None = parameter("PhoneNumber", Text(), "The number to buy, in E.164.")

    @staticmethod
    def presence(form: Form) -> None:
        """The number is required, and an area code refused (21457)."""
        if _given(form, "AreaCode"):
            raise catalogue.AREA_CODE_UNSUPPORTED()
        if not _given(form, "PhoneNumber"):
            raise catalogue.NUMBER_REQUIRED()


@declared
class UpdateNumberParameters(NumberSettings):
    """The form of an update."""

    account_sid: str | None = parameter(
        "AccountSid",
        Sid(("AC",), catalogue.TRANSFER_ACCOUNT_INVALID),
        "The parent account or subaccount to give the number to.",
    )


@declared
class ListNumberParameters:
    """The filters of a list of numbers."""

    beta: bool | None = parameter(
        "Beta", Filter(Boolean()), "Whether to show new kinds of numbers too."
    )
    friendly_name: str | None = parameter("FriendlyName", Text(), "Exactly this name.")
    phone_number: str | None = parameter(
        "PhoneNumber", Text(), "A number or a part of one; `*` is any digit."
    )
    origin: str | None = parameter(
        "Origin", Filter(Choice(("twilio", "hosted"))), "Only numbers of this origin."
    )


@declared
class ShortCodeSettings:
    """What can be set of a short code."""

    friendly_name: str | None = parameter(
        "FriendlyName", NAME, "A name; by default the short code."
    )
    api_version: str | None = parameter("ApiVersion", VERSION, "The API version of its requests.")
    sms_url: str | None = parameter(
        "SmsUrl", URL, "Requested when a message comes in. Empty clears it."
    )
    sms_method: str | None = parameter(
        "SmsMethod", METHOD, "How SmsUrl is requested; POST by default."
    )
    sms_fallback_url: str | None = parameter(
        "SmsFallbackUrl", URL, "Requested when SmsUrl fails. Empty clears it."
    )
    sms_fallback_method: str | None = parameter(
        "SmsFallbackMethod", METHOD, "How SmsFallbackUrl is requested; POST by default."
    )


@declared
class ListShortCodeParameters:
    """The filters of the list of short codes."""

    friendly_name: str | None = parameter("FriendlyName", Text(), "Exactly this name.")
    short_code: str | None = parameter(
        "ShortCode", Text(), "A short code or a part of one; `*` is any digit."
    )


@declared
class CreateApplicationParameters(CallbackSettings):
    """The form of an application."""

    friendly_name: str | None = parameter("FriendlyName", NAME, "A name.")
    sms_status_callback: str | None = parameter(
        "SmsStatusCallback", URL, "Told of its messages, where MessageStatusCallback is not set."
    )
    message_status_callback: str | None = parameter(
        "MessageStatusCallback", URL, "Told of the status of messages sent for the application."
    )
    public_application_connect_enabled: bool | None = parameter(
        "PublicApplicationConnectEnabled", Boolean(), "Whether other accounts may dial it."
    )


@declared
class UpdateApplicationParameters(CreateApplicationParameters):
    """The form of a change to an application."""


@declared
class ListApplicationParameters:
    """The filter of the list of applications."""

    friendly_name: str | None = parameter("FriendlyName", Text(), "Exactly this name.")


def _given(form: Form, name: str) -> bool:
    values = form.get(name)
    return values is not None and bool(values[-1].strip())
