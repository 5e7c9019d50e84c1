"""Finds entries of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trunkline.gateway.audit import queries
from trunkline.store import Database

__all__ = ["AuditFilter", "FoundEntry", "find_entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; None does not narrow. Ids are UUIDs as text."""

    tenant: str | None = None  # its key
    connection_id: str | None = None
    key_id: str | None = None
    kind: str | None = None  # `connection` means `connection.created`, too
    since: datetime | None = None
    until: datetime | None = None
    refused: bool = False  # only what was refused or failed
    before: int | None = None  # only those with a smaller number: the next page
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntry:
    """An entry, with the names that its ids have now."""

    seq: int
    id: str
    at: datetime
    kind: str
    tenant_id: str | None
    tenant: str | None
    user_id: str | None
    user: str | None
    key_id: str | None
    key: str | None
    connection_id: str | None
    method: str | None
    path_template: str | None
    status: int | None
    milliseconds: float | None
    bytes_in: int
    bytes_out: int
    code: str | None


async def find_entries(database: Database, wanted: AuditFilter) -> list[FoundEntry]:
    """Entries, the newest first. Raises StoreUnavailable."""
    rows = await database.fetch(
        queries.FIND,
        wanted.before,
        wanted.tenant,
        wanted.connection_id,
        wanted.key_id,
        wanted.kind,
        wanted.since,
        wanted.until,
        wanted.refused,
        wanted.limit,
    )
    found = []
    for row in rows:
        values = dict(row)
        values["user"] = values.pop("user_key")
        values["key"] = values.pop("key_name")
        found.append(FoundEntry(**values))
    return found
