"""Templates by SID, remembered until they change: sending asks for them."""

from __future__ import annotations

import asyncpg

from trunkline.messaging.content import queries
from trunkline.messaging.content.model import TEMPLATES_TOPIC, Template
from trunkline.store import Database

__all__ = ["TemplateLookup"]

MOST = 1_000  # templates that are remembered


class TemplateLookup:
    """Finds templates. What does not exist is asked of the database each time."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._known: dict[str, Template] = {}
        self._changes = 0
        database.on_change(TEMPLATES_TOPIC, self.forget)
        database.on_reconnect(self._forget_all)

    async def find(self, account_sid: str, content_sid: str) -> Template | None:
        """The template of the account, or None."""
        known = self._known.get(content_sid)
        if known is None:
            before = self._changes
            row = await self._database.fetchrow(queries.FIND_TEMPLATE, content_sid[2:])
            if row is None:
                return None
            known = template(row)
            # One that changed while it was read may be old already.
            if before == self._changes:
                if len(self._known) >= self._most:
                    self._known.clear()
                self._known[content_sid] = known
        return known if known.account_sid == account_sid else None

    def forget(self, content_sid: str) -> None:
        """Read the template again when it is next asked for."""
        self._changes += 1
        self._known.pop(content_sid, None)

    def _forget_all(self) -> None:
        self._changes += 1
        self._known.clear()


def template(row: asyncpg.Record) -> Template:
    """The value of a row."""
    return Template(
        sid=f"HX{row['id'].hex}",
        account_sid=f"AC{row['account_id'].hex}",
        variables=row["variables"],
        types=row["types"],
    )
