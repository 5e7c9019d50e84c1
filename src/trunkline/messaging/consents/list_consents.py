"""Read consents: a page, the whole list as CSV, the history of one pair."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from trunkline.messaging.consents import queries
from trunkline.messaging.consents.csv_text import HEAD, csv_text
from trunkline.messaging.consents.read_row import COLUMNS
from trunkline.store import Database

__all__ = ["Consent", "ConsentFilter", "ListConsents"]

EXPORT_PAGE = 2_000  # rows that an export holds in memory


class Consent(msgspec.Struct, kw_only=True):
    """What a recipient wants of a sender (or of all senders of a service, by its SID), and how
    that is known. `consented_at` is when the person said so, where that was told."""

    sender: str
    recipient: str
    status: str
    method: str
    keyword: str | None
    source: str | None
    ip: str | None
    user_agent: str | None
    consented_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFilter:
    """Which consents are wanted; None is any."""

    sender: str | None = None
    recipient: str | None = None
    status: str | None = None
    method: str | None = None


class ListConsents:
    """Reads consents of an account, ordered by sender and recipient."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, account_id: str, wanted: ConsentFilter, *, after: tuple[str, str], limit: int
    ) -> list[Consent]:
        """Up to `limit` consents that come after (sender, recipient)."""
        arguments: list[Any] = [
            account_id,
            *after,
            wanted.sender,
            wanted.status,
            wanted.method,
            limit,
        ]
        query = queries.LIST
        if wanted.recipient is not None:
            query = queries.LIST_OF_RECIPIENT
            arguments.append(wanted.recipient)
        return [_consent(row) for row in await self._database.fetch(query, *arguments)]

    async def csv(self, account_id: str, wanted: ConsentFilter) -> AsyncGenerator[str, None]:
        """The list as CSV, in pieces. Each page is what was true when it was read: a consent
        that changes meanwhile is told as it was or as it is, and none is left out or twice. The
        heads come with the first page: what cannot be read does not begin."""
        after, head = ("", ""), HEAD
        while True:
            page = await self.page(account_id, wanted, after=after, limit=EXPORT_PAGE)
            yield head + csv_text(map(_cells, page))
            head = ""
            if len(page) < EXPORT_PAGE:
                return
            after = page[-1].sender, page[-1].recipient

    async def history(self, account_id: str, sender: str, recipient: str) -> list[Consent]:
        """All that was ever heard of a pair, oldest first."""
        rows = await self._database.fetch(queries.HISTORY, account_id, sender, recipient)
        return [_consent(row) for row in rows]


def _consent(row: Any) -> Consent:
    return Consent(
        sender=row["scope"],
        recipient=row["recipient"],
        status=row["status"],
        method=row["method"],
        keyword=row["keyword"],
        source=row["source"],
        ip=row["ip"],
        user_agent=row["user_agent"],
        consented_at=row["consented_at"],
        changed_at=row["changed_at"],
    )


def _cells(consent: Consent) -> list[str]:
    return [_cell(getattr(consent, column)) for column in COLUMNS]


def _cell(value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value or ""
