"""Values of rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from trunkline.store.group_commit import Refused

__all__ = ["Key", "Lease", "LeaseLost", "Turn", "Waiting"]


class Key(NamedTuple):
    """A sender's queue. `timeline` is `world` for virtual phones, `real` for real carriers: their
    times are not each other's."""

    world_id: str
    sender: str
    timeline: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Who sends for a sender, for the how-manieth time that changed, and from when on the sender
    has credit."""

    owner: str
    term: int
    next_free: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message used up, to be written with its submission. `account_id` is given where
    the rate of the account's messages with media was used up, too."""

    key: Key
    term: int
    next_free: datetime
    account_id: str | None = None
    account_next_free: datetime | None = None


class LeaseLost(Refused):
    """Another node sends for this sender by now: the message is not to be submitted here."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a message waits for its sender: how fast that sends (segments a second), how many
    segments are ahead, and when its turn is expected (world time, or real time with a real
    carrier; None where that is not known)."""

    sender_type: str
    rate: float
    ahead: int
    expected_at: datetime | None
