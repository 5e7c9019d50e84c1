"""Ask an app for TwiML, and read what it answers (behaviour 2.1, 2.3, 6.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.store.patiently import patiently
from trunkline.twiml import TwimlError
from trunkline.twiml.errors import NOT_RETRIEVED
from trunkline.twiml.voice import VoiceDocument, read_voice
from trunkline.voice.model import DocumentSource
from trunkline.voice.session.live_call import LiveCall
from trunkline.voice.session.party_parameters import call_parameters
from trunkline.voice.session.services import Asked, Services
from trunkline.webhooks.alerts.make_alert import BAD_GATEWAY
from trunkline.webhooks.document_url import DocumentUrl
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.shown_url import shown_url

__all__ = ["KIND", "AskForDocument", "DocumentFailed", "Page", "Request", "first_request"]

KIND = "call.document"
ACTION_NOT_ABSOLUTE = 11100
MOST_WARNINGS = 10  # of one document: each becomes an alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A document to ask for, and what is told beside the facts of the call."""

    url: str
    method: str = "POST"
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A document, and where it came from: nowhere, if it was given as text."""

    document: VoiceDocument
    url: DocumentUrl | None
    method: str = "POST"
    delivery: Delivery | None = None

    def request(
        self,
        written: str | None,
        method: str,
        parameters: Sequence[tuple[str, str]] = (),
    ) -> Request:
        """The request that an attribute of the document means; without one, for this document
        again. Raises DocumentFailed for what is no URL, or relative to nothing (15004)."""
        address = written or ""
        if self.url is None:
            if not address.startswith(("http://", "https://")):
                raise DocumentFailed(
                    ACTION_NOT_ABSOLUTE,
                    "TwiML that is given in Twiml has no URL of its own: action and Redirect need "
                    "absolute URLs in it.",
                )
            return Request(url=address, method=method, parameters=tuple(parameters))
        try:
            url = self.url.resolve(address)
        except ValueError:
            raise DocumentFailed(ACTION_NOT_ABSOLUTE, "The URL cannot be understood.") from None
        return Request(url=url, method=method, parameters=tuple(parameters))

    def resolve(self, written: str) -> str:
        """The absolute URL of an attribute; as it is written, where there is nothing to count
        from."""
        if self.url is None:
            return written
        try:
            return self.url.resolve(written)
        except ValueError:
            return written


class DocumentFailed(Exception):
    """A document cannot be had or not be executed: the fallback is next (2.3)."""

    def __init__(self, code: int, sentence: str, *, url: str = "", told: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.url = url
        self.told = told  # there is an alert of it already


class AskForDocument:
    """Asks for documents."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def given(self, twiml: str) -> Page:
        """A document that was given as text. Raises DocumentFailed."""
        try:
            document = read_voice(twiml.encode(), "text/xml", 200)
        except TwimlError as error:
            raise DocumentFailed(error.code, error.message) from None
        return Page(document, None)

    async def __call__(self, call: LiveCall, request: Request) -> Page:
        """The document; of what is wrong with it alerts are made. Raises DocumentFailed."""
        parameters: Parameters = [*call_parameters(call), *request.parameters]
        asked = await self._answered(call, request, parameters)
        exchange = asked.exchange
        if exchange.error is None:
            try:
                document = read_voice(exchange.body, exchange.content_type, exchange.status or 200)
            except TwimlError as error:
                details = {} if error.line is None else {"line": str(error.line)}
                if error.code == NOT_RETRIEVED:
                    details["httpResponse"] = BAD_GATEWAY
                asked.refuse(error.code, error.message, details)
            else:
                for warning in document.warnings[:MOST_WARNINGS]:
                    line = {} if warning.line is None else {"line": str(warning.line)}
                    asked.warn(warning.code, warning.message, line)
                url = DocumentUrl.of(request.url, exchange.url)
                return Page(document, url, request.method, asked.delivery)
        raise DocumentFailed(
            exchange.error or NOT_RETRIEVED,
            exchange.reason,
            url=shown_url(request.url),
            told=True,
        )

    async def _answered(self, call: LiveCall, request: Request, parameters: Parameters) -> Asked:
        """What came of the request. It is not made while nothing can be known of the account,
        because the database is away: the call waits."""
        return await patiently(
            lambda: self._services.ask(
                subject=call.sid,
                account_id=call.account_id,
                world_id=call.world_id,
                kind=KIND,
                url=request.url,
                method=request.method,
                parameters=parameters,
                jar=call.jar,
            )
        )


def first_request(source: DocumentSource) -> Request | None:
    """The request that a call begins with; None when it is given as text, or there is nobody."""
    if source.url is None:
        return None
    return Request(url=source.url, method=source.method)
