"""Carry on a session: what an answer of the app, or the lack of one, makes of it.

All of it – replies, the next request, alerts – is one `Completion`, committed together with the
end of the request that brought it: a reply is made once, or its document is asked for again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from trunkline.messaging.consents.opt_outs import NO_SERVICES, Services
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.model import NewMessage
from trunkline.messaging.replies.execute_reply import ExecuteReply, Execution, Reply
from trunkline.messaging.replies.loop_breaker import FILTERED, LoopBreaker
from trunkline.messaging.replies.reply_session import Conversation, NextDocument, Session
from trunkline.messaging.text.segments import measure
from trunkline.messaging.works import CreateMessages
from trunkline.store import Job
from trunkline.twiml import TwimlError, read_messaging
from trunkline.twiml.errors import NOT_RETRIEVED
from trunkline.webhooks.alerts.make_alert import BAD_GATEWAY, AlertMaker
from trunkline.webhooks.document_url import DocumentUrl
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.shown_url import shown_url
from trunkline.worlds import Worlds

__all__ = ["FAILED_BEFORE", "INBOUND", "Queues", "RunSession"]

INBOUND = "message.inbound"  # the kind of all requests of a session but those of an action
FAILED_BEFORE = ("ErrorCode", "ErrorUrl")  # what a fallback is told besides
LOOP = 14107
QUEUE_FULL = 30001


class Queues(Protocol):
    """The queues of senders."""

    def room_for(
        self, world_id: str, sender: str, num_segments: int, *, num_media: int = 0
    ) -> bool:
        """Whether a message may wait for a sender. Where it may, it counts from now on."""


class RunSession:
    """Reads documents and does what they say. `create` hands new messages on once committed."""

    def __init__(
        self,
        *,
        execute: ExecuteReply,
        make_message: MakeMessage,
        create: CreateMessages,
        make_delivery: MakeDelivery,
        alert: AlertMaker,
        loops: LoopBreaker,
        worlds: Worlds,
        services: Services = NO_SERVICES,
        queues: Queues | None = None,
    ) -> None:
        self._execute = execute
        self._make_message = make_message
        self._create = create
        self._make_delivery = make_delivery
        self._alert = alert
        self._loops = loops
        self._services = services
        self._queues = queues
        self._worlds = worlds

    def __call__(
        self, delivery: Delivery, exchange: Exchange, conversation: Conversation
    ) -> Completion:
        """What follows from the end of one of the session's requests."""
        done = Completion()
        if delivery.data.get("execute") is False:
            # A request that was answered is repeated for the developer's sake: what the app says
            # this time is shown, not done.
            if exchange.error is not None:
                self._warn(done, delivery, exchange, exchange.error, exchange.reason)
            return done
        if exchange.error is not None:
            self._fail(done, delivery, exchange, exchange.error, exchange.reason)
            return done
        try:
            document = read_messaging(exchange.body, exchange.content_type, exchange.status or 200)
        except TwimlError as error:
            # An answer that cannot be read is none: a repetition of the request is executed.
            exchange.error, exchange.reason = error.code, error.message
            self._fail(done, delivery, exchange, error.code, error.message, line=error.line)
            return done
        session = Session.of(delivery.data)
        url = DocumentUrl.of(delivery.url, exchange.url)
        self._carry_out(
            done,
            delivery,
            exchange,
            conversation,
            session,
            self._execute(document, conversation, session, url),
        )
        return done

    def _carry_out(
        self,
        done: Completion,
        delivery: Delivery,
        exchange: Exchange,
        conversation: Conversation,
        session: Session,
        execution: Execution,
    ) -> None:
        for complaint in execution.complaints:
            self._warn(done, delivery, exchange, complaint.code, complaint.message, complaint.line)
        after = session.after(len(execution.replies))
        refused = False
        for reply in execution.replies:
            message = self._message(reply, conversation, after)
            now = self._worlds.clock(message.world_id).now()
            if self._loops.refuses(message.world_id, reply.sender, reply.recipient, now):
                refused = True
                message = _refused(message, FILTERED)
            elif not self._has_room(message):
                message = _refused(message, QUEUE_FULL)
            done.jobs.append(Job(self._create, message))
        if refused:
            sentence = (
                "Two numbers answer each other too fast and too often, which looks like a loop: "
                f"the replies fail with {FILTERED}."
            )
            self._warn(done, delivery, exchange, LOOP, sentence)
        if execution.next is not None:
            self._follow(done, delivery, execution.next, after.data(), _original(delivery))

    def _has_room(self, message: NewMessage) -> bool:
        """Whether a reply may wait for its sender's turn (5.3)."""
        if self._queues is None or message.sender is None:
            return True
        return self._queues.room_for(
            message.world_id,
            message.sender,
            message.num_segments,
            num_media=message.num_media,
        )

    def _message(self, reply: Reply, conversation: Conversation, after: Session) -> NewMessage:
        options: dict[str, Any] = {"reply_to": conversation.sid}
        if reply.action is not None:
            options["action"] = {
                **after.data(),
                "url": reply.action.url,
                "method": reply.action.method,
            }
        # A reply from the number that was written to is the service's, as the question was.
        service = None
        if conversation.service_sid is not None and reply.sender == conversation.number:
            service = self._services.find(conversation.service_sid)
        made = self._make_message(
            account_id=conversation.account_id,
            world_id=conversation.world_id,
            direction="outbound-reply",
            sender=reply.sender,
            sender_kind=reply.sender_kind,
            recipient=reply.recipient,
            text=measure(reply.body),
            media_urls=reply.media,
            status_callback=reply.status_callback
            or (None if service is None else service.status_callback),
            options=options,
        )
        return made if service is None else replace(made, service_id=service.sid[2:])

    def _fail(
        self,
        done: Completion,
        delivery: Delivery,
        exchange: Exchange,
        code: int,
        sentence: str,
        *,
        line: int | None = None,
    ) -> None:
        """A document could not be had, or not be read: an alert, and the fallback if there is one
        left (2.3)."""
        self._warn(done, delivery, exchange, code, sentence, line)
        session = Session.of(delivery.data)
        if session.fallback is None or session.exhausted:
            return
        failed_url = shown_url(delivery.url)
        data = session.at_fallback().data() | {"error_code": code, "error_url": failed_url}
        parameters = _original(delivery)
        if parameters is not None:
            told = zip(FAILED_BEFORE, (str(code), failed_url), strict=True)
            parameters = [*parameters, *told]
        self._follow(done, delivery, session.fallback, data, parameters)

    def _follow(
        self,
        done: Completion,
        delivery: Delivery,
        document: NextDocument,
        data: dict[str, Any],
        parameters: Parameters | None,
    ) -> None:
        done.follow.append(
            self._make_delivery(
                subject=delivery.subject,
                account_id=delivery.account_id,
                world_id=delivery.world_id,
                kind=INBOUND,
                url=document.url,
                method=document.method,
                data=data,
                parameters=parameters,
            )
        )

    def _warn(
        self,
        done: Completion,
        delivery: Delivery,
        exchange: Exchange,
        code: int,
        sentence: str,
        line: int | None = None,
    ) -> None:
        details = {} if line is None else {"line": str(line)}
        if code == NOT_RETRIEVED and (exchange.status or 0) < 400:
            details["httpResponse"] = BAD_GATEWAY  # no answer, or one without Content-Type (2.1)
        done.alerts.append(
            self._alert(
                delivery.account_id,
                delivery.world_id,
                code,
                resource=delivery.subject,
                message=sentence,
                delivery=delivery,
                exchange=exchange,
                url=delivery.url,  # not the one that answered: that of a GET holds the text
                method=delivery.method,
                details=details,
            )
        )


def _refused(message: NewMessage, code: int) -> NewMessage:
    """The message, which is made only to fail with `code`."""
    return replace(message, step="submit", options={**(message.options or {}), "refused": code})


def _original(delivery: Delivery) -> Parameters | None:
    """The parameters of the session's first request, where they are in memory."""
    if delivery.parameters is None or delivery.kind != INBOUND:
        return None
    return [pair for pair in delivery.parameters if pair[0] not in FAILED_BEFORE]
