"""Find recordings for the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from trunkline.accounts import fetch_own_page
from trunkline.messaging.resources import span
from trunkline.rest.operation import Call
from trunkline.rest.pages import PageRequest
from trunkline.rest.path_sids import there
from trunkline.store import Database
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.parameters import Span
from trunkline.voice.recordings.tables import recordings
from trunkline.worlds import Worlds

__all__ = ["KEPT_DELETED", "ReadRecordings"]

KEPT_DELETED = timedelta(days=40)  # for IncludeSoftDeleted, in world time


class Filters(Protocol):
    """What every list of recordings is filtered by."""

    @property
    def date_created(self) -> Span | None: ...
    @property
    def date_created_before(self) -> Span | None: ...
    @property
    def date_created_after(self) -> Span | None: ...


class ReadRecordings:
    """Reads rows. SIDs of calls and conferences narrow the search; None does not."""

    def __init__(self, database: Database, worlds: Worlds) -> None:
        self._database = database
        self._worlds = worlds

    async def one(
        self,
        call: Call,
        sid: str,
        *,
        call_sid: str | None = None,
        conference_sid: str | None = None,
        deleted: bool = False,
    ) -> Any:
        """The row of a recording; `deleted` finds also one that was deleted lately. Raises
        NOT_FOUND."""
        row = await self._database.fetchrow(
            queries.FETCH,
            sid[2:],
            call.account.sid[2:],
            _id(call_sid),
            _id(conference_sid),
            self._worlds.clock(call.account.world_id).now() - KEPT_DELETED if deleted else None,
        )
        return there(call, row)

    async def page(
        self,
        call: Call,
        request: PageRequest,
        asked: Filters,
        *,
        call_sid: str | None = None,
        conference_sid: str | None = None,
        deleted: bool = False,
    ) -> list[Any]:
        """The rows of a page, newest first. Raises INVALID_PAGE_TOKEN."""
        start, end = span(asked.date_created, asked.date_created_after, asked.date_created_before)
        now = self._worlds.clock(call.account.world_id).now()
        statement = queries.list_recordings(
            call.account.sid[2:],
            call_id=_id(call_sid),
            conference_id=_id(conference_sid),
            created_from=start,
            created_before=end,
            deleted_since=now - KEPT_DELETED if deleted else None,
        )
        return await fetch_own_page(
            self._database,
            request,
            statement,
            recordings.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_RECORDING,
        )

    async def call(self, call: Call, call_sid: str) -> Any:
        """The row of the call that the path names. Raises NOT_FOUND."""
        row = await self._database.fetchrow(queries.FETCH_CALL, call_sid[2:], call.account.sid[2:])
        return there(call, row)


def _id(sid: str | None) -> str | None:
    return None if sid is None else sid[2:]
