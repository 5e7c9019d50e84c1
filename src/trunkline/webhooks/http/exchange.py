"""A request to an app as it is asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.http.cookies import Jar
from trunkline.webhooks.http.network_rules import NOBODY, AllowList
from trunkline.webhooks.target import Target

__all__ = ["LIMIT", "NO_HEADERS", "Attempt", "Exchange", "Outgoing"]

Locate = Callable[[Target], Connection | None]
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
LIMIT = 65_536  # bytes of a body: TwiML above is refused with 11750 (behaviour 2.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One request to make, with its retries and redirects."""

    target: Target
    locate: Locate | None = None  # where mapped apps really are, also behind redirects (`--map`)
    method: str  # "POST" or "GET"
    parameters: Sequence[tuple[str, str]] = ()  # in the order of the wire
    json_body: bytes | None = None  # sent instead of the parameters, always by POST
    token: str  # 32 hex digits: `I-Twilio-Idempotency-Token`, the same in every attempt
    auth_token: str  # signs
    headers: Mapping[str, str] = field(
        default_factory=lambda: NO_HEADERS
    )  # besides those of every request
    cookies: Jar | None = None  # of the conversation, None: it has none; read, never changed
    read_body: bool = False  # a document is asked for; else the body of the answer is ignored
    allowed: AllowList = NOBODY  # private networks and hosts that this account may reach
    # The connection is closed when an answer begins, or does not begin at once: nobody hears it,
    # and nothing follows.
    loses_answer: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire: a first attempt, a retry, or a hop of a redirect."""

    url: str  # without userinfo and fragment
    started_at: datetime  # real time
    ms: int
    status: int | None  # None: there was no answer
    error: int | None  # code of the alert
    reason: str | None
    signature: str


@dataclass(slots=True)
class Exchange:
    """What came of an `Outgoing`."""

    url: str = ""  # where the answer came from, after redirects: relative URLs resolve against it
    attempts: list[Attempt] = field(default_factory=list)
    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)  # of the last answer, bounded
    content_type: str | None = None
    body: bytes = b""  # decoded; LIMIT + 1 bytes mean that there were more than LIMIT
    error: int | None = None  # code of the alert; None: the app answered 2xx or 3xx
    reason: str = ""  # one sentence for the developer; empty without an error
    # What the jar of the conversation is to be updated with, in this order: the URL that
    # answered and its Set-Cookie headers. Only where there was a jar or a document was asked for.
    set_cookies: list[tuple[str, list[str]]] = field(default_factory=list)

    @classmethod
    def failed(cls, code: int, reason: str) -> Exchange:
        """Nothing could be requested at all."""
        return cls(error=code, reason=reason)

    @property
    def too_large(self) -> bool:
        """Whether the body was longer than LIMIT, and cut."""
        return len(self.body) > LIMIT
