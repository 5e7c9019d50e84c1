"""What is known of calls: those of a world, and of one all that happened in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from heapq import merge
from typing import Any

import msgspec

from trunkline.messaging.explain_message import TimelineEntry, event_entry
from trunkline.sids import id_floor, id_time, is_sid
from trunkline.store import Database
from trunkline.twiml import voice
from trunkline.twiml.schema import Text
from trunkline.voice import explain_queries
from trunkline.voice.model import SHOWN
from trunkline.webhooks.alerts.catalogue import alert_title
from trunkline.webhooks.history import History, RequestSummary
from trunkline.webhooks.shown_url import without_query

__all__ = ["CallExplanation", "CallSummary", "Element", "ExecutedVerb", "ExplainCall"]

# Ids are made in the order of time, by the clocks of several nodes.
CLOCKS_APART = timedelta(hours=1)


class CallSummary(msgspec.Struct, kw_only=True):
    """A call. Times are the world's; `duration` is in seconds."""

    sid: str
    account_sid: str
    parent_sid: str | None
    direction: str
    status: str
    sender: str = msgspec.field(name="from")
    recipient: str = msgspec.field(name="to")
    duration: int | None
    error_code: int | None
    created_at: datetime
    started_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


class Element(msgspec.Struct, kw_only=True):
    """An element of TwiML: its name, its text (of `Play` and `Redirect` the URL, of `Dial` the
    number), the attributes that it was given, and the elements within it."""

    verb: str
    text: str | None = None
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    within: list[Element] = msgspec.field(default_factory=list)


class ExecutedVerb(Element, kw_only=True):
    """A verb that was executed, and when."""

    world_time: datetime


class CallExplanation(CallSummary, kw_only=True):
    """What `trunkline why` tells of a call."""

    document: dict[str, Any]
    forwarded_from: str | None
    answered_by: str | None
    queue_ms: int
    error_message: str | None
    children: list[str]
    verbs: list[ExecutedVerb]
    digits: str
    timeline: list[TimelineEntry]


class ExplainCall:
    """Reads calls for people and for tests."""

    def __init__(self, database: Database, history: History) -> None:
        self._database = database
        self._history = history

    async def newest(
        self,
        world_id: str,
        *,
        number: str | None = None,
        statuses: Sequence[str] | None = None,
        limit: int = 50,
    ) -> list[CallSummary]:
        """The calls of a world, newest first: all, or those from or to a number, or those with
        one of these statuses. Raises StoreUnavailable."""
        stored = None if statuses is None else _stored(statuses)
        rows = await self._database.fetch(explain_queries.OF_WORLD, world_id, number, stored, limit)
        return [CallSummary(**_summary(row)) for row in rows]

    async def fetch(self, world_id: str, sid: str) -> CallSummary | None:
        """One call; None when this world has none of this SID. Raises StoreUnavailable."""
        row = await self._row(world_id, sid)
        return None if row is None else CallSummary(**_summary(row))

    async def explain(self, world_id: str, sid: str) -> CallExplanation | None:
        """All that is known of a call; None when this world has none of this SID. Raises
        StoreUnavailable."""
        row = await self._row(world_id, sid)
        if row is None:
            return None
        call_id = row["id"].hex
        events = await self._events(call_id)
        # Nobody waits for a note to be written: what comes after it may be written first.
        events.sort(key=lambda event: event.real_time)
        children = await self._database.fetch(explain_queries.CHILDREN, call_id)
        requests = [*map(_request, await self._history.of_subject(world_id, f"CA{call_id}"))]
        requests += await self._alerts(world_id, f"CA{call_id}")
        requests.sort(key=lambda entry: entry.real_time)
        code = row["error_code"]
        return CallExplanation(
            **_summary(row),
            document=row["document"],
            forwarded_from=row["forwarded_from"],
            answered_by=row["answered_by"],
            queue_ms=row["queue_ms"],
            error_message=None if code is None else alert_title(code),
            children=[f"CA{child['id'].hex}" for child in children],
            verbs=[_verb(event) for event in events if event.kind == "call.verb"],
            digits="".join(
                str(event.data.get("digits", "")) for event in events if event.kind == "call.digits"
            ),
            timeline=list(merge(events, requests, key=lambda entry: entry.real_time)),
        )

    async def _row(self, world_id: str, sid: str) -> Any:
        if not is_sid(sid, "CA"):
            return None
        return await self._database.fetchrow(explain_queries.FETCH, sid[2:], world_id)

    async def _alerts(self, world_id: str, sid: str) -> list[TimelineEntry]:
        earliest = id_floor(id_time(sid) - CLOCKS_APART)
        return [
            TimelineEntry(
                seq=0,
                kind="alert",
                data={"error_code": row["code"], "message": row["message"]},
                world_time=row["created_at"],
                real_time=row["real_time"],
            )
            for row in await self._database.fetch(explain_queries.ALERTS, world_id, sid, earliest)
        ]

    async def _events(self, call_id: str) -> list[TimelineEntry]:
        rows = await self._database.fetch(explain_queries.EVENTS, call_id)
        return [event_entry(row) for row in rows]


def _stored(statuses: Sequence[str]) -> list[str]:
    """The statuses as they are kept: what is shown as `queued` may be two."""
    return [kept for status in statuses for kept in (status, *_shown_as(status))]


def _shown_as(status: str) -> list[str]:
    return [kept for kept, shown in SHOWN.items() if shown == status]


def _summary(row: Any) -> dict[str, Any]:
    parent = row["parent_id"]
    return {
        "sid": f"CA{row['id'].hex}",
        "account_sid": f"AC{row['account_id'].hex}",
        "parent_sid": None if parent is None else f"CA{parent.hex}",
        "status": SHOWN.get(row["status"], row["status"]),
        **{
            name: row[name]
            for name in (
                "direction",
                "sender",
                "recipient",
                "duration",
                "error_code",
                "created_at",
                "started_at",
                "answered_at",
                "ended_at",
            )
        },
    }


def _verb(event: TimelineEntry) -> ExecutedVerb:
    found = _element("verb", event.data)
    return ExecutedVerb(
        verb=found.verb,
        text=found.text,
        attributes=found.attributes,
        within=found.within,
        world_time=event.world_time,
    )


def _element(key: str, data: Mapping[str, Any]) -> Element:
    """What an event tells of an element, whose name is under `key`."""
    name = str(data.get(key, ""))
    found = Element(verb=name)
    for field, value in data.items():
        if field == key:
            continue
        if field == "parts" or field == _text_of(name):
            found.text = _words(value)
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            found.within += [_element("element", each) for each in value if isinstance(each, dict)]
        else:
            found.attributes[field] = value
    return found


@cache
def _text_of(name: str) -> str | None:
    """The field of an element that holds its text: the URL of `Play`, the number of `Number`."""
    known = getattr(voice, name, None)
    if not is_dataclass(known):
        return None
    texts = [f.name for f in fields(known) if any(isinstance(v, Text) for v in f.metadata.values())]
    return texts[0] if texts else None


def _words(value: Any) -> str:
    """A text, without the markup in it."""
    if isinstance(value, dict):
        return _words(value.get("parts", value.get("words", "")))
    if isinstance(value, list):
        return "".join(map(_words, value))
    return str(value)


def _request(request: RequestSummary) -> TimelineEntry:
    data: dict[str, Any] = {"of": request.kind.removeprefix("call.")}
    if request.told is not None:
        data["told"] = request.told
    data |= {"method": request.method, "url": without_query(request.url)}
    if request.status is not None:
        data["status"] = request.status
    if request.error_code is not None:
        data["error_code"] = request.error_code
    return TimelineEntry(
        seq=0,
        kind=f"webhook.{request.outcome}",
        data=data,
        world_time=request.ended_at or request.created_at,
        real_time=request.finished_at or request.real_time,
    )
