"""Addresses read so strictly that no two parsers can read them in two ways.

What is refused here is mostly valid for somebody: user names, ports with names, `0x7f.1` for an IP
address, dots at the end of a host. Each of them has made one program check another host than the
next one connected to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from unicodedata import normalize
from urllib.parse import unquote_to_bytes

from trunkline.gateway.errors import TargetRefused
from trunkline.webhooks.target import STANDARD_PORTS

__all__ = [
    "MOST_CHARACTERS",
    "Address",
    "check_path",
    "check_text",
    "read_address",
    "split_query",
]

MOST_CHARACTERS = 16_384
MOST_ROUNDS = 8  # of percent-decoding

_visible = re.compile(r"[!-~]*").fullmatch  # ASCII without blanks and control characters
_whole = re.compile(
    r"(https?)://(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::([0-9]{1,5}))?([/?].*)?",
    re.IGNORECASE,
).fullmatch
_label = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?").fullmatch
_number = re.compile(r"[0-9]+|0x[0-9a-f]*").fullmatch
_broken_escape = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_control = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


@dataclass(frozen=True, slots=True)
class Address:
    """An address, read. `path` is empty or starts with a slash; `query` has its `?`."""

    scheme: str
    host: str  # lower case; an IPv6 address without brackets
    port: int
    port_given: bool
    path: str
    query: str

    @property
    def origin(self) -> str:
        """Scheme, host and port; the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        standard = self.port == STANDARD_PORTS[self.scheme]
        return f"{self.scheme}://{host}" + ("" if standard else f":{self.port}")


def read_address(url: str) -> Address:
    """Read `https://host[:port][/path][?query]`. TargetRefused for all else; nothing is quoted."""
    check_text(url)
    found = _whole(url)
    if found is None:
        raise TargetRefused(
            "This is neither a path, which starts with one slash, nor an https address."
        )
    scheme = found[1].lower()
    port = int(found[3]) if found[3] else STANDARD_PORTS[scheme]
    if not 0 < port < 65_536:
        raise TargetRefused("The port of the address is not between 1 and 65535.")
    path, query = split_query(found[4] or "")
    if path:
        check_path(path)
    return Address(scheme, _host(found[2].lower()), port, bool(found[3]), path, query)


def split_query(text: str) -> tuple[str, str]:
    """A path, and its query with the `?`, byte for byte."""
    path, mark, query = text.partition("?")
    return path, mark + query


def check_text(text: str) -> None:
    """Refuse what cannot stand in the first line of a request, and fragments, which never do."""
    if len(text) > MOST_CHARACTERS:
        raise TargetRefused(f"The path is longer than {MOST_CHARACTERS} characters.")
    if not _visible(text):
        raise TargetRefused(
            "The path has a blank, a control character or one that is not ASCII: percent-encode it."
        )
    if "#" in text:
        raise TargetRefused("The path has a fragment; a number sign in it is written %23.")


def check_path(path: str) -> None:
    """Refuse a path that anybody on the way could take for another one.

    It is decoded as often as something changes. In none of these forms may it have backslashes,
    control characters, bytes that are not UTF-8, or a segment of one or two dots: also not with a
    parameter (`..;x`), as full-width characters, or between blanks.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise TargetRefused("A path starts with one slash.")
    if _broken_escape(path):
        raise TargetRefused("The path has a percent sign that escapes nothing: write it as %25.")
    text = path
    for _ in range(MOST_ROUNDS):
        _check_segments(text)
        if "%" not in text:
            return
        try:
            decoded = unquote_to_bytes(text).decode()
        except UnicodeDecodeError:
            raise TargetRefused("The escapes in the path are not UTF-8.") from None
        if decoded == text:
            return
        text = decoded
    raise TargetRefused("The path is percent-encoded too many times.")


def _check_segments(text: str) -> None:
    if not text.isascii():
        text = normalize("NFKC", text)
    if "\\" in text or _control(text):
        raise TargetRefused("The path has a backslash or a control character.")
    for segment in text.split("/"):
        if segment.partition(";")[0].strip() in (".", ".."):
            raise TargetRefused("The path has a segment of dots.")


def _host(raw: str) -> str:
    if raw.startswith("["):
        try:
            return str(IPv6Address(raw[1:-1]))
        except ValueError:
            raise TargetRefused("The host of the address is not an IPv6 address.") from None
    labels = raw.split(".")
    if not all(_label(label) for label in labels):
        raise TargetRefused("The host of the address is not valid.")
    if _number(labels[-1]):
        try:
            return str(IPv4Address(raw))
        except ValueError:
            raise TargetRefused("The host of the address is not an IPv4 address.") from None
    return raw
