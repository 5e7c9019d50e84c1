"""The senders of a service, sorted so that the one for a recipient is found without a search.

Made once for a state of the service and of the numbers; a campaign asks it for every message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from trunkline.messaging.services.model import Service
from trunkline.numbers import OwnNumber

__all__ = ["FindNumber", "Member", "Pool", "Rotation"]

FindNumber = Callable[[str, str], OwnNumber | None]  # by world and number


@dataclass(frozen=True, slots=True)
class Member:
    """A sender that may be used, and what it can do."""

    sender: str
    kind: str  # "short_code", "alphanumeric", "channel", or the type of a number: "local" …
    iso_country: str | None  # of a number or short code; None: anywhere
    mms: bool


class Busy(Protocol):
    """Asks how much a sender has to do."""

    def __call__(self, sender: str, /) -> bool:
        """Whether messages wait for this sender's turn."""


class Rotation:
    """Members that are as good as each other, used in turn (5.2: an even spread)."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)
        self._next = 0

    def __bool__(self) -> bool:
        return bool(self.members)

    def take(self, fits: Callable[[Member], bool], busy: Busy) -> Member | None:
        """The next one that fits, one that is not busy first; None when none fits."""
        count = len(self.members)
        fitting: int | None = None
        for step in range(count):
            place = (self._next + step) % count
            member = self.members[place]
            if not fits(member):
                continue
            if not busy(member.sender):
                self._next = (place + 1) % count
                return member
            if fitting is None:
                fitting = place
        if fitting is None:
            return None
        self._next = (fitting + 1) % count
        return self.members[fitting]


class Pool:
    """The usable senders of one service. `empty` tells a pool without any entry (21704) from one
    of which nothing can be used (21703)."""

    def __init__(self, service: Service, find: FindNumber) -> None:
        self.service = service
        self.empty = True
        # By sender: more than one of an alphanumeric sender that is there for several countries.
        self.members: dict[str, list[Member]] = {}
        self.alphas: dict[str, Rotation] = {}
        short_codes: defaultdict[str, list[Member]] = defaultdict(list)
        alphas: defaultdict[str, list[Member]] = defaultdict(list)
        channels: defaultdict[str, list[Member]] = defaultdict(list)
        numbers: list[Member] = []
        for entry in service.senders:
            if entry.kind in ("alpha", "destination_alpha"):
                self.empty = False
                member = Member(entry.sender, "alphanumeric", entry.iso_country, mms=False)
                alphas[entry.iso_country or ""].append(member)
                self.members.setdefault(member.sender, []).append(member)
                continue
            own = find(service.world_id, entry.sender)
            if own is None or own.sid != entry.sid:
                continue  # released a moment ago, or bought again: it is about to leave the pool
            self.empty = False
            # Given to another account, a channel's sender that is not online, or a number that was
            # never able to send a text.
            if own.account_sid != service.account_sid or not own.sms_capable:
                continue
            if entry.kind == "channel":
                member = Member(entry.sender, "channel", None, own.mms_capable)
                channels[own.type].append(member)
            else:
                member = Member(entry.sender, own.type, own.iso_country, own.mms_capable)
                if entry.kind == "short_code":
                    short_codes[own.iso_country].append(member)
                else:
                    numbers.append(member)
            self.members[member.sender] = [member]
        self.short_codes = {key: Rotation(found) for key, found in short_codes.items()}
        self.alphas = {key: Rotation(found) for key, found in alphas.items()}
        self.channels = {key: Rotation(found) for key, found in channels.items()}
        self.numbers = Rotation(numbers)
        self.of_country = _grouped(numbers, lambda member: member.iso_country)
        self.of_area = _grouped(numbers, _area)
        self.toll_free = Rotation([m for m in numbers if m.kind == "tollfree"])


def _grouped(members: Sequence[Member], key: Callable[[Member], str | None]) -> dict[str, Rotation]:
    groups: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        name = key(member)
        if name is not None:
            groups[name].append(member)
    return {name: Rotation(found) for name, found in groups.items()}


def _area(member: Member) -> str | None:
    """The area code of a North American number that has a place."""
    number = member.sender
    return number[2:5] if number[:2] == "+1" and member.kind != "tollfree" else None
