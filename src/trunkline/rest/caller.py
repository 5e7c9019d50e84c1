"""Where a request came from, as far as a server can tell: evidence of who asked for something."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["NOBODY", "Caller", "caller_of"]

MOST_USER_AGENT = 500


@dataclass(frozen=True, slots=True)
class Caller:
    """The address that a request came from, and what its client calls itself."""

    ip: str | None = None
    user_agent: str | None = None


NOBODY = Caller()


def caller_of(
    scope: Mapping[str, Any], headers: Mapping[bytes, bytes], *, trust_forwarded: bool
) -> Caller:
    """The peer of the connection; with `trust_forwarded` the last address of X-Forwarded-For,
    which is the one that the nearest proxy wrote."""
    ip = (scope.get("client") or (None,))[0]
    if trust_forwarded:
        last = headers.get(b"x-forwarded-for", b"").rpartition(b",")[2].strip().decode("latin-1")
        ip = _address(last) or ip
    return Caller(ip, _printable(headers.get(b"user-agent", b""))[:MOST_USER_AGENT] or None)


def _printable(header: bytes) -> str:
    """Text that can be kept, listed and taken by an import: mostly it is ASCII."""
    return "".join(filter(str.isprintable, header.decode("utf-8", "replace"))).strip()


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
