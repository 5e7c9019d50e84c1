"""Receive a message from a phone: the Message row, what its keyword means, and the request that
tells the app, in one commit (behaviour 1.2, 2.6, 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from trunkline.clock import Clock
from trunkline.messaging.choose_sender import Numbers
from trunkline.messaging.inbound.inbound_webhook import InboundRequests
from trunkline.messaging.inbound.opt_out_keywords import Keyword, classify, default_reply
from trunkline.messaging.inbound.opt_outs import OptOuts
from trunkline.messaging.media.files import MediaFailure, MediaFile, check_together
from trunkline.messaging.media.works import AddMedia, CopiedMedia, CopyMedia
from trunkline.messaging.model import NewMessage
from trunkline.messaging.text.segments import measure
from trunkline.messaging.works import (
    AutomaticReplies,
    AutomaticReply,
    ChangeOptOuts,
    CreateMessages,
    OptOutChange,
    StoredMedia,
)
from trunkline.numbers import OwnNumber
from trunkline.sids import SidFactory
from trunkline.store import GroupCommit, Job
from trunkline.webhooks.works import DueDeliveries
from trunkline.worlds import Worlds

__all__ = ["MediaNotTaken", "NoSuchNumber", "ReceiveMessage"]

MOST_MEDIA = 10

Fetch = Callable[[str, str, Sequence[str]], Awaitable[list[MediaFile]]]  # world, account, URLs


class NoSuchNumber(Exception):
    """The number that was written to belongs to nobody in this world, or takes no messages."""


class MediaNotTaken(Exception):
    """The media cannot be had, or are too many or too large. The text says which, in a sentence."""


class ReceiveMessage:
    """Takes messages that come in from the network.

    `media_commit` is for those with media: megabytes must not be in a transaction with other
    messages.
    """

    def __init__(
        self,
        *,
        commit: GroupCommit,
        media_commit: GroupCommit,
        create: CreateMessages,
        requests: InboundRequests,
        due: DueDeliveries,
        fetch: Fetch,
        numbers: Numbers,
        opt_outs: OptOuts,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
    ) -> None:
        self._commit = commit
        self._media_commit = media_commit
        self._create = create
        self._requests = requests
        self._due = due
        self._fetch = fetch
        self._numbers = numbers
        self._opt_outs = opt_outs
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._change = ChangeOptOuts()
        self._reply = AutomaticReplies()
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
        blocked = await self._opt_outs.is_blocked(own.account_sid[2:], number, phone)
        message = self._message(own, world_id, phone, number, body, num_media=len(files))
        stored = self._stored(message, files)
        jobs = [Job(self._create, message), *(Job(self._add, media) for media in stored)]
        jobs += self._keyword_jobs(own, world_id, phone, number, body, blocked=blocked)
        jobs += self._request_jobs(message, own, [(m.media_id, m.content_type) for m in stored])
        commit = self._media_commit if stored else self._commit
        await commit.submit(*jobs, urgent=True)
        return message.sid

    def takes(self, world_id: str, number: str) -> bool:
        """Whether messages can come in at `number`: it is somebody's in this world."""
        own = self._numbers.find(world_id, number)
        return own is not None and own.sms_capable

    def jobs_of(
        self,
        world_id: str,
        phone: str,
        number: str,
        text: str,
        media_of: tuple[str, int] | None = None,
    ) -> list[Job]:
        """The jobs of a message that comes in because of another: a phone's automatic answer, or
        what one number of the world sends to another. They commit with their cause.

        `media_of` is the SID of a message and how many media it has, which come with this one.
        A keyword counts: a phone that is set to answer STOP opts out. Nothing when the number
        takes no messages, e.g. an alphanumeric sender.
        """
        own = self._numbers.find(world_id, number)
        if own is None or not own.sms_capable:
            return []
        num_media = 0 if media_of is None else media_of[1]
        message = self._message(own, world_id, phone, number, text, num_media=num_media)
        jobs = [Job(self._create, message)]
        if media_of is not None:
            copied = CopiedMedia(
                source_sid=media_of[0],
                message_sid=message.sid,
                media_ids=tuple(self._sids.new_id() for _ in range(num_media)),
                moment=message.created_at,
            )
            jobs.append(Job(self._copy, copied))
        # Who was just written to, or has just written, is taken for not blocked.
        jobs += self._keyword_jobs(own, world_id, phone, number, text, blocked=False)
        # What the copies are, only the database knows.
        return jobs + self._request_jobs(message, own, () if media_of is None else None)

    async def _files(
        self,
        own: OwnNumber,
        world_id: str,
        media_urls: Sequence[str],
        media: Sequence[MediaFile],
    ) -> list[MediaFile]:
        if len(media_urls) + len(media) > MOST_MEDIA:
            raise MediaNotTaken(f"A message has {MOST_MEDIA} media at most.")
        files = list(media)
        try:
            if media_urls:
                files += await self._fetch(world_id, own.account_sid, media_urls)
            check_together(files)
        except MediaFailure as failure:
            raise MediaNotTaken(f"The media cannot be taken: {failure}.") from None
        return files

    def _stored(self, message: NewMessage, files: Sequence[MediaFile]) -> list[StoredMedia]:
        return [
            StoredMedia(
                message_sid=message.sid,
                part=part,
                media_id=self._sids.new_id(),
                content_type=file.content_type,
                data=file.data,
                moment=message.created_at,
            )
            for part, file in enumerate(files, 1)
        ]

    def _request_jobs(
        self, message: NewMessage, own: OwnNumber, media: Sequence[tuple[str, str]] | None
    ) -> list[Job]:
        delivery = self._requests(message, own, media)
        return [] if delivery is None else [Job(self._due, delivery)]

    def _message(
        self,
        own: OwnNumber,
        world_id: str,
        phone: str,
        number: str,
        body: str,
        *,
        num_media: int,
    ) -> NewMessage:
        # Where nobody is asked, there is nothing to wait for (2.6).
        asked = own.sms_url is not None
        return NewMessage(
            sid=self._sids.new("MM" if num_media else "SM"),
            account_id=own.account_sid[2:],
            world_id=world_id,
            direction="inbound",
            path=("receiving",) if asked else ("receiving", "received"),
            sender=phone,
            recipient=number,
            body=body,
            num_segments=1 if num_media else measure(body).segments,
            num_media=num_media,
            created_at=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
            carrier="virtual",
            facts={"route": "virtual"},
        )

    def _keyword_jobs(
        self,
        own: OwnNumber,
        world_id: str,
        phone: str,
        number: str,
        body: str,
        *,
        blocked: bool,
    ) -> list[Job]:
        toll_free = own.type == "tollfree"
        match = classify(body, toll_free=toll_free)
        if match is None or (match.keyword is Keyword.START and not blocked):
            return []  # START from somebody who never left is an ordinary message
        now = self._worlds.clock(world_id).now()
        jobs: list[Job] = []
        if match.keyword is not Keyword.HELP:
            word = match.word if match.keyword is Keyword.STOP else None
            change = OptOutChange(own.account_sid[2:], number, phone, word, now)
            jobs.append(Job(self._change, change))
        reply = AutomaticReply(
            id=self._sids.new_id(),
            world_id=world_id,
            sender=number,
            recipient=phone,
            body=default_reply(match, toll_free=toll_free),
            moment=now,
        )
        jobs.append(Job(self._reply, reply))
        return jobs
