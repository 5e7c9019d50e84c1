"""The form and query parameters of messaging services and their pools, declared (behaviour 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.numbers import is_alphanumeric_sender, is_country
from trunkline.rest import catalogue
from trunkline.rest.parameters import (
    Boolean,
    Choice,
    Integer,
    Method,
    Sid,
    Text,
    Url,
    declared,
    parameter,
)

__all__ = [
    "USECASES",
    "CreateAlphaSenderParameters",
    "CreateChannelSenderParameters",
    "CreateDestinationAlphaSenderParameters",
    "CreatePhoneNumberParameters",
    "CreateServiceParameters",
    "CreateShortCodeParameters",
    "ListDestinationAlphaSenderParameters",
    "UpdateServiceParameters",
]

Form = Mapping[str, Sequence[str]]

MOST_NAME = 64  # characters
MOST_VALIDITY = 36_000  # seconds
USECASES = ("notifications", "marketing", "verification", "discussion", "poll", "undeclared")

URL = Url(empty=True)
METHOD = Method()


@dataclass(frozen=True, slots=True)
class Name:
    """A name of 1 to 64 characters."""

    def parse(self, name: str, raw: str) -> str:
        """The name as it is."""
        text = Text(MOST_NAME, catalogue.INVALID_FRIENDLY_NAME).parse(name, raw)
        if not text.strip():
            raise catalogue.INVALID_FRIENDLY_NAME(value=text)
        return text

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "minLength": 1, "maxLength": MOST_NAME}


@dataclass(frozen=True, slots=True)
class AlphaSender:
    """An alphanumeric sender: 1 to 11 characters with a letter among them."""

    def parse(self, name: str, raw: str) -> str:
        """The sender, without spaces around it, as From is read; 21709 for what cannot be one."""
        sender = raw.strip()
        if not is_alphanumeric_sender(sender):
            raise catalogue.ALPHA_SENDER_INVALID()
        return sender

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "minLength": 1, "maxLength": 11}


@dataclass(frozen=True, slots=True)
class Country:
    """The two letters of a country in ISO 3166, or none for every country."""

    def parse(self, name: str, raw: str) -> str:
        """The letters as capitals."""
        code = raw.upper()
        if code and not is_country(code):
            raise catalogue.INVALID_PARAMETER(name=name, reason="not the two letters of a country")
        return code

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "pattern": "^[A-Za-z]{2}$"}


@declared
class UpdateServiceParameters:
    """The form of a change to a service."""

    friendly_name: str | None = parameter("FriendlyName", Name(), "A name, up to 64 characters.")
    inbound_request_url: str | None = parameter(
        "InboundRequestUrl",
        URL,
        "Requested when a message comes in at a sender of the pool. Empty clears it.",
    )
    inbound_method: str | None = parameter(
        "InboundMethod", METHOD, "How InboundRequestUrl is requested; POST by default."
    )
    fallback_url: str | None = parameter(
        "FallbackUrl", URL, "Requested when InboundRequestUrl fails. Empty clears it."
    )
    fallback_method: str | None = parameter(
        "FallbackMethod", METHOD, "How FallbackUrl is requested; POST by default."
    )
    status_callback: str | None = parameter(
        "StatusCallback", URL, "Told of the status of its messages. Empty clears it."
    )
    sticky_sender: bool | None = parameter(
        "StickySender", Boolean(), "Whether a recipient keeps one sender; true by default."
    )
    mms_converter: bool | None = parameter(
        "MmsConverter",
        Boolean(),
        "Whether media become a link where no sender can send them; true by default.",
    )
    smart_encoding: bool | None = parameter(
        "SmartEncoding",
        Boolean(),
        "Whether characters that cost segments are replaced by like ones; true by default.",
    )
    scan_message_content: str | None = parameter(
        "ScanMessageContent",
        Choice(("inherit", "enable", "disable"), fold=True),
        "Reserved: kept and shown; inherit by default.",
    )
    fallback_to_long_code: bool | None = parameter(
        "FallbackToLongCode", Boolean(), "Obsolete: kept and shown; true by default."
    )
    area_code_geomatch: bool | None = parameter(
        "AreaCodeGeomatch",
        Boolean(),
        "Whether a sender with the recipient's area code goes first; true by default.",
    )
    validity_period: int | None = parameter(
        "ValidityPeriod",
        Integer(1, MOST_VALIDITY),
        "For how many seconds a message may wait to be sent; 36000 by default.",
    )
    synchronous_validation: bool | None = parameter(
        "SynchronousValidation", Boolean(), "Reserved: kept and shown; false by default."
    )
    usecase: str | None = parameter(
        "Usecase",
        Choice(USECASES, catalogue.USECASE_INVALID, fold=True),
        "What the service is for; undeclared by default.",
    )
    use_inbound_webhook_on_number: bool | None = parameter(
        "UseInboundWebhookOnNumber",
        Boolean(),
        "Whether a number's own URLs are requested instead; false by default.",
    )


@declared
class CreateServiceParameters(UpdateServiceParameters):
    """The form of a service."""

    @staticmethod
    def presence(form: Form) -> None:
        """It has a name."""
        _require(form, "FriendlyName")


@declared
class CreatePhoneNumberParameters:
    """The form of a number for the pool."""

    phone_number_sid: str = parameter(
        "PhoneNumberSid", Sid(("PN",)), "A phone number of the account; required."
    )

    @staticmethod
    def presence(form: Form) -> None:
        """The number is named."""
        _require(form, "PhoneNumberSid")


@declared
class CreateShortCodeParameters:
    """The form of a short code for the pool."""

    short_code_sid: str = parameter(
        "ShortCodeSid", Sid(("SC",)), "A short code of the account; required."
    )

    @staticmethod
    def presence(form: Form) -> None:
        """The short code is named."""
        _require(form, "ShortCodeSid")


@declared
class CreateChannelSenderParameters:
    """The form of a channel sender for the pool."""

    sid: str = parameter("Sid", Sid(("XE",)), "A channel sender of the account; required.")

    @staticmethod
    def presence(form: Form) -> None:
        """The sender is named."""
        _require(form, "Sid")


@declared
class CreateAlphaSenderParameters:
    """The form of an alphanumeric sender for the pool."""

    alpha_sender: str = parameter(
        "AlphaSender", AlphaSender(), "1 to 11 letters, digits, spaces and `+-_&`; required."
    )

    @staticmethod
    def presence(form: Form) -> None:
        """The sender is there."""
        _require_alpha_sender(form)


@declared
class CreateDestinationAlphaSenderParameters:
    """The form of an alphanumeric sender for one country."""

    alpha_sender: str = parameter(
        "AlphaSender", AlphaSender(), "1 to 11 letters, digits, spaces and `+-_&`; required."
    )
    iso_country_code: str | None = parameter(
        "IsoCountryCode", Country(), "The country it is for; every country by default."
    )

    @staticmethod
    def presence(form: Form) -> None:
        """The sender is there."""
        _require_alpha_sender(form)


@declared
class ListDestinationAlphaSenderParameters:
    """The filter of the list of alphanumeric senders by country."""

    iso_country_code: str | None = parameter(
        "IsoCountryCode", Country(), "Only those for this country."
    )


def _require(form: Form, name: str) -> None:
    if not _given(form, name):
        raise catalogue.UNKNOWN_PARAMETERS(
            reason=f"Missing required parameter {name} in the post body"
        )


def _require_alpha_sender(form: Form) -> None:
    if not _given(form, "AlphaSender"):
        raise catalogue.ALPHA_SENDER_MISSING()


def _given(form: Form, name: str) -> bool:
    values = form.get(name)
    return values is not None and bool(values[-1])
