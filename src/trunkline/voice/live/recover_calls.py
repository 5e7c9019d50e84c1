"""Take up the calls that a crash, or a silent node, has left.

Their audio is gone with the process that carried it. What was not dialled yet is dialled; all else
has ended, and is told so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable
from trunkline.store.group_commit import Refused
from trunkline.store.transitions import Transition, Transitions
from trunkline.voice.live import queries
from trunkline.voice.media.wire import FRAME_MS, FRAMES_PER_SECOND
from trunkline.voice.model import FINAL, CallbackTarget, DocumentSource, NewCall
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.worlds import Worlds

__all__ = ["CUT_OFF", "Recordings", "RecoverCalls"]

log = structlog.get_logger(__name__)

CUT_OFF: Final = 12400  # code of the alert: a failure of ours
UNAVAILABLE: Final = 503  # what a call that was ringing is told to have ended with, in SIP
AT_ONCE: Final = 16


class Recordings(Protocol):
    """The recordings of calls."""

    async def recover(self, call_sid: str) -> None:
        """Complete what a call that was cut off had recorded, as far as it was written."""


class RecoverCalls:
    """Recovers the calls of this node (`owner`).

    `begin` dials a call that was committed, when its turn comes. `knows` tells whether this
    process has a call in hand: begun, or waiting for its turn.
    """

    def __init__(
        self,
        database: Database,
        commit: GroupCommit,
        *,
        owner: str,
        transitions: Transitions,
        begin: Callable[[NewCall], None],
        knows: Callable[[str], bool],
        recordings: Recordings | None,
        record: RecordAlerts,
        alert: AlertMaker,
        worlds: Worlds,
        clock: Clock,
    ) -> None:
        self._database = database
        self._commit = commit
        self._owner = owner
        self._transitions = transitions
        self._begin = begin
        self._knows = knows
        self._recordings = recordings
        self._record = record
        self._alert = alert
        self._worlds = worlds
        self._clock = clock
        self._suspects: set[str] = set()

    async def start(self) -> None:
        """At the start, before any call: take up what a former process of this node left."""
        await self._recover(await self._own())

    async def renew(self) -> None:
        """Now and then: take over what silent nodes left, and take up what is this node's and
        nobody here knows of, because the commit of it was not heard of."""
        rows = await self._database.fetch(queries.TAKE_OVER, self._owner)
        taken = {_sid(row["call_id"]) for row in rows}
        if taken:
            log.warning("call.took_over", calls=len(taken))
        unknown = {sid for sid in await self._own() if not self._knows(sid)}
        # What was committed a moment ago is known in a moment.
        lost = self._suspects & unknown
        self._suspects = unknown - lost - taken
        await self._recover(taken | lost)

    async def _own(self) -> list[str]:
        rows = await self._database.fetch(queries.OWN, self._owner)
        return [_sid(row["call_id"]) for row in rows]

    async def _recover(self, sids: Collection[str]) -> None:
        if not sids:
            return
        ids = [sid[2:] for sid in sids]
        await self._database.execute(queries.DROP_OVER, self._owner, ids, sorted(FINAL))
        rows = await self._database.fetch(queries.LEFT, self._owner, ids)
        # First those that are told to have ended: their apps may wait for that.
        queued = [row for row in rows if _is_waiting(row)]
        await self._each(row for row in rows if not _is_waiting(row))
        for row in queued:
            if not self._knows(_sid(row["id"])):
                log.info("call.dialled_again", call=_sid(row["id"]))
                self._begin(_call(row))

    async def _each(self, rows: Iterable[Any]) -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def end(row: Any) -> None:
            async with places:
                try:
                    await self._end(row)
                except StoreUnavailable:  # looked at again
                    log.warning("call.not_recovered", call=_sid(row["id"]))
                except Exception as error:  # one call's trouble is not that of the others
                    log.error("call.not_recovered", call=_sid(row["id"]), **fault(error))

        await asyncio.gather(*(end(row) for row in rows))

    async def _end(self, row: Any) -> None:
        sid, world_id = _sid(row["id"]), row["world_id"].hex
        if self._knows(sid):
            return
        if self._recordings is not None:
            await self._recordings.recover(sid)
        now = self._worlds.clock(world_id).now()
        transition = Transition(
            subject=sid,
            world_id=world_id,
            path=("completed",) if row["status"] == "in-progress" else ("failed",),
            world_time=now,
            real_time=self._clock.now(),
            data={"cut_off": True},
            changes=_changes(row, now),
        )
        alert = self._alert(
            row["account_id"].hex,
            world_id,
            CUT_OFF,
            resource=sid,
            message="The platform stopped during the call, which was cut off by that.",
        )
        result, _ = await self._commit.submit(
            Job(self._transitions, transition), Job(self._record, alert), urgent=True
        )
        if not isinstance(result, Refused):
            log.warning("call.cut_off", call=sid, status=row["status"])


def _sid(number: Any) -> str:
    return f"CA{number.hex}"


def _is_waiting(row: Any) -> bool:
    """Whether it is to be dialled. A leg of a Dial is not: the call that wanted it has ended."""
    return bool(row["status"] == "queued" and row["parent_id"] is None)


def _changes(row: Any, now: datetime) -> dict[str, Any]:
    """What the end of a call sets. It lasted at least until its last beat; nobody knows more."""
    if row["status"] != "in-progress":
        return {"duration": 0, "ended_at": now, "sip_code": UNAVAILABLE}
    frames = row["frames"] or 0
    changes: dict[str, Any] = {"duration": round(frames / FRAMES_PER_SECOND), "ended_at": now}
    if row["answered_at"] is not None:
        lasted = timedelta(milliseconds=frames * FRAME_MS)
        changes["ended_at"] = min(row["answered_at"] + lasted, now)
    return changes


def _call(row: Any) -> NewCall:
    """The call of a row, as it was committed."""
    target = row["status_callback"]
    return NewCall(
        sid=_sid(row["id"]),
        account_id=row["account_id"].hex,
        world_id=row["world_id"].hex,
        direction=row["direction"],
        path=(row["status"],),
        sender=row["sender"],
        recipient=row["recipient"],
        document=DocumentSource(**row["document"]),
        created_at=row["created_at"],
        real_time=row["created_at"],
        parent_sid=None if row["parent_id"] is None else _sid(row["parent_id"]),
        number_sid=None if row["number_id"] is None else f"PN{row['number_id'].hex}",
        forwarded_from=row["forwarded_from"],
        status_callback=None
        if target is None
        else CallbackTarget(
            url=target["url"], method=target["method"], events=tuple(target["events"])
        ),
        options=row["options"] or {},
    )
