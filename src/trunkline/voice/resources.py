"""The Calls operations (behaviour 6.1, 6.3)."""

from __future__ import annotations

from functools import partial

from trunkline.accounts import fetch_own_page
from trunkline.messaging.resources import HoldsBack, span
from trunkline.numbers import normalise
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.voice import queries
from trunkline.voice.change_call import ChangeCall
from trunkline.voice.control_calls import ControlCalls
from trunkline.voice.decide_call import DecideCall
from trunkline.voice.delete_call import DeleteCall
from trunkline.voice.list_events import PREFIX, ListEvents
from trunkline.voice.model import SHOWN
from trunkline.voice.parameters import (
    CreateCallParameters,
    ListCallParameters,
    UpdateCallParameters,
)
from trunkline.voice.place_call import PlaceCall
from trunkline.voice.pretend_to_call import pretend_to_call
from trunkline.voice.representation import (
    CallEventResource,
    CallResource,
    call_from_row,
    created_call,
)
from trunkline.voice.tables import calls
from trunkline.worlds import Worlds

__all__ = ["CALLS", "CallEvents", "Calls"]

CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls"


class Calls:
    """Make, read, change, end and delete calls."""

    def __init__(
        self,
        *,
        database: Database,
        worlds: Worlds,
        sids: SidFactory,
        decide: DecideCall,
        place: PlaceCall,
        change: ChangeCall,
        delete: DeleteCall,
        control: ControlCalls,
        webhooks: HoldsBack,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._decide = decide
        self._place = place
        self._change = change
        self._delete = delete
        self._control = control
        self._webhooks = webhooks

    @operation(
        "CreateCall",
        "POST",
        CALLS,
        parameters=CreateCallParameters,
        returns=CallResource,
        test_credentials=True,
    )
    async def create_call(self, call: Call, asked: CreateCallParameters) -> CallResource:
        """Make a call. It is on disk before the answer, and dialled after it."""
        if call.account.is_test:
            clock = self._worlds.clock(call.account.world_id)
            pretended = pretend_to_call(call.account, asked, self._sids, clock)
            return created_call(call.account.sid, pretended)
        decision = await self._decide(call.account, asked)
        if decision.call.status_callback is not None:
            # No callback may leave before the answer that creates what it is about.
            self._webhooks.hold(decision.call.sid)
            call.afterwards.add(partial(self._webhooks.release, decision.call.sid))
        made = await self._place(decision)
        call.afterwards.add(partial(self._control.begin, made))
        return created_call(call.account.sid, made)

    @operation("FetchCall", "GET", CALLS + "/{Sid}", returns=CallResource)
    async def fetch_call(self, call: Call, _: NoParameters) -> CallResource:
        """Read one call."""
        return await fetch_call(self._database, call)

    @operation(
        "ListCall",
        "GET",
        CALLS,
        parameters=ListCallParameters,
        returns=CallResource,
        list_key="calls",
    )
    async def list_call(self, call: Call, asked: ListCallParameters) -> RestPage:
        """List calls of every direction, newest first."""
        page = page_request(call, ("CA",))
        parent = asked.parent_call_sid
        statement = queries.list_calls(
            call.account.sid[2:],
            to=_address(asked.to),
            sender=_address(asked.sender),
            parent_id=None if parent is None else parent[2:],
            statuses=None if asked.status is None else _stored(asked.status),
            started=span(asked.start_time, asked.start_time_after, asked.start_time_before),
            ended=span(asked.end_time, asked.end_time_after, asked.end_time_before),
        )
        rows = await fetch_own_page(
            self._database,
            page,
            statement,
            calls.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_CALL,
        )
        items = [call_from_row(row) for row in rows]
        return paginate(call, page, "calls", [(item.sid, item) for item in items])

    @operation(
        "UpdateCall",
        "POST",
        CALLS + "/{Sid}",
        parameters=UpdateCallParameters,
        returns=CallResource,
    )
    async def update_call(self, call: Call, asked: UpdateCallParameters) -> CallResource:
        """Hang up, redirect, or change the settings of a call that is going on."""
        await self._change(call, asked)
        return await fetch_call(self._database, call)

    @operation("DeleteCall", "DELETE", CALLS + "/{Sid}")
    async def delete_call(self, call: Call, _: NoParameters) -> None:
        """Delete a call that has ended."""
        await self._delete(call)


class CallEvents:
    """The requests about a call, with their answers."""

    def __init__(self, database: Database, list_events: ListEvents) -> None:
        self._database = database
        self._list_events = list_events

    @operation(
        "ListCallEvent",
        "GET",
        CALLS + "/{CallSid}/Events",
        returns=CallEventResource,
        list_key="events",
    )
    async def list_call_event(self, call: Call, _: NoParameters) -> RestPage:
        """List the requests about a call, newest first."""
        page = page_request(call, (PREFIX,))
        found = await fetch_call(self._database, call, "CallSid")
        events = await self._list_events(found.sid, page, call.base_url)
        return paginate(call, page, "events", events)


async def fetch_call(database: Database, call: Call, name: str = "Sid") -> CallResource:
    """The call that the path names; 20404 when the account has no such."""
    sid = path_sid(call, "CA", name)
    row = await database.fetchrow(queries.FETCH, sid[2:], call.account.sid[2:])
    return call_from_row(there(call, row))


def _address(raw: str | None) -> str | None:
    if not raw:
        return None
    return normalise(raw) or raw


def _stored(shown: str) -> list[str]:
    """The statuses of the table that are shown as this one."""
    return [shown, *(status for status, as_this in SHOWN.items() if as_this == shown)]
