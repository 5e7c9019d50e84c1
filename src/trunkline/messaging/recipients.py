"""Who a message is for: what is taken as a recipient, and how error texts show one (1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from trunkline.numbers import is_short_code, normalise
from trunkline.rest import catalogue

__all__ = [
    "Recipient",
    "channel_of",
    "is_channel_address",
    "is_e164",
    "masked",
    "number_of",
    "valid_recipient",
]

# The channels that have senders here; of the others no address can be anybody's.
CHANNELS = ("whatsapp", "rcs")
_channel = re.compile(r"(whatsapp|messenger|rcs|viber|line|sip|client):", re.IGNORECASE).match
# E.164; a number of +1 has ten digits more.
is_e164 = re.compile(r"\+(?:1\d{10}|[2-9]\d{6,14})").fullmatch


@dataclass(frozen=True, slots=True)
class Recipient:
    """The kind of the parameter To: a recipient in E.164, behind the prefix of a channel if it is
    to be reached there.

    A recipient that cannot be one is told before anything else that is wrong with a request.
    """

    def parse(self, name: str, raw: str) -> str:
        """The recipient, or the error of `valid_recipient`."""
        return valid_recipient(raw)

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string"}


def valid_recipient(raw: str) -> str:
    """The recipient as it is stored – E.164, or `whatsapp:` or `rcs:` and E.164 –, or the error
    that says what is wrong with it."""
    text = raw.strip()
    if is_channel_address(text):
        channel, _, address = text.partition(":")
        channel = channel.lower()
        if channel not in CHANNELS:
            raise catalogue.CHANNEL_MISMATCH()
        number = normalise(address)
        if number is None or not is_e164(number):
            raise catalogue.INVALID_TO(to=masked(text))
        return f"{channel}:{number}"
    number = normalise(raw)
    if number is not None and is_e164(number):
        return number
    if is_short_code(text):
        raise catalogue.TO_SHORT_CODE(to=text)
    raise catalogue.INVALID_TO(to=masked(text))


def is_channel_address(raw: str) -> bool:
    """Whether it is an address of a channel other than SMS: `whatsapp:+1…`."""
    return _channel(raw) is not None


def channel_of(address: str) -> str | None:
    """The channel of a stored address: `whatsapp` or `rcs`; None for SMS."""
    channel, found, _ = address.partition(":")
    return channel if found else None


def number_of(address: str) -> str:
    """A stored address without the prefix of its channel."""
    return address.rpartition(":")[2]


def masked(number: str) -> str:
    """A number as error texts show it: its last four digits replaced by X."""
    shown = number[:64]
    return shown[:-4] + "XXXX" if len(shown) > 4 else shown
