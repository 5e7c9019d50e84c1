"""Where codes may be sent: this computer, an https address, or nowhere (the page shows the code).

RFC 8252 (7.3, 8.3): a program on this computer listens on whatever port is free, so the port of a
loopback address is not compared. Everything else is compared character by character.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

__all__ = [
    "OUT_OF_BAND",
    "csp_source",
    "is_acceptable",
    "is_loopback",
    "is_registered",
    "shown_destination",
    "with_query",
]

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
LONGEST: Final = 2000
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# Characters of RFC 3986 only, no user information, no fragment: every reader sees the same host.
URI = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[::1\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<rest>(?:/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*)?"
    r"(?:\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?)"
)


def _parts(uri: str) -> re.Match[str] | None:
    if len(uri) > LONGEST:
        return None
    found = URI.fullmatch(uri)
    if found is None or not 0 < int(found["port"] or 1) < 65536:
        return None
    return found


def is_loopback(uri: str) -> bool:
    """Whether it leads to a program on the person's own computer."""
    found = _parts(uri)
    return found is not None and found["scheme"] == "http" and found["host"].lower() in LOOPBACK


def is_acceptable(uri: str) -> bool:
    """Whether a client may register it."""
    if uri == OUT_OF_BAND:
        return True
    found = _parts(uri)
    return found is not None and (found["scheme"] == "https" or is_loopback(uri))


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Whether it is one of the registered ones, but for the port of a loopback address."""
    if uri in registered:
        return is_acceptable(uri)
    if not is_loopback(uri):
        return False
    wanted = _without_port(uri)
    return any(is_loopback(one) and _without_port(one) == wanted for one in registered)


def _without_port(uri: str) -> tuple[str, str]:
    found = _parts(uri)
    assert found is not None
    return found["host"].lower(), found["rest"] or "/"


def csp_source(uri: str) -> str:
    """What `form-action` must name for a form's answer to redirect there: browsers check that,
    too. An IPv6 address cannot be named (CSP3, host-source), so its scheme is."""
    found = _parts(uri)
    if found is None:
        return ""
    if found["host"].startswith("["):
        return f"{found['scheme']}:"
    port = f":{found['port']}" if found["port"] else ""
    return f"{found['scheme']}://{found['host'].lower()}{port}"


def shown_destination(uri: str) -> str:
    """The host of an https redirect, for the person to judge; empty for this computer."""
    found = _parts(uri)
    return found["host"].lower() if found is not None and found["scheme"] == "https" else ""


def with_query(uri: str, values: dict[str, str]) -> str:
    """`uri` with more fields in its query."""
    return uri + ("&" if "?" in uri else "?") + urlencode(values)
