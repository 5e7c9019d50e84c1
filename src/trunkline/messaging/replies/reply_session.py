"""A session: what follows from one inbound message, from its first document to its last.

It is one request after the other (a redirect, a fallback, an action), and between them it is
nothing but a few facts with the next request, so it survives a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

__all__ = ["MOST_DOCUMENTS", "MOST_REPLIES", "Conversation", "NextDocument", "Session"]

MOST_DOCUMENTS = 50  # behaviour 3.1
MOST_REPLIES = 10  # to one inbound message


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Who talks to whom: the inbound message that a session is about."""

    sid: str  # of the inbound message
    account_id: str
    world_id: str
    person: str  # who wrote
    number: str  # the account's number that was written to
    service_sid: str | None = None  # MG: of the pool that the number was in


@dataclass(frozen=True, slots=True)
class NextDocument:
    """Where the next document of a session is: a URL as it was written, and how to ask for it."""

    url: str
    method: str  # "POST" or "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """How far a session has come. It travels as the `data` of its next request."""

    documents: int = 1  # requested so far, the present one included
    replies: int = 0  # made so far
    fallback: NextDocument | None = None  # not used yet

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """The session that the data of a request tell of."""
        fallback = data.get("fallback")
        return cls(
            documents=data.get("documents", 1),
            replies=data.get("replies", 0),
            fallback=None if fallback is None else NextDocument(*fallback),
        )

    def data(self) -> dict[str, Any]:
        """What is kept with a request."""
        data: dict[str, Any] = {"documents": self.documents}
        if self.replies:
            data["replies"] = self.replies
        if self.fallback is not None:
            data["fallback"] = [self.fallback.url, self.fallback.method]
        return data

    @property
    def exhausted(self) -> bool:
        """Whether it may ask for no other document (14106)."""
        return self.documents >= MOST_DOCUMENTS

    def after(self, replies: int) -> Session:
        """At its next document, after so many more replies."""
        return replace(self, documents=self.documents + 1, replies=self.replies + replies)

    def at_fallback(self) -> Session:
        """At its fallback, which it has once."""
        return replace(self, documents=self.documents + 1, fallback=None)
