"""A URL as a Location header has it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

__all__ = ["in_ascii"]

# Printable ASCII that is left as it is: the URL was written by the app.
SAFE: Final = "!#$%&'()*+,/:;=?@[]~-._"
HOST: Final = re.compile(r"(https?://(?:[^/?#\\]*@)?)([^/?#\\:@]+)", re.IGNORECASE)


def in_ascii(url: str) -> bytes:
    """The URL with its host as names are looked up (IDNA), and all else that is not printable
    ASCII in percents: no header ends in it, whatever was written."""
    match = HOST.match(url)
    if match is not None and not match[2].isascii():
        url = match[1] + _looked_up(match[2]) + url[match.end() :]
    return quote(url, safe=SAFE).encode()


def _looked_up(host: str) -> str:
    import idna  # its tables are large, and most hosts are ASCII

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host
