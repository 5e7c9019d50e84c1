"""Applications by SID, remembered until they change: messages and calls ask for their URLs."""

from __future__ import annotations

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.model import APPLICATIONS_TOPIC, Application
from trunkline.rest import catalogue
from trunkline.store import Database

__all__ = ["ApplicationLookup"]

MOST = 10_000  # applications that are remembered


class ApplicationLookup:
    """Finds applications. What does not exist is asked of the database each time."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._known: dict[str, Application] = {}
        self._changes = 0
        database.on_change(APPLICATIONS_TOPIC, self.forget)
        database.on_reconnect(self._forget_all)

    async def find(self, account_sid: str, application_sid: str) -> Application | None:
        """The application of the account, or None."""
        known = self._known.get(application_sid)
        if known is None:
            before = self._changes
            row = await self._database.fetchrow(queries.FIND_APPLICATION, application_sid[2:])
            if row is None:
                return None
            known = application(row)
            # One that changed while it was read may be old already.
            if before == self._changes:
                if len(self._known) >= self._most:
                    self._known.clear()
                self._known[application_sid] = known
        return known if known.account_sid == account_sid else None

    async def message_status_callback(self, account_sid: str, application_sid: str) -> str | None:
        """Where the status of a message sent for an application goes; None for nowhere.

        21218 when the account has no such application.
        """
        found = await self.find(account_sid, application_sid)
        if found is None:
            raise catalogue.INVALID_APPLICATION(value=application_sid)
        return found.status_callback_of_messages

    def forget(self, application_sid: str) -> None:
        """Read the application again when it is next asked for."""
        self._changes += 1
        self._known.pop(application_sid, None)

    def _forget_all(self) -> None:
        self._changes += 1
        self._known.clear()


def application(row: asyncpg.Record) -> Application:
    """The value of a row."""
    return Application(
        sid=f"AP{row['id'].hex}",
        account_sid=f"AC{row['account_id'].hex}",
        sms_url=row["sms_url"],
        sms_method=row["sms_method"],
        sms_fallback_url=row["sms_fallback_url"],
        sms_fallback_method=row["sms_fallback_method"],
        sms_status_callback=row["sms_status_callback"],
        message_status_callback=row["message_status_callback"],
        voice_url=row["voice_url"],
        voice_method=row["voice_method"],
        voice_fallback_url=row["voice_fallback_url"],
        voice_fallback_method=row["voice_fallback_method"],
        status_callback=row["status_callback"],
        status_callback_method=row["status_callback_method"],
    )
