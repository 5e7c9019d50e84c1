"""Change a call that is going on: hang up, redirect, new settings (behaviour 6.3)."""

from __future__ import annotations

from typing import Any, Literal, cast

from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.rest.path_sids import path_sid
from trunkline.store import Database
from trunkline.voice import queries
from trunkline.voice.control_calls import ControlCalls, Ending, NotInProgress
from trunkline.voice.model import FINAL, CallbackTarget, DocumentSource
from trunkline.voice.parameters import UpdateCallParameters
from trunkline.worlds import Worlds

__all__ = ["ChangeCall"]


class ChangeCall:
    """What may be done to a call before its end."""

    def __init__(self, database: Database, worlds: Worlds, control: ControlCalls) -> None:
        self._database = database
        self._worlds = worlds
        self._control = control

    async def __call__(self, call: Call, asked: UpdateCallParameters) -> None:
        """Do what is asked, in this order: settings, then the end or the other document.

        Raises NOT_FOUND; URL_AND_TWIML; CALL_NOT_IN_PROGRESS where it comes too late, or too early
        for a redirect: then nothing is changed, unless the call ended in this very moment.
        """
        if asked.url and asked.twiml:
            raise catalogue.URL_AND_TWIML()
        sid = path_sid(call, "CA")
        redirects = asked.status is None and bool(asked.url or asked.twiml)
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.LOCK, sid[2:], call.account.sid[2:])
            if row is None:
                raise catalogue.NOT_FOUND(path=call.resource)
            settings = _settings(row, asked)
            if not redirects and asked.status is None and settings is None:
                return
            _refuse_too_late(row["status"], asked.status, redirects=redirects)
            if settings is not None:
                now = self._worlds.clock(call.account.world_id).now()
                await connection.execute(queries.SET_SETTINGS, sid[2:], *settings, now)
        try:
            await self._order(sid, asked, redirects=redirects)
        except Ending:
            raise catalogue.CALL_NOT_IN_PROGRESS() from None
        except NotInProgress:
            await self._explain(call, sid, asked.status, redirects=redirects)

    async def _order(self, sid: str, asked: UpdateCallParameters, *, redirects: bool) -> None:
        if asked.time_limit is not None:
            self._control.limit(sid, asked.time_limit)
        if asked.status is not None:
            await self._control.end(sid, cast(Literal["completed", "canceled"], asked.status))
        elif redirects:
            await self._control.redirect(sid, _document(asked))

    async def _explain(self, call: Call, sid: str, status: str | None, *, redirects: bool) -> None:
        """It has ended, or was answered meanwhile: 21220. If not, it is on its way to another
        node, or from one: to be asked again."""
        now = await self._database.fetchval(queries.STATUS, sid[2:], call.account.sid[2:])
        if now is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        _refuse_too_late(now, status, redirects=redirects)
        raise catalogue.UNAVAILABLE()


def _refuse_too_late(now: str, status: str | None, *, redirects: bool) -> None:
    if (
        now in FINAL
        or (redirects and now != "in-progress")
        or (status == "canceled" and now == "in-progress")
    ):
        raise catalogue.CALL_NOT_IN_PROGRESS()


def _document(asked: UpdateCallParameters) -> DocumentSource:
    return DocumentSource(
        twiml=asked.twiml or None,
        url=asked.url or None,
        method=asked.method or "POST",
        fallback_url=asked.fallback_url or None,
        fallback_method=asked.fallback_method or "POST",
    )


def _settings(row: Any, asked: UpdateCallParameters) -> tuple[Any, Any] | None:
    """`status_callback` and `options` as they are to be; None where they stay."""
    callback, options = row["status_callback"], dict(row["options"] or {})
    if asked.status_callback == "":
        callback = None
    elif asked.status_callback is not None:
        # Which events are told stays: an update cannot name them.
        before = callback or CallbackTarget(url="").data()
        callback = {
            **before,
            "url": asked.status_callback,
            "method": asked.status_callback_method or "POST",
        }
    elif asked.status_callback_method is not None and callback is not None:
        callback = {**callback, "method": asked.status_callback_method}
    if asked.time_limit is not None:
        options["time_limit"] = asked.time_limit
    if (callback, options) == (row["status_callback"], dict(row["options"] or {})):
        # The limit of a call that is going on is set again all the same.
        return None if asked.time_limit is None else (callback, options)
    return callback, options
