"""What a bulk send asks of the platform: to create a message, and which ones there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, Protocol
from urllib.parse import quote_plus, urlencode

import msgspec

from trunkline.cli.bulk.connection import Answer, Connections, Unanswered, Unreachable
from trunkline.cli.bulk.outcomes import (
    Busy,
    Doubt,
    NotSent,
    Outcome,
    Refused,
    Sent,
    Unwelcome,
)
from trunkline.cli.bulk.row import Fields

__all__ = ["Found", "HttpPlatform", "NotFoundOut", "Platform"]

PAGE = 1000
MOST_SECONDS = 60.0  # that an answer may say to wait


class Found(NamedTuple):
    """A message that the platform has."""

    sid: str
    body: str


class NotFoundOut(Exception):
    """The platform does not say which messages there are."""

    def __init__(self, reason: str, *, for_now: bool) -> None:
        super().__init__(reason)
        self.for_now = for_now  # it may say so later


class Platform(Protocol):
    """What sends, and knows what was sent."""

    async def create(self, fields: Fields) -> Outcome:
        """Ask for a message."""

    def find(self, to: str, sender: str | None, since: str | None) -> AsyncIterator[Found]:
        """The messages to a recipient (from a sender) that came after the message `since`, newest
        first. Raises NotFoundOut."""


class _Created(msgspec.Struct):
    sid: str


class _Error(msgspec.Struct):
    code: int
    message: str


class _Message(msgspec.Struct):
    sid: str
    body: str | None


class _Page(msgspec.Struct):
    messages: list[_Message]
    next_page_uri: str | None


created = msgspec.json.Decoder(_Created).decode
error = msgspec.json.Decoder(_Error).decode
page = msgspec.json.Decoder(_Page).decode


class HttpPlatform:
    """The platform by Twilio's API."""

    def __init__(
        self,
        connections: Connections,
        place: Callable[[], tuple[str, int]],
        *,
        account_sid: str,
        authorization: str,
    ) -> None:
        self._connections = connections
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        host, port = place()
        self._head = f"Host: {host}:{port}\r\nAuthorization: {authorization}\r\n"
        self._create = (
            f"POST {self._path} HTTP/1.1\r\n{self._head}"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        ).encode()

    async def create(self, fields: Fields) -> Outcome:
        body = urlencode(fields).encode()
        request = b"%s%d\r\n\r\n%s" % (self._create, len(body), body)
        try:
            answer = await self._connections.exchange(request)
        except Unreachable as trouble:
            return NotSent(str(trouble))
        except Unanswered as trouble:
            return Doubt(str(trouble))
        try:
            return _outcome(answer)
        except msgspec.DecodeError:
            return Doubt(f"the answer {answer.status} says nothing")

    async def find(self, to: str, sender: str | None, since: str | None) -> AsyncIterator[Found]:
        query = f"PageSize={PAGE}&To={quote_plus(to)}"
        if sender is not None:
            query += f"&From={quote_plus(sender)}"
        target: str | None = f"{self._path}?{query}"
        floor = since[2:] if since else ""
        while target is not None:
            found = await self._page(target)
            for message in found.messages:
                if message.sid[2:] <= floor:
                    return
                yield Found(message.sid, message.body or "")
            target = found.next_page_uri

    async def _page(self, target: str) -> _Page:
        request = f"GET {target} HTTP/1.1\r\n{self._head}\r\n".encode()
        try:
            answer = await self._connections.exchange(request)
            if answer.status == 200:
                return page(answer.body)
        except (Unreachable, Unanswered, msgspec.DecodeError) as trouble:
            raise NotFoundOut(str(trouble), for_now=True) from None
        # What cannot be a recipient is refused when it is asked for, too.
        for_now = answer.status not in (400, 404)
        raise NotFoundOut(f"the platform answers {answer.status}", for_now=for_now)


def _outcome(answer: Answer) -> Outcome:
    """What an answer means. Raises msgspec.DecodeError for what Twilio would not answer."""
    status = answer.status
    if status == 201:
        return Sent(created(answer.body).sid)
    if status == 429:
        return Busy(_seconds(answer.headers.get("retry-after")))
    if status >= 500 or status < 400:
        # 503 is also what the platform answers when its database goes away during a commit.
        return Doubt(f"the platform answered {status}")
    told = error(answer.body)
    if status in (401, 403):
        return Unwelcome(f"{told.message} (error {told.code})")
    return Refused(told.code, told.message)


def _seconds(text: str | None) -> float | None:
    return min(float(text), MOST_SECONDS) if text and text.isascii() and text.isdigit() else None
