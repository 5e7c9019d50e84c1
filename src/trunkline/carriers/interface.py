"""The interface between messaging and a real carrier.

Messaging writes down its claim before it calls `submit`, and keeps no more messages in the
carrier's hands than its window. What `submit` answers decides what the message becomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = [
    "Accepted",
    "InDoubt",
    "MessageCarrier",
    "NotSent",
    "OutboundMessage",
    "Outcome",
    "Rejected",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What a carrier is given. `sid` identifies the message in every log and retry."""

    sid: str
    account_id: str
    sender: str
    recipient: str
    body: str
    num_segments: int
    num_media: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took the message and gave it this id (raw, as it came)."""

    carrier_message_id: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier refused the message for good: it fails with this error code."""

    error_code: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """Not a byte of it left: it may be tried again after so many seconds."""

    retry_after: float
    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may or may not have been taken: it is never sent again by itself."""

    reason: str


Outcome = Accepted | Rejected | NotSent | InDoubt


class MessageCarrier(Protocol):
    """A route to recipients outside this platform.

    `window` is how many messages it holds at once. `submit` may be called so many times at
    once, and must not raise: trouble is an outcome.
    """

    name: str
    window: int

    async def start(self) -> None:
        """Connect, or begin to try."""

    async def submit(self, message: OutboundMessage) -> Outcome:
        """Hand over one message."""

    async def stop(self) -> None:
        """Let go of connections. Called when nothing is in its hands any more."""
