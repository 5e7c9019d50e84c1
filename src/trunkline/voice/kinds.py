"""Kinds of values that only the parameters of calls have (6.1, 6.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.errors import ErrorType
from trunkline.rest.parameters import Integer

__all__ = ["DialledDigits", "Events", "LenientInteger", "Seconds", "SipCredential"]

_digits = re.compile(r"[0-9A-D#*wW]{1,32}").fullmatch
_sip_text = re.compile(r"[\x21-\x7e]*").fullmatch
MOST_SIP_TEXT = 255


@dataclass(frozen=True, slots=True)
class Events:
    """Names of events: one, or several with spaces between, as TwiML writes them (0.1)."""

    words: tuple[str, ...]
    error: ErrorType = catalogue.CALLBACK_EVENT_INVALID

    def parse(self, name: str, raw: str) -> tuple[str, ...]:
        """The names; none for an empty text."""
        given = raw.split()
        for word in given:
            if word not in self.words:
                raise self.error(name=name, value=word[:40])
        return tuple(given)

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class DialledDigits:
    """Keys to press: at most 32 of `0-9A-D#*`, with `w` for half a second and `W` for one."""

    def parse(self, name: str, raw: str) -> str:
        """The keys; an empty text stays one."""
        if raw and not _digits(raw):
            raise catalogue.SEND_DIGITS_INVALID(value=raw[:40])
        return raw

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "maxLength": 32}


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long it may ring: any positive whole number, of which `most` is as good as more."""

    most: int
    error: ErrorType

    def parse(self, name: str, raw: str) -> int | None:
        """The seconds; None for an empty text."""
        if not raw.strip():
            return None
        value: int = Integer(1, None, self.error).parse(name, raw)
        return min(value, self.most)

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "integer", "minimum": 1, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class LenientInteger:
    """A setting of answering machine detection. What is none stays text: the default is used
    then, and a warning recorded (21263)."""

    least: int
    most: int

    def parse(self, name: str, raw: str) -> int | str | None:
        """The number; the text that is none; None for an empty text."""
        text = raw.strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 9:
            value = int(text)
            if self.least <= value <= self.most:
                return value
        return raw[:40]

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class SipCredential:
    """A user name or password for SIP: printable ASCII, fewer than 256 characters."""

    too_long: ErrorType
    illegal: ErrorType

    def parse(self, name: str, raw: str) -> str:
        """The text as it is."""
        if len(raw) > MOST_SIP_TEXT:
            raise self.too_long()
        if not _sip_text(raw):
            raise self.illegal()
        return raw

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "maxLength": MOST_SIP_TEXT}
