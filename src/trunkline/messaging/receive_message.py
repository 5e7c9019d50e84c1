"""Receive a message from a phone: the Message row, opt-out keywords and their replies, in one
commit (behaviour 1.2, 4)."""

from __future__ import annotations

from trunkline.clock import Clock
from trunkline.messaging.decide_send import Numbers
from trunkline.messaging.model import NewMessage
from trunkline.messaging.opt_out_keywords import Keyword, classify, default_reply
from trunkline.messaging.opt_outs import OptOuts
from trunkline.messaging.segments import measure
from trunkline.messaging.works import (
    AutomaticReplies,
    AutomaticReply,
    ChangeOptOuts,
    CreateMessages,
    OptOutChange,
)
from trunkline.numbers import OwnNumber
from trunkline.sids import SidFactory
from trunkline.store import GroupCommit, Job
from trunkline.worlds import Worlds

__all__ = ["MediaNotTaken", "NoSuchNumber", "ReceiveMessage"]


class NoSuchNumber(Exception):
    """The number that was written to belongs to nobody in this world, or takes no messages."""


class MediaNotTaken(Exception):
    """Media from phones cannot be received yet."""


class ReceiveMessage:
    """Takes messages that come in from the network."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        create: CreateMessages,
        numbers: Numbers,
        opt_outs: OptOuts,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
    ) -> None:
        self._commit = commit
        self._create = create
        self._numbers = numbers
        self._opt_outs = opt_outs
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._change = ChangeOptOuts()
        self._reply = AutomaticReplies()

    async def __call__(
        self,
        *,
        world_id: str,
        phone: str,
        number: str,
        body: str,
        media_urls: tuple[str, ...] = (),
    ) -> str:
        """The SID of the inbound message, once it is stored.

        Raises NoSuchNumber, or MediaNotTaken where `media_urls` is not empty.
        """
        if media_urls:
            raise MediaNotTaken("Phones cannot send media yet.")
        own = self._numbers.find(world_id, number)
        if own is None or not own.sms_capable:
            raise NoSuchNumber(number)
        blocked = await self._opt_outs.is_blocked(own.account_sid[2:], number, phone)
        message = self._message(own, world_id, phone, number, body)
        jobs = [Job(self._create, message)]
        jobs += self._keyword_jobs(own, world_id, phone, number, body, blocked=blocked)
        await self._commit.submit(*jobs, urgent=True)
        return message.sid

    def takes(self, world_id: str, number: str) -> bool:
        """Whether messages can come in at `number`: it is somebody's in this world."""
        own = self._numbers.find(world_id, number)
        return own is not None and own.sms_capable

    def jobs_of(self, world_id: str, phone: str, number: str, text: str) -> list[Job]:
        """The jobs of a message that comes in because of another: a phone's automatic answer, or
        what one number of the world sends to another. They commit with their cause.

        A keyword counts: a phone that is set to answer STOP opts out. Nothing when the number
        takes no messages, e.g. an alphanumeric sender.
        """
        own = self._numbers.find(world_id, number)
        if own is None or not own.sms_capable:
            return []
        message = self._message(own, world_id, phone, number, text)
        # Who was just written to, or has just written, is taken for not blocked.
        jobs = self._keyword_jobs(own, world_id, phone, number, text, blocked=False)
        return [Job(self._create, message), *jobs]

    def _message(
        self,
        own: OwnNumber,
        world_id: str,
        phone: str,
        number: str,
        body: str,
    ) -> NewMessage:
        return NewMessage(
            sid=self._sids.new("SM"),
            account_id=own.account_sid[2:],
            world_id=world_id,
            direction="inbound",
            path=("receiving", "received"),
            sender=phone,
            recipient=number,
            body=body,
            num_segments=measure(body).segments,
            num_media=0,
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
