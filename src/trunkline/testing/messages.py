"""A message as the phone that got it sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Message", "key", "message"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that arrived on a phone."""

    body: str
    """The text."""
    sender: str
    """The number that it came from, or an alphanumeric sender."""
    recipient: str
    """The phone's own number."""
    num_media: int = 0
    """How many media it has."""
    sid: str | None = None
    """Its SID; None for an automatic reply of the network to STOP, START or HELP."""
    arrived_at: datetime = field(repr=False)
    """The world's time at which it arrived."""

    @property
    def is_automatic(self) -> bool:
        """Whether it is an automatic reply of the network."""
        return self.sid is None


def key(message: Message) -> tuple[str, ...]:
    """What tells a message from the others of its phone."""
    if message.sid is not None:
        return (message.sid,)
    return (message.sender, message.arrived_at.isoformat(), message.body)


def message(known: dict[str, Any]) -> Message:
    """A message as the control API shows it."""
    return Message(
        body=known["body"],
        sender=known["from"],
        recipient=known["to"],
        num_media=known["num_media"],
        sid=known["sid"],
        arrived_at=datetime.fromisoformat(known["arrived_at"]),
    )
