"""The Messages operations (behaviour 1)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Protocol

from trunkline.accounts import fetch_own_page
from trunkline.messaging import queries
from trunkline.messaging.decide_send import DecideSend
from trunkline.messaging.finish_message import FinishMessage
from trunkline.messaging.model import is_mms_sid
from trunkline.messaging.parameters import (
    CreateMessageFeedbackParameters,
    CreateMessageParameters,
    ListMessageParameters,
    UpdateMessageParameters,
)
from trunkline.messaging.pretend_to_send import pretend_to_send
from trunkline.messaging.representation import (
    Feedback,
    Message,
    created,
    message_from_row,
    named_message,
)
from trunkline.messaging.send import SendMessage
from trunkline.messaging.tables import messages
from trunkline.numbers import normalise
from trunkline.rest import catalogue
from trunkline.rest.dates import rfc2822
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["MESSAGES", "Messages", "span"]

MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages"
MIDNIGHT, DAY = time(), timedelta(days=1)
Span = tuple[datetime, datetime]


class HoldsBack(Protocol):
    """The queue of webhooks."""

    def hold(self, subject: str) -> None:
        """Make no request about a subject."""

    def release(self, subject: str) -> None:
        """Make those that wait."""


class Messages:
    """Create, read, redact, delete messages, and take feedback on them."""

    def __init__(
        self,
        *,
        database: Database,
        worlds: Worlds,
        sids: SidFactory,
        decide: DecideSend,
        send: SendMessage,
        finish: FinishMessage,
        webhooks: HoldsBack,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._decide = decide
        self._send = send
        self._finish = finish
        self._webhooks = webhooks

    @operation(
        "CreateMessage",
        "POST",
        MESSAGES,
        parameters=CreateMessageParameters,
        returns=Message,
        test_credentials=True,
    )
    async def create_message(self, call: Call, asked: CreateMessageParameters) -> Message:
        """Send a message. It is on disk before the answer."""
        if call.account.is_test:
            clock = self._worlds.clock(call.account.world_id)
            return created(
                call.account.sid, pretend_to_send(call.account, asked, self._sids, clock)
            )
        decision = await self._decide(call.account, asked)
        message = decision.message
        if message.status_callback is not None:
            # No callback may leave before the answer that creates what it is about.
            self._webhooks.hold(message.sid)
            call.afterwards.add(partial(self._webhooks.release, message.sid))
        return created(call.account.sid, await self._send(decision))

    @operation("FetchMessage", "GET", MESSAGES + "/{Sid}", returns=Message)
    async def fetch_message(self, call: Call, _: NoParameters) -> Message:
        """Read one message."""
        sid = named_message(call)
        row = await self._database.fetchrow(
            queries.FETCH, sid[2:], call.account.sid[2:], is_mms_sid(sid)
        )
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return message_from_row(row)

    @operation(
        "ListMessage",
        "GET",
        MESSAGES,
        parameters=ListMessageParameters,
        returns=Message,
        list_key="messages",
    )
    async def list_message(self, call: Call, asked: ListMessageParameters) -> RestPage:
        """List messages of both directions, newest first."""
        page = page_request(call, ("SM", "MM"))
        start, end = span(asked.date_sent, asked.date_sent_after, asked.date_sent_before)
        statement = queries.list_messages(
            call.account.sid[2:],
            to=_address(asked.to),
            sender=_address(asked.sender),
            sent_from=start,
            sent_before=end,
        )
        rows = await fetch_own_page(
            self._database,
            page,
            statement,
            messages.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_MESSAGE,
        )
        items = [message_from_row(row) for row in rows]
        return paginate(call, page, "messages", [(item.sid, item) for item in items])

    @operation(
        "UpdateMessage",
        "POST",
        MESSAGES + "/{Sid}",
        parameters=UpdateMessageParameters,
        returns=Message,
    )
    async def update_message(self, call: Call, asked: UpdateMessageParameters) -> Message:
        """Redact the text (an empty Body), or cancel a scheduled message."""
        redact = asked.body == "" and asked.status is None
        cancel = asked.body is None and asked.status == "canceled"
        if cancel:
            await self._finish.cancel(call)
        elif redact:
            await self._finish.redact(call)
        else:
            raise catalogue.UPDATE_PARAMETERS()
        return await self.fetch_message(call, NoParameters())

    @operation("DeleteMessage", "DELETE", MESSAGES + "/{Sid}")
    async def delete_message(self, call: Call, _: NoParameters) -> None:
        """Delete a finished message with its media and feedback."""
        await self._finish.delete(call)

    @operation(
        "CreateMessageFeedback",
        "POST",
        MESSAGES + "/{MessageSid}/Feedback",
        parameters=CreateMessageFeedbackParameters,
        returns=Feedback,
        status=200,
    )
    async def create_message_feedback(
        self, call: Call, asked: CreateMessageFeedbackParameters
    ) -> Feedback:
        """Say whether the recipient did what the message was for."""
        sid = named_message(call, "MessageSid")
        now = self._worlds.clock(call.account.world_id).now()
        outcome = asked.outcome or "confirmed"
        async with self._database.transaction() as connection:
            found = await connection.fetchrow(
                queries.LOCK, sid[2:], call.account.sid[2:], is_mms_sid(sid)
            )
            if found is None:
                raise catalogue.NOT_FOUND(path=call.resource)
            row = await connection.fetchrow(
                queries.PUT_FEEDBACK, sid[2:], call.account.sid[2:], outcome, now
            )
        path = f"/2010-04-01/Accounts/{call.account.sid}/Messages/{sid}/Feedback.json"
        return Feedback(
            account_sid=call.account.sid,
            date_created=rfc2822(row["created_at"]),
            date_updated=rfc2822(row["updated_at"]),
            message_sid=sid,
            outcome=outcome,
            uri=path,
        )


def span(
    on: Span | None, after: Span | None, before: Span | None
) -> tuple[datetime | None, datetime | None]:
    """The half-open span of three date filters; the days named are part of it (0.3).

    The official clients write a day as its midnight, so on a midnight means on that day.
    """
    if on is not None and on[0].time() == MIDNIGHT:
        on = on[0], on[0] + DAY
    starts = [s[0] for s in (on, after) if s is not None]
    ends = [s[1] for s in (on, before) if s is not None]
    return max(starts, default=None), min(ends, default=None)


def _address(raw: str | None) -> str | None:
    if not raw:
        return None
    return normalise(raw) or raw
