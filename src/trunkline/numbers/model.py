"""Numbers and applications as values."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

__all__ = [
    "APPLICATIONS_TOPIC",
    "MOST_APPLICATIONS",
    "NUMBERS_TOPIC",
    "VOICE_ONLY_EXCHANGE",
    "Application",
    "Capabilities",
    "OwnNumber",
    "capabilities_of",
]

# Topics of `Database.announce`. The key of a number is `<world id>/<number in E.164>`, that of a
# short code and of a channel sender alike; that of an application is its SID.
NUMBERS_TOPIC = "numbers"
APPLICATIONS_TOPIC = "applications"

MOST_APPLICATIONS = 1000  # of one account

# 950-XXXX reaches carriers, by voice alone, and is not given to subscribers. Here these are the
# numbers that cannot send or receive messages, so that apps meet that case too.
VOICE_ONLY_EXCHANGE = "950"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a number can do."""

    voice: bool
    sms: bool
    mms: bool
    fax: bool


_EVERYTHING = Capabilities(voice=True, sms=True, mms=True, fax=False)
_VOICE_ONLY = Capabilities(voice=True, sms=False, mms=False, fax=False)


def capabilities_of(number: str) -> Capabilities:
    """What a number can do unless somebody says otherwise: all but fax, which Twilio ended too."""
    voice_only = number[:2] == "+1" and number[5:8] == VOICE_ONLY_EXCHANGE
    return _VOICE_ONLY if voice_only else _EVERYTHING


class OwnNumber(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A number that an account of the world owns, with what messaging needs to know of it. A short
    code and the sender of a channel are such numbers too."""

    sid: str  # PN; of a short code SC, of a channel sender XE
    account_sid: str
    phone_number: str  # E.164, a short code, or a channel address: `whatsapp:+14155550100`
    type: str  # "local", "mobile", "tollfree", "short_code", "whatsapp" or "rcs"
    iso_country: str  # of a short code, where it works; `ZZ` for what is of no country
    voice_capable: bool
    sms_capable: bool
    mms_capable: bool
    api_version: str = "2010-04-01"
    # Where inbound messages go: to the URLs of the number's application when it has one, even if
    # that has none, and otherwise to its own (behaviour 2.6). None: nobody is asked.
    sms_url: str | None
    sms_method: str
    sms_fallback_url: str | None
    sms_fallback_method: str
    sms_application_sid: str | None
    # Of the sender of a channel: told the status of messages that name no other.
    message_status_callback: str | None = None


class Application(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An application, with what messaging and calls need to know of it."""

    sid: str
    account_sid: str
    sms_url: str | None
    sms_method: str
    sms_fallback_url: str | None
    sms_fallback_method: str
    sms_status_callback: str | None
    message_status_callback: str | None
    # What calls need to know of it: behaviour 6.1.
    voice_url: str | None = None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback: str | None = None
    status_callback_method: str = "POST"

    @property
    def status_callback_of_messages(self) -> str | None:
        """Where the status of a message sent for this application goes (behaviour 2.5)."""
        return self.message_status_callback or self.sms_status_callback
