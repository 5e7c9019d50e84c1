"""Explain a message: who sent it which way, what held it up, and each thing that happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from heapq import merge
from typing import Any

import msgspec

from trunkline.messaging import queries
from trunkline.messaging.consents.opt_outs import OptOuts
from trunkline.messaging.delivery_errors import title
from trunkline.messaging.model import is_mms_sid
from trunkline.messaging.rates.model import Waiting
from trunkline.store import Database
from trunkline.webhooks.history import History, RequestSummary
from trunkline.webhooks.shown_url import without_query
from trunkline.worlds import Worlds

__all__ = [
    "ExplainMessage",
    "Explanation",
    "SenderTurn",
    "TimelineEntry",
    "event_entry",
    "is_redacted",
]

# World, SID and sender of a message (None: only what waits by itself is meant).
Turns = Callable[[str, str, str | None], Waiting | None]


class SenderTurn(msgspec.Struct):
    """What a message waits for that its sender's rate holds up: `rate` in segments a second,
    `segments_ahead` before it in its sender's queue, and when its turn is expected: world time,
    or real time with a real carrier; null where that is not known."""

    rate: float
    segments_ahead: int
    expected_at: datetime | None


class TimelineEntry(msgspec.Struct):
    """One event of a message, or one request to the app about it (`webhook.delivered`, …).

    `data` holds facts, never the text or a number. Events are counted from 1 by `seq`, which is
    0 for requests. A request stands where it ended, or became due if it has not ended.
    """

    seq: int
    kind: str
    data: dict[str, Any]
    world_time: datetime
    real_time: datetime


def event_entry(row: Any) -> TimelineEntry:
    """The entry of a row of an event table."""
    return TimelineEntry(
        seq=row["seq"],
        kind=row["kind"],
        data=row["data"] or {},
        world_time=row["world_time"],
        real_time=row["real_time"],
    )


class Explanation(msgspec.Struct, kw_only=True):
    """What `trunkline why` tells."""

    sid: str
    account_sid: str
    direction: str
    status: str
    sender: str | None
    sender_kind: str | None
    service_sid: str | None
    chosen_by: str | None
    recipient: str
    route: str | None
    encoding: str | None
    units: int | None
    segments: int
    num_media: int
    error_code: int | None
    error_message: str | None
    limits: str
    opted_out: bool
    attempts: int
    in_doubt: str | None
    waiting_for: str | None
    due_at: datetime | None
    turn: SenderTurn | None = None
    timeline: list[TimelineEntry]


class ExplainMessage:
    """Gathers what is known of one message. `turns` tells what waits for its sender."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        opt_outs: OptOuts,
        history: History,
        turns: Turns = lambda *_: None,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._opt_outs = opt_outs
        self._history = history
        self._turns = turns

    async def __call__(self, world_id: str, sid: str) -> Explanation | None:
        """The explanation, or None when this world has no such message."""
        row = await self._database.fetchrow(queries.EXPLAIN, sid[2:], is_mms_sid(sid), world_id)
        if row is None:
            return None
        events = await self._events(sid)
        facts: dict[str, Any] = dict(events[0].data) if events else {}
        # Of a service: who was chosen when it was taken up, and why.
        facts |= next((e.data for e in events if "chosen_by" in e.data), {})
        queue = await self._database.fetchrow(queries.DISPATCH_OF, sid[2:])
        outbound = row["direction"] != "inbound"
        account_id = row["account_id"].hex
        opted_out = outbound and await self._opt_outs.is_blocked(
            account_id,
            row["sender"] or "",
            row["recipient"],
            world_id=world_id,
            service_id=None if row["service_id"] is None else row["service_id"].hex,
        )
        doubts = [e.data.get("reason") for e in events if e.kind == "message.in_doubt"]
        in_doubt = queue is not None and queue["step"] == "in_doubt"
        attempts = sum(e.kind == "message.sending" for e in events)
        return Explanation(
            sid=sid,
            account_sid=f"AC{account_id}",
            direction=row["direction"],
            status=row["status"],
            sender=row["sender"],
            sender_kind=facts.get("sender"),
            service_sid=None if row["service_id"] is None else f"MG{row['service_id'].hex}",
            chosen_by=facts.get("chosen_by"),
            recipient=row["recipient"],
            route=row["carrier"],
            encoding=facts.get("encoding"),
            units=facts.get("units"),
            segments=row["num_segments"],
            num_media=row["num_media"],
            error_code=row["error_code"],
            error_message=None if row["error_code"] is None else title(row["error_code"]),
            limits=self._worlds.get(world_id).limits,
            opted_out=opted_out,
            attempts=max(attempts, queue["attempt"] if queue else 0),
            in_doubt=doubts[-1] if doubts and in_doubt else None,
            waiting_for=queue["step"] if queue else None,
            due_at=queue["due_at"] if queue else None,
            turn=None if queue is None else self._turn(world_id, sid, row["sender"], queue),
            timeline=await self._with_requests(events, world_id, sid),
        )

    def _turn(self, world_id: str, sid: str, sender: str | None, queue: Any) -> SenderTurn | None:
        if queue["step"] not in ("choose", "submit") or queue["claimed_at"] is not None:
            return None
        # By its sender only where nothing else can hold it up: it is due, and has one.
        due = queue["due_at"] <= self._worlds.clock(world_id).now()
        found = self._turns(world_id, sid, sender if due and queue["step"] == "submit" else None)
        return None if found is None else SenderTurn(found.rate, found.ahead, found.expected_at)

    async def _with_requests(
        self, events: list[TimelineEntry], world_id: str, sid: str
    ) -> list[TimelineEntry]:
        found = map(_entry, await self._history.of_subject(world_id, sid))
        requests = sorted(found, key=lambda entry: entry.real_time)
        return list(merge(events, requests, key=lambda entry: entry.real_time))

    async def _events(self, sid: str) -> list[TimelineEntry]:
        rows = await self._database.fetch(queries.EVENTS_OF, sid[2:])
        return [event_entry(row) for row in rows]


async def is_redacted(database: Database, sid: str) -> bool:
    """Whether the text of a message was taken away."""
    rows = await database.fetch(queries.EVENTS_OF, sid[2:])
    return any(row["kind"] == "message.redacted" for row in rows)


def _entry(request: RequestSummary) -> TimelineEntry:
    data: dict[str, Any] = {}
    if request.told is not None:
        data["told"] = request.told
    data |= {"method": request.method, "url": without_query(request.url)}
    if request.status is not None:
        data["status"] = request.status
    if request.finished_at is not None:
        data["attempts"] = request.attempts
    if request.error_code is not None:
        data["error_code"] = request.error_code
    if request.resent:
        data["resent"] = True
    if request.untrue:
        data["untrue"] = True
    return TimelineEntry(
        seq=0,
        kind=f"webhook.{request.outcome}",
        data=data,
        world_time=request.ended_at or request.created_at,
        real_time=request.finished_at or request.real_time,
    )
