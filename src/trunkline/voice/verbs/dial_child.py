"""The calls that a Dial makes: one for each noun, each with a session of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trunkline.store import Job
from trunkline.twiml.voice import Client, Dial, Number
from trunkline.voice.model import CallbackTarget, DocumentSource, NewCall
from trunkline.voice.session.companion import Companion
from trunkline.voice.session.documents import Page
from trunkline.voice.session.events import ChildNews, Interrupted, News, RedirectOrder
from trunkline.voice.session.session import CallSession

__all__ = ["dial_children"]

CALLER_ID_INVALID = 13214
NUMBER_INVALID = 13223
MOST_AT_ONCE = 10
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
PUNCTUATION = re.compile(r"[\s().\-]")


async def dial_children(
    session: CallSession, page: Page, verb: Dial, nouns: Sequence[Number | Client]
) -> list[CallSession]:
    """The sessions of calls that were committed and have not begun; those that nobody could be
    reached by are left out, with an alert."""
    caller = _caller(session, verb)
    if caller is None:
        return []
    chosen: list[tuple[NewCall, Number | Client]] = []
    for noun in nouns[:MOST_AT_ONCE]:
        recipient = _recipient(noun)
        if recipient is None:
            session.complain(
                NUMBER_INVALID, "The number of <Number> is none that can be called.", line=noun.line
            )
            continue
        chosen.append((_new_call(session, page, verb, noun, caller, recipient), noun))
    if chosen:
        jobs = (Job(session.services.create, call) for call, _ in chosen)
        await session.services.commit.submit(*jobs, urgent=True)
    return [
        session.services.dials.make(
            call, parent=session, companion=_Companions(session, noun, page)
        )
        for call, noun in chosen
    ]


def _new_call(
    session: CallSession,
    page: Page,
    verb: Dial,
    noun: Number | Client,
    caller: str,
    recipient: str,
) -> NewCall:
    services, call = session.services, session.call
    callback = None
    if noun.status_callback is not None:
        callback = CallbackTarget(
            url=page.resolve(noun.status_callback),
            method=noun.status_callback_method,
            events=noun.status_callback_event or ("completed",),
        )
    options: dict[str, object] = {"timeout": verb.timeout, "hops": call.hops}
    if isinstance(noun, Number) and noun.send_digits:
        options["send_digits"] = noun.send_digits
    if isinstance(noun, Client) and noun.parameters:
        options["address_parameters"] = [
            [each.name, each.value or ""] for each in noun.parameters if each.name
        ]
    return NewCall(
        sid=services.sids.new("CA"),
        account_id=call.account_id,
        world_id=call.world_id,
        direction="outbound-dial",
        path=("queued",),
        sender=caller,
        recipient=recipient,
        document=DocumentSource(),
        parent_sid=call.sid,
        forwarded_from=call.recipient if call.direction == "inbound" else None,
        status_callback=callback,
        options=options,
        created_at=session.now,
        real_time=services.clock.now(),
    )


def _caller(session: CallSession, verb: Dial) -> str | None:
    """Whom the called party sees; None, with an alert, where nobody can be shown."""
    asked = verb.caller_id
    if asked is None:
        return session.call.sender
    plain = PUNCTUATION.sub("", asked)
    if PHONE.fullmatch(plain):
        return plain
    if asked.startswith("client:"):
        return asked
    session.complain(CALLER_ID_INVALID, "The callerId is no number in E.164.", line=verb.line)
    return None


def _recipient(noun: Number | Client) -> str | None:
    if isinstance(noun, Client):
        return f"client:{noun.identity}" if noun.identity else None
    plain = PUNCTUATION.sub("", noun.phone_number)
    if re.fullmatch(r"[2-9][0-9]{9}", plain):  # as people write it in North America
        plain = f"+1{plain}"
    return plain if PHONE.fullmatch(plain) else None


class _Companions:
    """Makes the companion of a child's session."""

    def __init__(self, parent: CallSession, noun: Number | Client, page: Page) -> None:
        self._parent = parent
        self._noun = noun
        self._page = page

    def __call__(self, child: CallSession) -> Companion:
        return _Child(self._parent, child, self._noun, self._page)


class _Child:
    """See `Companion`: a child tells the call that dialled it how it is."""

    def __init__(
        self, parent: CallSession, child: CallSession, noun: Number | Client, page: Page
    ) -> None:
        self._parent = parent
        self._child = child
        self._noun = noun
        self._page = page

    def ringing(self) -> None:
        """The call rings."""
        self._tell("ringing")

    def left(self) -> None:
        """The call goes on by itself."""
        self._tell("left")

    def over(self, status: str) -> None:
        """The call has ended."""
        self._parent.tell(ChildNews(self._child.call.sid, "ended", status))

    async def answered(self) -> bool:
        """Whisper, and let the parent connect it, until they part. True when it was redirected:
        it goes on by itself."""
        child = self._child
        try:
            if self._noun.url is not None and not await self._whispered(self._noun.url):
                return False
            self._tell("ready")
            while True:
                await child.next()
        except Interrupted as interrupted:
            if not isinstance(interrupted.order, RedirectOrder):
                raise
            child.call.document = interrupted.order.document
            child.line.stop_playing()
            child.line.leave()
            self.left()
            return True

    async def _whispered(self, url: str) -> bool:
        """Whether the whisper came to its end, and did not hang up."""
        child = self._child
        whisper = DocumentSource(url=self._page.resolve(url), method=self._noun.method)
        child.whispers = True
        try:
            return await child.services.converse(child, whisper) is None
        finally:
            child.whispers = False

    def _tell(self, what: News) -> None:
        self._parent.tell(ChildNews(self._child.call.sid, what))
