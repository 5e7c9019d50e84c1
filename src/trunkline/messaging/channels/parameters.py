"""The JSON bodies and the query of `/v2/Channels/Senders`, declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.json_body import Nested
from trunkline.rest.parameters import Choice, Sid, Text, Url, declared, parameter

__all__ = [
    "CreateSenderParameters",
    "ListSenderParameters",
    "UpdateSenderParameters",
]

CHANNELS = ("whatsapp", "rcs")
MOST_TEXT = 2048  # characters of a text of a profile
MOST_ENTRIES = 10  # websites, e-mail addresses, telephone numbers
URL = Url(empty=True)
LINK = Url(empty=True, underscore=True)  # shown to people, and not requested
TEXT = Text(MOST_TEXT)
# Twilio's documents have PUT as well; here requests are made by POST.
METHOD = Choice(("POST",), fold=True)


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of objects that have `key` and, if need be, `label`; texts alone are taken for the
    key. Both are texts."""

    key: str

    def parse(self, name: str, raw: str) -> Any:
        """A text is no list."""
        raise catalogue.INVALID_PARAMETER(name=name, reason="not a list")

    def parse_json(self, name: str, value: Any) -> list[dict[str, str]]:
        """The entries, in order."""
        if not isinstance(value, list):
            return list(self.parse(name, ""))
        if len(value) > MOST_ENTRIES:
            reason = f"more than {MOST_ENTRIES} entries"
            raise catalogue.INVALID_PARAMETER(name=name, reason=reason)
        return [self._entry(name, each) for each in value]

    def _entry(self, name: str, given: Any) -> dict[str, str]:
        entry = {self.key: given} if isinstance(given, str) else given
        if not isinstance(entry, dict) or not isinstance(entry.get(self.key), str):
            raise catalogue.INVALID_PARAMETER(name=name, reason=f"an entry without {self.key}")
        label = entry.get("label")
        if label is not None and not isinstance(label, str):
            raise catalogue.INVALID_PARAMETER(name=name, reason="a label that is no string")
        made = {self.key: TEXT.parse(name, entry[self.key])}
        return made if label is None else {**made, "label": TEXT.parse(name, label)}

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        text = {"type": "string"}
        properties = {self.key: text, "label": text}
        return {"type": "array", "items": {"type": "object", "properties": properties}}


@declared
class Configuration:
    """How a sender is registered with its channel."""

    waba_id: str | None = parameter("waba_id", TEXT, "The WhatsApp Business Account.")
    verification_method: str | None = parameter(
        "verification_method", Choice(("sms", "voice")), "How the number is verified."
    )
    verification_code: str | None = parameter(
        "verification_code", Text(64), "The code that verifies it. Not kept."
    )
    voice_application_sid: str | None = parameter(
        "voice_application_sid", Sid(("AP",), empty=True), "The application that takes its calls."
    )
    account_type: str | None = parameter(
        "account_type", Choice(("ISV", "ISVSubAccount", "")), "Whose account it is. Empty clears."
    )


@declared
class Webhook:
    """Whom to ask and to tell. Empty clears."""

    callback_url: str | None = parameter("callback_url", URL, "Requested when a message comes in.")
    callback_method: str | None = parameter("callback_method", METHOD, "How: POST.")
    fallback_url: str | None = parameter("fallback_url", URL, "Requested when that fails.")
    fallback_method: str | None = parameter("fallback_method", METHOD, "How: POST.")
    status_callback_url: str | None = parameter(
        "status_callback_url", URL, "Told the status of messages without a StatusCallback."
    )
    status_callback_method: str | None = parameter("status_callback_method", METHOD, "How: POST.")


@declared
class Profile:
    """Who it is that writes, for those who are written to. Empty clears."""

    name: str | None = parameter("name", TEXT, "The name of the sender.")
    about: str | None = parameter("about", TEXT, "A line about it.")
    address: str | None = parameter("address", TEXT, "Its address.")
    description: str | None = parameter("description", TEXT, "What it is.")
    logo_url: str | None = parameter("logo_url", LINK, "Its logo.")
    banner_url: str | None = parameter("banner_url", LINK, "Its banner.")
    privacy_url: str | None = parameter("privacy_url", LINK, "Its privacy policy.")
    terms_of_service_url: str | None = parameter("terms_of_service_url", LINK, "Its terms.")
    accent_color: str | None = parameter("accent_color", Text(16), "Its colour, in hex.")
    use_case: str | None = parameter(
        "use_case",
        Choice(("PROMOTIONAL", "TRANSACTIONAL", "OTP", "MULTI_USE")),
        "What an RCS sender is for.",
    )
    vertical: str | None = parameter("vertical", TEXT, "The trade it is of.")
    websites: list[dict[str, str]] | None = parameter(
        "websites", Entries("website"), "Its websites."
    )
    emails: list[dict[str, str]] | None = parameter(
        "emails", Entries("email"), "Its e-mail addresses."
    )
    phone_numbers: list[dict[str, str]] | None = parameter(
        "phone_numbers", Entries("phone_number"), "Its telephone numbers."
    )


@declared
class UpdateSenderParameters:
    """The body of a change. What is absent or null stays."""

    friendly_name: str | None = parameter("friendly_name", Text(64), "A name. Empty clears it.")
    configuration: Configuration | None = parameter(
        "configuration", Nested(Configuration), "How it is registered."
    )
    webhook: Webhook | None = parameter("webhook", Nested(Webhook), "Whom to ask and to tell.")
    profile: Profile | None = parameter("profile", Nested(Profile), "Who it is that writes.")


@declared
class CreateSenderParameters(UpdateSenderParameters):
    """The body of a create."""

    sender_id: str = parameter(
        "sender_id", Text(128), "`whatsapp:` and a number in E.164, or `rcs:` and an agent."
    )

    @staticmethod
    def presence(document: Mapping[str, Any]) -> None:
        """It needs an address."""
        if not document.get("sender_id"):
            raise catalogue.INVALID_PARAMETER(name="sender_id", reason="it is required")


@declared
class ListSenderParameters:
    """The query of the list."""

    channel: str = parameter("Channel", Choice(CHANNELS), "The channel: whatsapp or rcs.")

    @staticmethod
    def presence(form: Mapping[str, Any]) -> None:
        """Twilio has no list of all channels together."""
        if not any(form.get("Channel", ())):
            raise catalogue.INVALID_PARAMETER(name="Channel", reason="it is required")
