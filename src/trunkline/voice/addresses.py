"""Who can be called and who can call, as the parameters To, From and CallerId name them (6.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from trunkline.messaging.recipients import is_e164
from trunkline.numbers import normalise
from trunkline.rest import catalogue

__all__ = ["Called", "Caller", "is_phone", "kind_of", "split_parameters"]

Kind = Literal["phone", "client", "sip", "sim"]

MOST_SHOWN = 64  # characters of a refused address
MOST_BEHIND = 1023  # characters behind the `?`
_client = re.compile(r"client:(?P<name>[^?\s]{1,256})(\?.*)?").fullmatch
_sip = re.compile(r"sips?:[^@?\s]{1,256}@[^@?\s]{1,255}(\?.*)?", re.IGNORECASE).fullmatch
_sim = re.compile(r"sim:DE[0-9a-fA-F]{32}").fullmatch
# What a SIP far end may be shown as its caller, beside the addresses: a name or an extension.
_name = re.compile(r"[A-Za-z0-9_.\-][A-Za-z0-9_.+\-]{0,120}").fullmatch
_header_name = re.compile(r"[A-Za-z0-9\-]{1,255}").fullmatch


@dataclass(frozen=True, slots=True)
class Called:
    """The kind of the parameter To: a number in E.164, `client:name`, `sip:user@host` or
    `sim:DE…`. What follows a `?` goes to the far end: `split_parameters`."""

    def parse(self, name: str, raw: str) -> str:
        """The address as it is stored, or CALL_TO_INVALID, SIP_HEADERS_TOO_LONG …"""
        text = raw.strip()
        found = _address(text)
        if found is None:
            raise catalogue.CALL_TO_INVALID(to=text[:MOST_SHOWN])
        if kind_of(found) == "sip":
            _check_headers(found)
        elif not _storable(found):
            raise catalogue.CALL_TO_INVALID(to=text[:MOST_SHOWN])
        return found

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The kind of From and CallerId: as To, without parameters; for SIP also a mere name. Nothing
    at all is None with `empty`."""

    empty: bool = False

    def parse(self, name: str, raw: str) -> str | None:
        """The address as it is stored, or CALL_FROM_INVALID."""
        text = raw.strip()
        if self.empty and not text:
            return None
        found = _address(text)
        if found is None and _name(text):
            found = text
        if found is None or "?" in found:
            raise catalogue.CALL_FROM_INVALID(sender=text[:MOST_SHOWN])
        return found

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string"}


def is_phone(address: str) -> bool:
    """Whether a stored address is a phone number."""
    return address.startswith("+")


def kind_of(address: str) -> Kind | None:
    """What a stored address is of; None for a mere name."""
    if is_phone(address):
        return "phone"
    scheme = address.partition(":")[0].lower()
    if scheme in ("sip", "sips"):
        return "sip"
    if scheme in ("client", "sim") and ":" in address:
        return "client" if scheme == "client" else "sim"
    return None


def split_parameters(address: str) -> tuple[str, list[tuple[str, str]]]:
    """The address alone, and what is to be given to the far end: the custom parameters of a
    client, the headers of SIP."""
    bare, _, query = address.partition("?")
    return bare, parse_qsl(query, keep_blank_values=True)


def _address(text: str) -> str | None:
    number = normalise(text)
    if number is not None:
        return number if is_e164(number) else None
    if not text.isprintable():
        return None
    if _client(text) or _sip(text) or _sim(text):
        scheme, _, rest = text.partition(":")
        return f"{scheme.lower()}:{rest}"
    return None


def _storable(address: str) -> bool:
    """Whether what follows the `?` can be kept: PostgreSQL has no NUL."""
    behind = address.partition("?")[2]
    return len(behind) <= MOST_BEHIND and "%00" not in behind


def _check_headers(address: str) -> None:
    query = address.partition("?")[2]
    if len(query) > MOST_BEHIND:
        raise catalogue.SIP_HEADERS_TOO_LONG()
    for name, value in split_parameters(address)[1]:
        if not _header_name(name):
            raise catalogue.SIP_HEADER_NAME_INVALID()
        if not value.isprintable():
            raise catalogue.SIP_HEADER_VALUE_INVALID()
