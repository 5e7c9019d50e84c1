"""Credentials as headers: RFC 7617 (Basic), RFC 6750 (Bearer)."""

from __future__ import annotations

import re
from base64 import b64encode

from trunkline.gateway.connectors.declare import Injected
from trunkline.gateway.errors import CredentialsRefused

__all__ = ["TEXT", "TOKEN", "basic", "bearer", "header"]

TOKEN = r"[!-~]{1,4096}"
"""A pattern for what goes into a header as it is: visible ASCII, without blanks."""

TEXT = r"[^\x00-\x1f\x7f]{1,1024}"
"""A pattern for what goes into a header encoded: anything but control characters."""

_value = re.compile(r"[!-~](?:[ -~]{0,8190}[!-~])?").fullmatch
_name = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}").fullmatch


def basic(username: str, password: str) -> Injected:
    """User and password."""
    text = f"{username}:{password}".encode(errors="replace")
    return Injected(headers={"Authorization": f"Basic {b64encode(text).decode()}"})


def bearer(token: str) -> Injected:
    """A token. CredentialsRefused when it cannot be sent: token endpoints answer anything."""
    return header("Authorization", f"Bearer {token}")


def header(name: str, value: str) -> Injected:
    """One header. CredentialsRefused for what would not stay one line."""
    if not _name(name) or not _value(value):
        raise CredentialsRefused("These credentials cannot be sent in a header: enter them again.")
    return Injected(headers={name: value})
