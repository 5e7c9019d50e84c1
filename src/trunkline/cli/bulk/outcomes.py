"""What can become of a request that is to create a message."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

__all__ = ["Busy", "Doubt", "NotSent", "Outcome", "Refused", "Sent", "Unwelcome"]


class Sent(NamedTuple):
    """The message was accepted."""

    sid: str


class Refused(NamedTuple):
    """It was refused for good: Twilio's code and sentence."""

    code: int
    sentence: str


class Busy(NamedTuple):
    """It was refused for the moment, before anything was done: to be sent again later."""

    seconds: float | None  # after so long, where the answer says it


class NotSent(NamedTuple):
    """The platform was not reached, so it has seen nothing of the request."""

    reason: str


class Doubt(NamedTuple):
    """The platform may have accepted it, and may not have: it has to be asked."""

    reason: str


class Unwelcome(NamedTuple):
    """Whoever sends is refused, and not what is sent: the next one would be, too."""

    sentence: str


Outcome: TypeAlias = Sent | Refused | Busy | NotSent | Doubt | Unwelcome
