"""Read the dispatch table: what is due and not in memory, and what a crash left in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.dispatch import queries as queue
from trunkline.messaging.dispatch.memory import LineKey
from trunkline.messaging.dispatch.queue_works import Doubt, PutInDoubt
from trunkline.messaging.doubts import IN_DOUBT, doubt_data
from trunkline.messaging.model import Dispatch
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.group_commit import Refused
from trunkline.store.notes import Note, Notes
from trunkline.worlds import Worlds

__all__ = ["DEFAULT_VALIDITY", "RecoverDispatch"]

log = structlog.get_logger(__name__)

DEFAULT_VALIDITY = 36_000  # seconds (1.1)
REASON = "the platform stopped after the claim and before the answer"


class RecoverDispatch:
    """Loads dispatches owned by this node for the dispatcher.

    A row with a claim of a process that is gone is in doubt: the carrier may have the message.
    """

    def __init__(
        self,
        database: Database,
        commit: GroupCommit,
        worlds: Worlds,
        clock: Clock,
        *,
        notes: Notes,
        owner: str,
        deadline: timedelta,
    ) -> None:
        self._database = database
        self._commit = commit
        self._worlds = worlds
        self._clock = clock
        self._owner = owner
        self._deadline = deadline
        self._notes = notes
        self._put_in_doubt = PutInDoubt(owner)

    async def lines(self, until: datetime, world_id: str | None = None) -> dict[LineKey, datetime]:
        """The lines (of one world) with something due until then, and since when."""
        if world_id is None:
            rows = await self._database.fetch(queue.LINES, self._owner, until)
        else:
            rows = await self._database.fetch(queue.LINES_OF_WORLD, self._owner, until, world_id)
        return {
            (row["world_id"].hex, row["account_id"].hex, row["line"]): row["due_at"] for row in rows
        }

    async def load(
        self,
        lines: Sequence[LineKey],
        until: datetime,
        known: Sequence[str],
        carriers: Sequence[str],
        most: int,
    ) -> list[Dispatch]:
        """What is due until then of lines of one world, without what is `known` and what is for
        other carriers: earliest first, so many of each line at most."""
        rows = await self._database.fetch(
            queue.load_lines(most),
            self._owner,
            lines[0][0],
            [account_id for _, account_id, _ in lines],
            [line for _, _, line in lines],
            until,
            carriers,
            [sid[2:] for sid in known],
        )
        return [self._dispatch(row) for row in rows]

    async def next_due(self, world_id: str, after: datetime) -> datetime | None:
        """The world time of the earliest row of a world that is due after that."""
        moment: datetime | None = await self._database.fetchval(
            queue.NEXT_DUE, self._owner, after, world_id
        )
        return moment

    async def keep_lease(self, seconds: float) -> None:
        """Renew this node's lease, and take over what silent nodes left."""
        await self._database.execute(queries.KEEP_LEASE, self._owner, seconds)
        taken = await self._database.fetch(queries.TAKE_OVER, self._owner)
        if taken:
            log.warning("dispatch.taken_over", rows=len(taken))

    async def show_doubts(self, in_hand: Callable[[str], bool] = lambda _: False) -> None:
        """Put in doubt what is claimed and not `in_hand` (asked by SID): nobody here will get
        its answer. It is what a former process, or another node, had handed to a carrier."""
        rows = await self._database.fetch(queue.CLAIMED, self._owner)
        # Asked after the table was read: what was claimed meanwhile is in hand by now, and what
        # left our hands meanwhile has another claim, or none.
        adrift = [row for row in rows if not in_hand(_sid(row))]
        await asyncio.gather(*(self._doubt(row) for row in adrift))

    async def end_lease(self) -> None:
        """Let other nodes have what is left, at once."""
        await self._database.execute(queries.END_LEASE, self._owner)

    def _dispatch(self, row: Any) -> Dispatch:
        options = row["options"] or {}
        return Dispatch(
            sid=_sid(row),
            account_id=row["account_id"].hex,
            world_id=row["world_id"].hex,
            sender=row["sender"] or "",
            recipient=row["recipient"],
            carrier=row["carrier"],
            step=row["step"],
            due_at=row["due_at"],
            created_at=_accepted_at(row["created_at"], options),
            validity=options.get("validity_period", DEFAULT_VALIDITY),
            num_segments=row["num_segments"],
            num_media=row["num_media"],
            status=row["status"],
            attempt=row["attempt"],
            options=row["options"],
            service_id=row["service_id"].hex if row["service_id"] is not None else None,
        )

    async def _doubt(self, row: Any) -> None:
        sid = _sid(row)
        now = self._worlds.clock(row["world_id"].hex).now()
        until = now + self._deadline
        note = Note(
            sid=sid,
            world_id=row["world_id"].hex,
            kind=IN_DOUBT,
            data=doubt_data(row["carrier"], REASON, until),
            world_time=now,
            real_time=self._clock.now(),
        )
        doubt = Doubt(sid, row["claimed_at"], until)
        changed, _ = await self._commit.submit(
            Job(self._put_in_doubt, doubt), Job(self._notes, note), urgent=True
        )
        if not isinstance(changed, Refused):
            log.warning("dispatch.in_doubt", sid=sid, carrier=row["carrier"])


def _sid(row: Any) -> str:
    return ("MM" if row["mms"] else "SM") + str(row["message_id"].hex)


def _accepted_at(created_at: datetime, options: Mapping[str, Any]) -> datetime:
    """From when on the validity of a message counts: of a scheduled one, its time."""
    send_at = options.get("send_at")
    return created_at if send_at is None else datetime.fromisoformat(send_at)
