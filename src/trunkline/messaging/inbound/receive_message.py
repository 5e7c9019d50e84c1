"""Receive a message from a phone: the Message row, what its keyword means, and the request that
tells the app, in one commit (behaviour 1.2, 2.6, 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from trunkline.clock import Clock
from trunkline.messaging.choose_sender import Numbers
from trunkline.messaging.consents.decide_keyword import KeywordEffect
from trunkline.messaging.consents.opt_outs import NO_SERVICES, Services
from trunkline.messaging.inbound.answer_keyword import AnswerKeyword
from trunkline.messaging.inbound.choose_target import InboundTarget, choose_target
from trunkline.messaging.inbound.inbound_webhook import OPT_OUT_TYPE, InboundRequests
from trunkline.messaging.media.files import MediaFailure, MediaFile
from trunkline.messaging.media.keep_media import KeptMedia
from trunkline.messaging.media.works import AddMedia, CopiedMedia, CopyMedia
from trunkline.messaging.model import NewMessage
from trunkline.messaging.services.model import Service
from trunkline.messaging.services.sticky import KeepSticky, Sticky
from trunkline.messaging.text.segments import measure
from trunkline.messaging.works import CreateMessages, StoredMedia
from trunkline.numbers import OwnNumber
from trunkline.sids import SidFactory
from trunkline.store import GroupCommit, Job
from trunkline.webhooks.works import DueDeliveries
from trunkline.worlds import Worlds

__all__ = ["MediaNotTaken", "NoSuchNumber", "ReceiveMessage"]

MOST_MEDIA = 10

# World, account, URLs, and files that are there already.
Fetch = Callable[[str, str, Sequence[str], Sequence[MediaFile]], Awaitable[list[KeptMedia]]]


class NoSuchNumber(Exception):
    """The number that was written to belongs to nobody in this world, or takes no messages."""


class MediaNotTaken(Exception):
    """The media cannot be had, or are too many or too large. The text says which, in a sentence."""


class ReceiveMessage:
    """Takes messages that come in from the network."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        create: CreateMessages,
        requests: InboundRequests,
        due: DueDeliveries,
        fetch: Fetch,
        numbers: Numbers,
        keywords: AnswerKeyword,
        services: Services = NO_SERVICES,
        sticky: KeepSticky | None = None,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
    ) -> None:
        self._commit = commit
        self._create = create
        self._requests = requests
        self._due = due
        self._fetch = fetch
        self._numbers = numbers
        self._keywords = keywords
        self._services = services
        self._sticky = sticky
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._add = AddMedia()
        self._copy = CopyMedia()

    async def __call__(
        self,
        *,
        world_id: str,
        phone: str,
        number: str,
        body: str,
        media_urls: Sequence[str] = (),
        media: Sequence[MediaFile] = (),
    ) -> str:
        """The SID of the inbound message, once it is stored.

        `media_urls` are fetched first. Raises NoSuchNumber, MediaNotTaken.
        """
        own = self._numbers.find(world_id, number)
        if own is None or not own.sms_capable:
            raise NoSuchNumber(number)
        files = await self._files(own, world_id, media_urls, media)
        message, target, jobs = await self._arrival(own, world_id, phone, body, len(files))
        stored = self._stored(message, files)
        jobs += [Job(self._add, media) for media in stored]
        told = [(m.media_id, m.content_type) for m in stored]
        jobs += self._request_jobs(message, own, target, told)
        await self._commit.submit(*jobs, urgent=True)
        return message.sid

    def takes(self, world_id: str, number: str) -> bool:
        """Whether messages can come in at `number`: it is somebody's in this world."""
        own = self._numbers.find(world_id, number)
        return own is not None and own.sms_capable

    async def jobs_of(
        self,
        world_id: str,
        phone: str,
        number: str,
        text: str,
        media_of: tuple[str, int] | None = None,
        *,
        is_answer: bool = False,
    ) -> list[Job]:
        """The jobs of a message that comes in because of another: a phone's automatic answer, or
        what one number of the world sends to another. They commit with their cause.

        `media_of` is the SID of a message and how many media it has, which come with this one.
        A keyword counts: a phone that is set to answer STOP opts out. Not in what answers a
        keyword itself (`is_answer`): two services could help each other for ever. Nothing when
        the number takes no messages, e.g. an alphanumeric sender.
        """
        own = self._numbers.find(world_id, number)
        if own is None or not own.sms_capable:
            return []
        num_media = 0 if media_of is None else media_of[1]
        message, target, jobs = await self._arrival(
            own, world_id, phone, text, num_media, is_answer=is_answer
        )
        if media_of is not None:
            copied = CopiedMedia(
                source_sid=media_of[0],
                message_sid=message.sid,
                media_ids=tuple(self._sids.new_id() for _ in range(num_media)),
                moment=message.created_at,
            )
            jobs.append(Job(self._copy, copied))
        # What the copies are, only the database knows.
        return jobs + self._request_jobs(message, own, target, () if media_of is None else None)

    async def _arrival(
        self,
        own: OwnNumber,
        world_id: str,
        phone: str,
        body: str,
        num_media: int,
        *,
        is_answer: bool = False,
    ) -> tuple[NewMessage, InboundTarget | None, list[Job]]:
        """The message, who is asked about it, and the jobs of it that its media have no part
        in: the row, whom its sender is used to from now on, and what its keyword brings about."""
        service = self._service_of(world_id, own)
        heard = None if is_answer else self._keywords.hear(own, service, phone, body)
        effect = None if heard is None else await self._keywords.effect(heard, own, phone)
        target = choose_target(own, service)
        message = self._message(
            own,
            service,
            target,
            effect,
            world_id=world_id,
            phone=phone,
            body=body,
            num_media=num_media,
        )
        jobs = [Job(self._create, message), *self._sticky_jobs(service, message)]
        if effect is not None:
            jobs += self._keywords.jobs(effect, own, message)
        return message, target, jobs

    def _service_of(self, world_id: str, own: OwnNumber) -> Service | None:
        service = self._services.of_number(world_id, own.phone_number)
        # For an instant a number that was given to another account still is in the old pool: what
        # its new owner is sent is none of that service's business.
        return service if service is None or service.account_sid == own.account_sid else None

    def _sticky_jobs(self, service: Service | None, message: NewMessage) -> list[Job]:
        """Who writes to a number of a pool first is written to from it from then on (5.2)."""
        if self._sticky is None or service is None or not service.sticky_sender:
            return []
        met = Sticky(
            service_id=service.sid[2:],
            recipient=message.sender or "",
            sender=message.recipient,
            moment=message.created_at,
            met=True,
        )
        return [Job(self._sticky, met)]

    async def _files(
        self,
        own: OwnNumber,
        world_id: str,
        media_urls: Sequence[str],
        media: Sequence[MediaFile],
    ) -> list[KeptMedia]:
        if len(media_urls) + len(media) > MOST_MEDIA:
            raise MediaNotTaken(f"A message has {MOST_MEDIA} media at most.")
        if not media_urls and not media:
            return []
        try:
            return await self._fetch(world_id, own.account_sid, media_urls, media)
        except MediaFailure as failure:
            raise MediaNotTaken(f"The media cannot be taken: {failure}.") from None

    def _stored(self, message: NewMessage, files: Sequence[KeptMedia]) -> list[StoredMedia]:
        return [
            StoredMedia(
                message_sid=message.sid,
                part=part,
                media_id=self._sids.new_id(),
                content_type=file.content_type,
                blob_id=file.blob_id,
                size=file.size,
                moment=message.created_at,
            )
            for part, file in enumerate(files, 1)
        ]

    def _request_jobs(
        self,
        message: NewMessage,
        own: OwnNumber,
        target: InboundTarget | None,
        media: Sequence[tuple[str, str]] | None,
    ) -> list[Job]:
        if target is None:
            return []
        return [Job(self._due, self._requests(message, own, target, media))]

    def _message(
        self,
        own: OwnNumber,
        service: Service | None,
        target: InboundTarget | None,
        effect: KeywordEffect | None,
        *,
        world_id: str,
        phone: str,
        body: str,
        num_media: int,
    ) -> NewMessage:
        told = None if effect is None else effect.told
        return NewMessage(
            sid=self._sids.new("MM" if num_media else "SM"),
            account_id=own.account_sid[2:],
            world_id=world_id,
            direction="inbound",
            # Where nobody is asked, there is nothing to wait for (2.6).
            path=("receiving", "received") if target is None else ("receiving",),
            sender=phone,
            recipient=own.phone_number,
            body=body,
            num_segments=1 if num_media else measure(body).segments,
            num_media=num_media,
            created_at=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
            carrier="virtual",
            options=None if told is None else {OPT_OUT_TYPE: str(told)},
            facts={"route": "virtual"},
            service_id=None if service is None else service.sid[2:],
        )
