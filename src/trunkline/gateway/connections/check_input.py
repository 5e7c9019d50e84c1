"""What callers may say of a connection: names, keys, settings, where a person goes afterwards."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from trunkline.gateway.connectors.declare import Connector, Field
from trunkline.gateway.errors import BadRequest

__all__ = [
    "LONGEST_NAME",
    "LONGEST_SETTING",
    "check_key",
    "check_name",
    "check_redirect",
    "check_settings",
    "hides_text",
    "setting_fault",
]

LONGEST_NAME = 255  # characters, of names and of keys
LONGEST_SETTING = 2048
LONGEST_URL = 2048

# Control characters, halves of surrogate pairs, and what reorders the text around it.
_HIDING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_URL = re.compile(r"[!-~]+")  # ASCII without spaces


def hides_text(text: str) -> bool:
    """Whether `text` holds what cannot be stored or what changes how the text around it reads."""
    return _HIDING.search(text) is not None


def check_name(name: str | None) -> str | None:
    """The name without spaces around it; None for none. Raises BadRequest."""
    return _line(name, "name")


def check_key(key: str | None) -> str | None:
    """The caller's own key; None for none. It stands in paths, so it has no slash. BadRequest."""
    line = _line(key, "key")
    if line is not None and ("/" in line or "\\" in line or line in (".", "..")):
        raise BadRequest("The key holds a slash.")
    return line


def _line(text: str | None, what: str) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise BadRequest(f"The {what} is not a text.")
    if len(text) > LONGEST_NAME:
        raise BadRequest(f"The {what} is longer than {LONGEST_NAME} characters.")
    if hides_text(text):
        raise BadRequest(f"The {what} holds characters that cannot be shown.")
    return text.strip() or None


def check_settings(connector: Connector, settings: Mapping[str, Any] | None) -> dict[str, str]:
    """Values for those fields of the connector's methods that are settings. Raises BadRequest."""
    fields = {f.key: f for method in connector.methods for f in method.fields if f.setting}
    checked: dict[str, str] = {}
    for name, value in (settings or {}).items():
        field = fields.get(name)
        if field is None:
            raise BadRequest(f"{connector.name} has no setting of this name.")
        if not isinstance(value, str):
            raise BadRequest(f"{field.label} is not a text.")
        fault = setting_fault(field, value.strip())
        if fault is not None:
            raise BadRequest(fault)
        if value.strip():
            checked[name] = value.strip()
    return checked


def setting_fault(field: Field, value: str) -> str | None:
    """What is wrong with a setting, as a sentence; None when nothing is."""
    if len(value) > LONGEST_SETTING:
        return f"{field.label} is longer than {LONGEST_SETTING} characters."
    if hides_text(value):
        return f"{field.label} holds characters that cannot be shown."
    if value and field.pattern is not None and not re.fullmatch(field.pattern, value):
        return f"{field.label} does not look right."
    return None


def check_redirect(url: str | None) -> str | None:
    """A URL to which a person's browser may be sent: https, or http on this person's own machine
    (RFC 8252, section 7.3). Raises BadRequest."""
    if url is None or url == "":
        return None
    if not isinstance(url, str) or len(url) > LONGEST_URL or not _URL.fullmatch(url):
        raise BadRequest(f"redirect_uri is not a URL in ASCII of at most {LONGEST_URL} characters.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadRequest("redirect_uri is not a URL.") from None
    # Browsers read a backslash as a slash: no other reader may see another host there.
    if not host or "@" in parts.netloc or "\\" in url or "#" in url or port == 0:
        raise BadRequest("redirect_uri has no host, or a user, a fragment or a backslash.")
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host):
        raise BadRequest("redirect_uri has no host that can be read.")
    scheme = parts.scheme.lower()
    if scheme == "https" or (scheme == "http" and _is_loopback(host)):
        return url
    raise BadRequest("redirect_uri is neither https nor http on this machine.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
