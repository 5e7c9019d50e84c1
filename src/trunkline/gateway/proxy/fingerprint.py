"""When two requests are one that was sent again.

Clients send a request again with the same bytes, but for one thing: a multipart body gets a new
boundary each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

__all__ = ["IDEMPOTENCY", "fingerprint"]

# A caller who says that a request is another one, or the same, is believed.
IDEMPOTENCY: Final = frozenset({"idempotency-key", "i-twilio-idempotency-token"})
_boundary = re.compile(r'multipart/[^;]*;.*?\bboundary="?([^";,\s]+)', re.IGNORECASE).match


def fingerprint(
    subject: str,
    connection_id: str,
    method: str,
    path_qs: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    length: int | None = None,
) -> bytes:
    """32 bytes that are equal for equal requests. Of a body that is not held in memory `body` is
    the beginning, and `length` the whole, if that is known."""
    content_type = ""
    keys: list[str] = []
    for name, value in headers:
        lower = name.lower()
        if lower == "content-type":
            content_type = value
        elif lower in IDEMPOTENCY:
            keys.append(f"{lower}={value}")
    if content_type[:10].lower() == "multipart/" and (found := _boundary(content_type)):
        content_type = content_type.replace(found[1], "")
        body = body.replace(found[1].encode("latin-1", "replace"), b"")
    keys.sort()
    told = (subject, connection_id, method, path_qs, content_type, str(length), *keys)
    made = sha256()
    for part in told:
        data = part.encode("utf-8", "surrogatepass")
        made.update(b"%d:" % len(data))
        made.update(data)
    made.update(body)
    return made.digest()
