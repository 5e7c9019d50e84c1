"""Carry out documents, one after the other, until the call is over (behaviour 2.3, 6.5, 6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from trunkline.twiml.voice import Dial, Pause, Redirect, Reject
from trunkline.voice.media.wire import FRAMES_PER_SECOND
from trunkline.voice.model import DocumentSource
from trunkline.voice.session.documents import (
    AskForDocument,
    DocumentFailed,
    Page,
    Request,
    first_request,
)
from trunkline.voice.session.events import FarEndGone, Interrupted, RedirectOrder
from trunkline.voice.session.outcome import Finish, GoTo, Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs import VERBS, apologise, later_verb
from trunkline.webhooks.shown_url import shown_url

__all__ = ["Converse"]

# Documents that may lead to each other within five seconds of the call, or in any time if nothing
# happens in it: beyond that they lead nowhere. A Dial by which nobody can be reached takes no time,
# nor does audio of no length.
MOST_WITHOUT_A_PAUSE = 50
LEAST_FRAMES = 5 * FRAMES_PER_SECOND
TOO_MANY_DOCUMENTS = 11215
# Verbs that a call which came in is not answered for.
SILENT = (Reject, Redirect, Pause)
MOST_TEXT = 400  # characters of a text that are noted


class Converse:
    """Runs the documents of one session."""

    def __init__(self, session: CallSession, ask: AskForDocument) -> None:
        self._session = session
        self._ask = ask
        self._fallback: Request | None = None
        self._at_fallback = False
        self._without_pause = 0
        self._counted_since = session.frame

    async def __call__(self, source: DocumentSource) -> Finish | None:
        """Until there is nothing more to do; None when a document has come to its end. Raises
        FarEndGone, and Interrupted by an EndOrder; in a whisper also by a RedirectOrder."""
        while True:
            try:
                return await self._run(source)
            except Interrupted as interrupted:
                if self._session.whispers or not isinstance(interrupted.order, RedirectOrder):
                    raise
                source = interrupted.order.document
                self._session.line.stop_playing()
                self._session.line.leave()

    async def _run(self, source: DocumentSource) -> Finish | None:
        self._fallback = None
        self._at_fallback = False
        if source.fallback_url is not None:
            self._fallback = Request(url=source.fallback_url, method=source.fallback_method)
        request = first_request(source)
        try:
            if request is not None:
                page = await self._fetch(request)
            else:
                page = self._ask.given(source.twiml or "<Response/>")
        except DocumentFailed as failure:
            page_or_none = await self._recover(failure)
            if page_or_none is None:
                return await apologise(self._session)
            page = page_or_none
        while True:
            try:
                outcome = await self._execute(page)
                if isinstance(outcome, GoTo):
                    page = await self._fetch(outcome.request)
                    self._at_fallback = False
                    continue
            except DocumentFailed as failure:
                if self._session.gone:
                    return Finish()
                found = await self._recover(failure)
                if found is None:
                    return await apologise(self._session)
                page = found
                continue
            if outcome is None:
                await self._session.answer()
            return outcome

    async def _fetch(self, request: Request) -> Page:
        session = self._session
        if session.waited and session.frame - self._counted_since >= LEAST_FRAMES:
            self._without_pause, self._counted_since = 0, session.frame
        else:
            self._without_pause += 1
        session.waited = False
        if self._without_pause > MOST_WITHOUT_A_PAUSE:
            self._at_fallback = True  # it would lead there again
            raise DocumentFailed(
                TOO_MANY_DOCUMENTS,
                f"{MOST_WITHOUT_A_PAUSE} documents led to each other without anything happening "
                "in the call.",
                url=shown_url(request.url),
            )
        page = await session.work(self._ask(session.call, request))
        if page.delivery is not None:
            session.note("call.request", {"delivery": page.delivery.id})
        return page

    async def _recover(self, failure: DocumentFailed) -> Page | None:
        """The document of the fallback; None where there is none, or it fails as well."""
        session = self._session
        if not failure.told:
            session.complain(failure.code, failure.sentence, url=failure.url or None)
        if self._fallback is None or self._at_fallback:
            return None
        self._at_fallback = True
        told = (("ErrorCode", str(failure.code)), ("ErrorUrl", failure.url))
        request = Request(url=self._fallback.url, method=self._fallback.method, parameters=told)
        try:
            page = await self._fetch(request)
        except DocumentFailed as again:
            if not again.told:
                session.complain(again.code, again.sentence, url=again.url or None)
            return None
        return page

    async def _execute(self, page: Page) -> Outcome:
        session = self._session
        if session.gone:  # asked for all the same (Record, Dial): its TwiML is of no matter
            raise FarEndGone(lost=session.lost)
        for verb in page.document.verbs:
            holds = isinstance(verb, SILENT) or (isinstance(verb, Dial) and verb.answer_on_bridge)
            if not holds:
                await session.answer()
            session.note("call.verb", _noted(verb))
            execute = VERBS.get(type(verb), later_verb)
            outcome = await execute(verb, session, page)
            if outcome is not None:
                return outcome
        return None


def _noted(verb: Any) -> dict[str, Any]:
    """A verb as an event tells it: its name, and the attributes that it was given."""
    noted: dict[str, Any] = {"verb": type(verb).__name__}
    noted.update(_given(verb))
    return noted


def _given(node: Any) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for each in fields(node):
        value = getattr(node, each.name)
        if each.name == "line" or value == each.default or value == ():
            continue
        given[each.name] = _plain(value)
    return given


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {"element": type(value).__name__, **_given(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):
        return value[:MOST_TEXT]
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return str(value)
