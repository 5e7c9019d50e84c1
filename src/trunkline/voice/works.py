"""What voice contributes to a group commit: new calls, their transitions, and notes about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.notes import Notes
from trunkline.store.transitions import EventRow, Follower, Transitions, append_events
from trunkline.voice import queries
from trunkline.voice.model import CALL, NewCall

__all__ = ["CreateCalls", "call_notes", "call_transitions"]


def call_transitions(followers: Sequence[Follower] = ()) -> Transitions:
    """The work that moves calls through their lifecycle; `followers` see each step."""
    return Transitions(
        CALL,
        "calls",
        "call_events",
        {
            "told": "smallint",
            "queue_ms": "int",
            "duration": "int",
            "started_at": "timestamptz",
            "answered_at": "timestamptz",
            "ended_at": "timestamptz",
            "answered_by": "text",
            "error_code": "int",
            "sip_code": "smallint",
        },
        returning=(
            "parent_id",
            "direction",
            "status",
            "sender",
            "recipient",
            "status_callback",
            "told",
            "duration",
            "forwarded_from",
            "sip_code",
            "error_code",
            "answered_by",
            "options",
        ),
        followers=followers,
    )


class CreateCalls:
    """Insert calls with their first events, and their place among those that are going on.

    `hears` is told of them once they are committed. `told` of a status that a call starts with is
    none: callbacks follow from transitions.
    """

    order = 30

    def __init__(self, owner: str, hears: Callable[[Sequence[NewCall]], None]) -> None:
        self._owner = owner
        self._hears = hears

    async def write(
        self, connection: Connection, items: Sequence[NewCall], events: Effects
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "calls", records=[_row(call) for call in items], columns=queries.NEW_COLUMNS
        )
        rows = [
            EventRow(
                subject=call.sid,
                seq=seq,
                account_id=call.account_id,
                world_id=call.world_id,
                kind=f"call.{status}",
                data={},
                world_time=call.created_at,
                real_time=call.real_time,
            )
            for call in items
            for seq, status in enumerate(call.path, 1)
        ]
        await append_events(connection, "call_events", rows, events)
        await connection.copy_records_to_table(
            "live_calls",
            records=[
                (call.sid[2:], call.world_id, call.account_id, self._owner, call.real_time)
                for call in items
            ],
            columns=queries.LIVE_COLUMNS,
        )
        events.afterwards.append(partial(self._hears, items))
        return [None] * len(items)


def _row(call: NewCall) -> tuple[Any, ...]:
    begun = call.created_at if call.path[-1] != "queued" else None
    return (
        call.sid[2:],
        call.account_id,
        call.world_id,
        None if call.parent_sid is None else call.parent_sid[2:],
        call.direction,
        call.path[-1],
        call.sender,
        call.recipient,
        None if call.number_sid is None else call.number_sid[2:],
        call.forwarded_from,
        asdict(call.document),
        None if call.status_callback is None else call.status_callback.data(),
        0,
        dict(call.options),
        0,
        begun,
        len(call.path),
        call.created_at,
        call.created_at,
    )


def call_notes() -> Notes:
    """The work that notes what happens in calls beside their statuses: `call.verb`,
    `call.digits`, `call.request` …

    Before transitions of the same commit: who notes something waits for nothing, and who enters a
    status waits until it is entered, so that what is noted of a call happened before."""
    return Notes("call_events", queries.COUNT_EVENT, order=Transitions.order - 1)
