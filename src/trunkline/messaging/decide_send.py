"""Decide what becomes of a create request: refuse it by its code, or make the message.

Nothing is stored or sent here. The order of the checks is the one that Twilio was seen to keep:
the recipient, the sender, whether they fit, then what else was asked for (1.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from trunkline.messaging.choose_sender import Numbers, choose_sender
from trunkline.messaging.content.render import Rendered
from trunkline.messaging.create_options import create_options
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.model import NewMessage
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.messaging.recipients import channel_of, masked, number_of
from trunkline.messaging.schedules import ScheduleWindow
from trunkline.messaging.services.model import Service
from trunkline.messaging.text.segments import measure
from trunkline.numbers import normalise
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.store import Job
from trunkline.worlds import Worlds

__all__ = [
    "DecideSend",
    "Decision",
    "refuse_what_needs_a_service",
    "valid_for_libphonenumber",
]

LONGEST_BODY = 1600  # characters
IN_SERVICE = "service"  # the kind of a sender that is not chosen yet


@dataclass(frozen=True, slots=True)
class Decision:
    """A message to commit, and what is to be committed with it."""

    message: NewMessage
    jobs: tuple[Job, ...] = ()


class FindService(Protocol):
    """Looks up a messaging service."""

    def find(self, sid: str) -> Service | None:
        """The service of any account, or None."""


class RenderContent(Protocol):
    """Renders content templates."""

    async def __call__(
        self,
        account_sid: str,
        content_sid: str,
        variables: str | None,
        recipient: str,
        *,
        mms: bool,
    ) -> Rendered:
        """Text and media. Raises CONTENT_SID_INVALID, CONTENT_VARIABLES_INVALID …"""


class ShortenLinks(Protocol):
    """Replaces the links of a text by short ones."""

    async def __call__(
        self, account_sid: str, world_id: str, service_id: str, body: str
    ) -> tuple[str, Callable[[NewMessage], tuple[Job, ...]]]:
        """The text to send, and what makes the jobs that keep its links, of the message."""


class HasRoom(Protocol):
    """The queues of senders."""

    def room_for(
        self, world_id: str, sender: str, num_segments: int, *, num_media: int = 0
    ) -> bool:
        """Whether a message may wait for a sender. Where it may, it counts from now on."""


class DecideSend:
    """Makes a `Decision` of the parameters of a create request."""

    def __init__(
        self,
        *,
        numbers: Numbers,
        services: FindService,
        worlds: Worlds,
        callback_of: Callable[[str, str], Any],
        make: MakeMessage,
        window: ScheduleWindow,
        render: RenderContent | None = None,
        shorten: ShortenLinks | None = None,
        queues: HasRoom | None = None,
        strict: Callable[[str], bool] | None = None,
    ) -> None:
        self._numbers = numbers
        self._services = services
        self._worlds = worlds
        self._callback_of = callback_of
        self._make = make
        self._window = window
        self._render = render
        self._shorten = shorten
        self._queues = queues
        self._strict = strict

    async def __call__(self, account: AccountIdentity, asked: CreateMessageParameters) -> Decision:
        """The message to commit, or the `ApiError` of the first check that fails."""
        recipient = asked.to
        if self._strict is not None and not self._strict(recipient):
            raise catalogue.INVALID_TO(to=masked(recipient))
        refuse_what_needs_a_service(asked)
        send_at = self._window(asked, self._worlds.clock(account.world_id).now())
        service = self._service(account, asked.messaging_service_sid)
        content = await self._content(account, asked)
        body, media_urls = content.body, content.media_urls
        sender, kind = self._sender(
            account, asked, service, media=bool(media_urls), scheduled=send_at is not None
        )
        if len(body) > LONGEST_BODY:
            raise catalogue.BODY_TOO_LONG()
        links: Callable[[NewMessage], tuple[Job, ...]] | None = None
        if asked.shorten_urls and service is not None and self._shorten is not None:
            body, links = await self._shorten(account.sid, account.world_id, service.sid[2:], body)
        smart = asked.smart_encoded
        if smart is None:
            smart = service is not None and service.smart_encoding
        text = measure(body, smart_encoded=smart)
        if len(text.body) > LONGEST_BODY:  # one tab becomes several spaces
            raise catalogue.BODY_TOO_LONG()
        message = self._make(
            account_id=account.sid[2:],
            world_id=account.world_id,
            direction="outbound-api",
            sender=sender,
            sender_kind=kind,
            recipient=recipient,
            text=text,
            media_urls=media_urls,
            as_mms=bool(asked.send_as_mms),
            status_callback=await self._callback(account, asked, service, sender),
            options=create_options(asked, service, send_at, content.buttons),
            check_opt_out=service is None,
            service_id=None if service is None else service.sid[2:],
            send_at=send_at,
        )
        # Of a service, the queue is looked at when the sender is chosen (30001).
        if service is None and self._queues is not None:
            assert sender is not None
            if not self._queues.room_for(
                account.world_id, sender, message.num_segments, num_media=message.num_media
            ):
                raise catalogue.FROM_QUEUE_FULL(sender=sender)
        return Decision(message, () if links is None else links(message))

    def _service(self, account: AccountIdentity, sid: str | None) -> Service | None:
        if sid is None:
            return None
        service = self._services.find(sid)
        if service is None or service.account_sid != account.sid:
            raise catalogue.SERVICE_NOT_FOUND()
        return service

    def _sender(
        self,
        account: AccountIdentity,
        asked: CreateMessageParameters,
        service: Service | None,
        *,
        media: bool,
        scheduled: bool,
    ) -> tuple[str | None, str]:
        if asked.sender is None or asked.sender == "":
            return None, IN_SERVICE
        sender, kind = choose_sender(
            self._numbers,
            world_id=account.world_id,
            account_sid=account.sid,
            raw=asked.sender,
            recipient=asked.to,
            media=media,
        )
        # A pool is looked at when a message is sent: of a schedule, not now (1.4).
        pool = None if service is None or scheduled else service.senders
        if pool is not None and all(entry.sender != sender for entry in pool):
            raise catalogue.SENDER_NOT_IN_SERVICE(sender=sender)
        return sender, kind

    async def _content(self, account: AccountIdentity, asked: CreateMessageParameters) -> Rendered:
        if asked.content_sid is None:
            if asked.content_variables is not None:
                raise catalogue.CONTENT_SID_REQUIRED()
            return Rendered(asked.body or "", tuple(asked.media_url))
        if self._render is None:
            raise catalogue.CONTENT_SID_INVALID()
        return await self._render(
            account.sid,
            asked.content_sid,
            asked.content_variables,
            asked.to,
            mms=self._takes_media(account, asked.sender),
        )

    def _takes_media(self, account: AccountIdentity, sender: str | None) -> bool:
        """Whether a template may be sent as media: a service has senders or links for it (5.2)."""
        if not sender:
            return True
        own = self._numbers.find(account.world_id, normalise(sender) or sender.strip())
        return own is not None and own.mms_capable

    async def _callback(
        self,
        account: AccountIdentity,
        asked: CreateMessageParameters,
        service: Service | None,
        sender: str | None,
    ) -> str | None:
        """Where the status is told: of the request, its application, the service (2.5); of the
        sender of a channel, which has one of its own."""
        callback = asked.status_callback or None
        if callback is None and asked.application_sid is not None:
            callback = await self._callback_of(account.sid, asked.application_sid)
        if callback is None and service is not None:
            callback = service.status_callback
        if callback is None and sender is not None and channel_of(sender) is not None:
            own = self._numbers.find(account.world_id, sender)
            callback = None if own is None else own.message_status_callback
        return callback


def refuse_what_needs_a_service(asked: CreateMessageParameters) -> None:
    """Refuse what only a messaging service can do where there is none."""
    if asked.messaging_service_sid is not None:
        return
    if asked.schedule_type is not None:
        raise catalogue.SCHEDULE_WITHOUT_SERVICE()
    if asked.send_at is not None:
        raise catalogue.SCHEDULE_TYPE_REQUIRED()
    if asked.shorten_urls:
        raise catalogue.SHORTEN_URLS_WITHOUT_SERVICE()
    if asked.fallback_from:
        raise catalogue.FALLBACK_FROM_WITHOUT_SERVICE()


def valid_for_libphonenumber(number: str) -> bool:
    """Whether libphonenumber calls the number valid (the strict mode of 21211)."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number_of(number)))
    except phonenumbers.NumberParseException:
        return False
