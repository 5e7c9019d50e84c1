"""Rows of the database as values of the gateway: UUIDs as text with dashes."""

from __future__ import annotations

import re
from typing import Any

from trunkline.gateway.model import Caller, Connection, Status

__all__ = ["caller_of_row", "connection_of_row", "uuid_text"]

_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE
)


def uuid_text(text: str) -> str | None:
    """The UUID that `text` is (32 hex digits, with or without dashes), with dashes; else None."""
    if len(text) > 36 or not _UUID.fullmatch(text):
        return None
    digits = text.replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def connection_of_row(row: Any) -> Connection:
    """The connection of a row of `gateway_connections`."""
    return Connection(
        id=str(row["id"]),
        tenant_id=str(row["tenant_id"]),
        user_id=str(row["user_id"]),
        connector=row["connector"],
        key=row["key"],
        name=row["name"],
        status=Status(row["status"]),
        method=row["method"],
        settings=row["settings"],
        metadata=row["metadata"],
        error=row["error"],
        sealed=row["sealed"],
        revision=row["revision"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_used_at=row["last_used_at"],
        refresh_at=row["refresh_at"],
    )


def caller_of_row(row: Any) -> Caller:
    """Whom a connection belongs to, as the one who asks: a person without a key."""
    return Caller(
        tenant_id=str(row["tenant_id"]),
        tenant_key=row["tenant_key"],
        user_id=str(row["user_id"]),
        user_key=row["user_key"],
        world_id=row["world_id"].hex,
        account_sid="AC" + row["account_id"].hex,
        email=row["email"],
    )
