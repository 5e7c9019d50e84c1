"""The request that tells an app of a message that came in, and what comes of its answer
(behaviour 2.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from trunkline.clock import Clock
from trunkline.messaging import queries
from trunkline.messaging.channels.tell_channel import inbound_channel_parameters
from trunkline.messaging.choose_sender import Numbers
from trunkline.messaging.inbound.choose_target import InboundTarget
from trunkline.messaging.model import NewMessage
from trunkline.messaging.replies.late_answers import ForgetLateAnswers
from trunkline.messaging.replies.reply_session import Conversation, Session
from trunkline.messaging.replies.run_session import FAILED_BEFORE, INBOUND, RunSession
from trunkline.numbers import OwnNumber
from trunkline.numbers.whereabouts import whereabouts
from trunkline.store import Database, Job
from trunkline.store.transitions import Transition, Transitions
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.worlds import Worlds

__all__ = ["InboundRequests", "InboundWebhook", "find_conversation", "inbound_parameters"]

API_VERSION = "2010-04-01"
OPT_OUT_TYPE: Final = "opt_out_type"  # the option of a message that a service took for a keyword
BaseUrl = Callable[[], str]
Media = Sequence[tuple[str, str]]  # ids (32 hex digits) and content types


class InboundRequests:
    """Makes the first request about a message. `base_url` gives what media URLs begin with."""

    def __init__(self, make: MakeDelivery, base_url: BaseUrl) -> None:
        self._make = make
        self._base_url = base_url

    def __call__(
        self,
        message: NewMessage,
        own: OwnNumber,
        target: InboundTarget,
        media: Media | None = (),
    ) -> Delivery:
        """The request about `message`, which came in at `own`, made of `target`.

        Its parameters are made here, unless `media` is None: only the database knows them.
        """
        parameters = None
        if media is not None:
            parameters = inbound_parameters(
                sid=message.sid,
                account_id=message.account_id,
                sender=message.sender or "",
                recipient=message.recipient,
                body=message.body,
                segments=message.num_segments,
                media=media,
                base_url=self._base_url(),
                api_version=own.api_version,
                land=_land(own),
                service_id=message.service_id,
                opt_out_type=_opt_out_type(message.options),
            )
        return self._make(
            subject=message.sid,
            account_id=message.account_id,
            world_id=message.world_id,
            kind=INBOUND,
            url=target.document.url,
            method=target.document.method,
            data=Session(fallback=target.fallback).data(),
            parameters=parameters,
        )


class InboundWebhook:
    """The kind of request that asks what to answer: of the first document of a session, of
    redirects and of fallbacks."""

    reads_body = True

    def __init__(
        self,
        *,
        database: Database,
        numbers: Numbers,
        transitions: Transitions,
        run: RunSession,
        base_url: BaseUrl,
        worlds: Worlds,
        clock: Clock,
    ) -> None:
        self._database = database
        self._numbers = numbers
        self._transitions = transitions
        self._run = run
        self._base_url = base_url
        self._worlds = worlds
        self._clock = clock
        self._forget_late = ForgetLateAnswers()

    def conversation(self, parameters: Parameters) -> tuple[str, str]:
        """The number that was written to, and who wrote."""
        found = dict(parameters)
        return found["To"], found["From"]

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        """The parameters as the message is now; None when it is gone."""
        row = await self._database.fetchrow(queries.INBOUND, delivery.subject[2:])
        if row is None:
            return None
        media: Media = ()
        if row["num_media"]:
            found = await self._database.fetch(queries.MEDIA_OF, delivery.subject[2:])
            media = [(entry["media_id"].hex, entry["content_type"]) for entry in found]
        own = self._numbers.find(delivery.world_id, row["recipient"])
        parameters = inbound_parameters(
            sid=delivery.subject,
            account_id=delivery.account_id,
            sender=row["sender"] or "",
            recipient=row["recipient"],
            body=row["body"] or "",
            segments=row["num_segments"],
            media=media,
            base_url=self._base_url(),
            api_version=API_VERSION if own is None else own.api_version,
            land=_land(own),
            service_id=None if row["service_id"] is None else row["service_id"].hex,
            opt_out_type=_opt_out_type(row["options"]),
        )
        if "error_code" in delivery.data:
            code, url = FAILED_BEFORE
            parameters.append((code, str(delivery.data["error_code"])))
            parameters.append((url, delivery.data["error_url"]))
        return parameters

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """The message is received once its first document was asked for; then the session goes
        on, if there is anybody to answer."""
        conversation = await self._conversation(delivery)
        completion = Completion()
        if conversation is not None:
            completion = self._run(delivery, exchange, conversation)
        if Session.of(delivery.data).documents > 1 or delivery.data.get("resent"):
            completion.jobs.append(Job(self._forget_late, delivery.subject))
        elif conversation is not None:
            completion.jobs.insert(0, self._received(delivery))
        return completion

    async def _conversation(self, delivery: Delivery) -> Conversation | None:
        if delivery.parameters is None:
            return await find_conversation(self._database, delivery)
        told = dict(delivery.parameters)
        return _conversation(delivery, told["From"], told["To"], told.get("MessagingServiceSid"))

    def _received(self, delivery: Delivery) -> Job:
        transition = Transition(
            subject=delivery.subject,
            world_id=delivery.world_id,
            path=("received",),
            world_time=self._worlds.clock(delivery.world_id).now(),
            real_time=self._clock.now(),
        )
        return Job(self._transitions, transition)


async def find_conversation(database: Database, delivery: Delivery) -> Conversation | None:
    """Between whom the inbound message of a request went; None when it is gone."""
    row = await database.fetchrow(queries.CALLBACK_FACTS, [delivery.subject[2:]])
    if row is None:
        return None
    service = None if row["service_id"] is None else f"MG{row['service_id'].hex}"
    return _conversation(delivery, row["sender"] or "", row["recipient"], service)


def _conversation(
    delivery: Delivery, person: str, number: str, service_sid: str | None
) -> Conversation:
    return Conversation(
        sid=delivery.subject,
        account_id=delivery.account_id,
        world_id=delivery.world_id,
        person=person,
        number=number,
        service_sid=service_sid,
    )


def _land(own: OwnNumber | None) -> str:
    return own.iso_country if own is not None and own.type == "short_code" else ""


def _opt_out_type(options: Mapping[str, Any] | None) -> str | None:
    return None if options is None else options.get(OPT_OUT_TYPE)


def inbound_parameters(
    *,
    sid: str,
    account_id: str,
    sender: str,
    recipient: str,
    body: str,
    segments: int,
    media: Media,
    base_url: str,
    api_version: str = API_VERSION,
    land: str = "",
    service_id: str | None = None,
    opt_out_type: str | None = None,
) -> list[tuple[str, str]]:
    """In the order that was captured; what is not known of a place is empty. `land` is the
    country of a recipient that does not say it itself."""
    here, there = whereabouts(recipient), whereabouts(sender)
    files = f"{base_url}/2010-04-01/Accounts/AC{account_id}/Messages/{sid}/Media/ME"
    return [
        ("ToCountry", here.country or land),
        *((f"MediaContentType{n}", kind) for n, (_, kind) in enumerate(media)),
        ("ToState", here.state),
        ("SmsMessageSid", sid),
        ("NumMedia", str(len(media))),
        ("ToCity", here.city),
        ("FromZip", there.zip),
        ("SmsSid", sid),
        ("FromState", there.state),
        ("SmsStatus", "received"),
        ("FromCity", there.city),
        ("Body", body),
        ("FromCountry", there.country),
        ("To", recipient),
        *([] if service_id is None else [("MessagingServiceSid", f"MG{service_id}")]),
        ("ToZip", here.zip),
        ("NumSegments", str(segments)),
        ("MessageSid", sid),
        ("AccountSid", f"AC{account_id}"),
        ("From", sender),
        *([] if opt_out_type is None else [("OptOutType", opt_out_type)]),
        *inbound_channel_parameters(sender),
        *((f"MediaUrl{n}", files + media_id) for n, (media_id, _) in enumerate(media)),
        ("ApiVersion", api_version),
    ]
