"""How fast a sender sends, by its type."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from trunkline.messaging.model import Dispatch
from trunkline.messaging.rates.bucket import cost_of
from trunkline.numbers import OwnNumber, is_short_code
from trunkline.worlds import Limits

__all__ = ["Numbers", "cost_of_message", "highest_cost", "rate_of", "sender_type", "units_of"]

MOST_SEGMENTS = 30  # more than any message has: 1,600 characters in UCS-2 are 24

OF_NUMBER = {
    "tollfree": "toll_free",
    "short_code": "short_code",
    "whatsapp": "channel",
    "rcs": "channel",
}


class Numbers(Protocol):
    """What is asked of the numbers family."""

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The number of the world, or None."""


def sender_type(numbers: Numbers, world_id: str, sender: str) -> str:
    """The name of the rate in `Limits`: of a number by what it is, of another by its form."""
    own = numbers.find(world_id, sender)
    if own is not None:
        return OF_NUMBER.get(own.type, "long_code")
    if ":" in sender:
        return "channel"
    if sender.startswith("+"):
        return "long_code"
    return "short_code" if is_short_code(sender) else "alphanumeric"


def rate_of(limits: Limits, kind: str) -> float:
    """Segments a second of a type of sender."""
    rate: float = getattr(limits, kind)
    return rate


def units_of(num_segments: int, num_media: int) -> int:
    """What a message counts: its segments, or one where it has media."""
    return 1 if num_media else max(1, num_segments)


def highest_cost(limits: Limits, kind: str) -> timedelta:
    """How long a message uses up its sender at most."""
    longest = cost_of(MOST_SEGMENTS, rate_of(limits, kind))
    return max(longest, cost_of(1, limits.mms_long_code)) if kind == "long_code" else longest


def cost_of_message(limits: Limits, kind: str, dispatch: Dispatch) -> timedelta:
    """How long a message uses up its sender."""
    mms = dispatch.num_media > 0 and kind == "long_code"
    rate = limits.mms_long_code if mms else rate_of(limits, kind)
    return cost_of(units_of(dispatch.num_segments, dispatch.num_media), rate)
