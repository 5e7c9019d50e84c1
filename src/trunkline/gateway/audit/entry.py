"""An entry of the audit log, and the bytes by which entries are chained."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

__all__ = ["COLUMNS", "FIRST_HASH", "Entry", "Row", "hash_of", "row_of"]

FIRST_HASH: Final = bytes(32)  # what stands before the first entry
MOST_TEXT = 500  # characters
MOST_NUMBER = (1 << 63) - 1
HEX = frozenset("0123456789abcdef")

# What is chained, in this order, behind the entry's number.
COLUMNS: Final = (
    "id",
    "at",
    "tenant_id",
    "user_id",
    "key_id",
    "connection_id",
    "kind",
    "method",
    "path_template",
    "status",
    "milliseconds",
    "bytes_in",
    "bytes_out",
    "code",
)
Row = tuple[Any, ...]  # the values of COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened. Ids are UUIDs as text; nothing here may be a secret or what somebody wrote."""

    at: datetime  # real time, when it began
    kind: str  # `proxy`, `refused`, `connection.created`, `key.revoked`, `sign_in` …
    tenant_id: str | None = None
    user_id: str | None = None
    key_id: str | None = None
    connection_id: str | None = None
    method: str | None = None
    path_template: str | None = None  # see `template_path`
    status: int | None = None  # HTTP status that the caller got
    milliseconds: float | None = None
    bytes_in: int = 0  # of the caller's body
    bytes_out: int = 0  # of the body that the caller got
    code: str | None = None  # of the refusal, as `gateway.errors` has them


def row_of(entry: Entry, entry_id: str) -> Row:
    """The entry as it is stored: every value fits its column, whatever the entry holds."""
    at = entry.at if entry.at.tzinfo is not None else entry.at.replace(tzinfo=UTC)
    return (
        _uuid(entry_id),
        at.astimezone(UTC),
        _uuid(entry.tenant_id),
        _uuid(entry.user_id),
        _uuid(entry.key_id),
        _uuid(entry.connection_id),
        _text(entry.kind),
        _text(entry.method),
        _text(entry.path_template),
        None if entry.status is None else max(-1, min(int(entry.status), 9999)),
        _milliseconds(entry.milliseconds),
        _count(entry.bytes_in),
        _count(entry.bytes_out),
        _text(entry.code),
    )


def hash_of(previous: bytes, seq: int, row: Sequence[Any]) -> bytes:
    """The hash of entry number `seq`: SHA-256 of the hash before it and of the row's JSON."""
    stamp = row[1].isoformat(timespec="microseconds")
    told = json.dumps([seq, row[0], stamp, *row[2:]], ensure_ascii=False, separators=(",", ":"))
    return sha256(previous + told.encode()).digest()


def _uuid(text: str | None) -> str | None:
    """The id with dashes; None for what is no id."""
    digits = "" if text is None else text.replace("-", "").lower()
    if len(digits) != 32 or not HEX.issuperset(digits):
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _text(text: str | None) -> Any:
    if text is None or (text.isascii() and text.isprintable() and len(text) <= MOST_TEXT):
        return text
    escaped = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:MOST_TEXT]
    )
    return escaped[:MOST_TEXT]


def _milliseconds(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(min(max(float(value), 0.0), 1e12), 3)


def _count(value: int) -> int:
    return min(max(int(value), 0), MOST_NUMBER)
