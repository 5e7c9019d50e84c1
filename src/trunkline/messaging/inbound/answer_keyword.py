"""What is written because of a keyword: who is blocked or let in, and what is answered, in the
commit of the message that brought it (behaviour 4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from trunkline.messaging.consents.decide_keyword import (
    Addressed,
    KeywordEffect,
    Understood,
    decide_keyword,
    kind_of,
    understand,
)
from trunkline.messaging.consents.model import ConsentChange, Evidence, Status
from trunkline.messaging.consents.opt_outs import ANSWERS_KEYWORD, OptOuts
from trunkline.messaging.consents.words_of_services import WordsOfServices
from trunkline.messaging.consents.works import ChangeConsents
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.model import NewMessage
from trunkline.messaging.services.model import Service
from trunkline.messaging.text.segments import measure
from trunkline.messaging.works import AutomaticReplies, AutomaticReply, CreateMessages
from trunkline.numbers import OwnNumber
from trunkline.numbers.whereabouts import whereabouts
from trunkline.sids import SidFactory
from trunkline.store import Job

__all__ = ["AnswerKeyword", "Heard"]

SOURCES: dict[Status, str] = {"blocked": "opt-out-message", "allowed": "opt-in-message"}


@dataclass(frozen=True, slots=True)
class Heard:
    """A text that somebody may take for a keyword, at a number."""

    number: Addressed
    understood: Understood


class AnswerKeyword:
    """Hears keywords and does what they say."""

    def __init__(
        self,
        *,
        opt_outs: OptOuts,
        words: WordsOfServices,
        make_message: MakeMessage,
        create: CreateMessages,
        sids: SidFactory,
    ) -> None:
        self._opt_outs = opt_outs
        self._words = words
        self._make_message = make_message
        self._create = create
        self._sids = sids
        self._change = ChangeConsents()
        self._reply = AutomaticReplies()

    def hear(self, own: OwnNumber, service: Service | None, phone: str, body: str) -> Heard | None:
        """The keyword that `body` may be; None for almost every text."""
        number = Addressed(
            sender=own.phone_number,
            kind=kind_of(own.type, own.phone_number),
            service=None if service is None else service.sid,
            words=None if service is None else self._words.of(service.sid),
        )
        country = whereabouts(phone.rpartition(":")[2]).country or None
        understood = understand(body, number, country)
        return None if understood is None else Heard(number, understood)

    async def effect(self, heard: Heard, own: OwnNumber, phone: str) -> KeywordEffect | None:
        """What follows from it. Where that matters, it is looked up what the writer has blocked."""
        blocked: Collection[str] = ()
        if heard.understood.depends_on_blocks:
            blocked = await self._opt_outs.blocks(own.account_sid[2:], phone, heard.number.scopes)
        return decide_keyword(heard.understood, heard.number, blocked)

    def jobs(self, effect: KeywordEffect, own: OwnNumber, message: NewMessage) -> list[Job]:
        """What is committed together with the `message` that was the keyword."""
        phone = message.sender or ""
        jobs = [Job(self._change, self._consent(effect, n, message)) for n in effect.changes]
        if effect.reply is not None:
            reply = AutomaticReply(
                id=self._sids.new_id(),
                world_id=message.world_id,
                sender=own.phone_number,
                recipient=phone,
                body=effect.reply,
                moment=message.created_at,
            )
            jobs.append(Job(self._reply, reply))
        if effect.message is not None:
            jobs.append(Job(self._create, self._message(effect.message, own, message)))
        return jobs

    def _consent(
        self, effect: KeywordEffect, change: tuple[str, Status], message: NewMessage
    ) -> ConsentChange:
        scope, status = change
        return ConsentChange(
            id=self._sids.new_id(),
            account_id=message.account_id,
            scope=scope,
            recipient=message.sender or "",
            status=status,
            moment=message.created_at,
            evidence=Evidence(
                method="keyword",
                keyword=effect.word,
                source=SOURCES[status],
                consented_at=message.created_at,
            ),
        )

    def _message(self, text: str, own: OwnNumber, cause: NewMessage) -> NewMessage:
        """The service's answer: a message of the account, which an opt-out does not stop."""
        made = self._make_message(
            account_id=cause.account_id,
            world_id=cause.world_id,
            direction="outbound-reply",
            sender=own.phone_number,
            sender_kind=own.type,
            recipient=cause.sender or "",
            text=measure(text),
            options={ANSWERS_KEYWORD: cause.sid},
        )
        return replace(made, service_id=cause.service_id)
