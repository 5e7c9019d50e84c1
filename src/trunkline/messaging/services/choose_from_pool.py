"""Choose the sender of a message from the pool of its service (behaviour 5.2).

A decision without side effects, but that the members of a group are used in turn. The order:
the sender that the recipient is used to; then by type – short code, alphanumeric sender, phone
numbers –; then by country, by area code, and evenly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trunkline.messaging.services.pool import Busy, Member, Pool, Rotation
from trunkline.numbers import country
from trunkline.numbers.overlays import area_codes_beside

__all__ = ["EMPTY_POOL", "NONE_USABLE", "Choice", "NoSender", "choose_from_pool", "never_busy"]

NONE_USABLE = 21703
EMPTY_POOL = 21704
NORTH_AMERICA = ("US", "CA")
HOME = "US"  # whose numbers are used where there is none of the recipient's country


@dataclass(frozen=True, slots=True)
class Choice:
    """The sender, and why it was this one. `as_link`: it sends no media, so that they become a
    link in the text (the MMS converter)."""

    member: Member
    reason: str  # "sticky", "channel", "short_code", "alphanumeric", "toll_free" …
    as_link: bool = False


class NoSender(Exception):
    """No sender of the pool can be used; the message fails with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def never_busy(_: str) -> bool:
    """For worlds without rates: nobody waits."""
    return False


def choose_from_pool(
    pool: Pool,
    recipient: str,
    *,
    media: bool,
    sticky: str | None = None,
    busy: Busy = never_busy,
) -> Choice:
    """The sender for `recipient`, who is used to `sticky`. Raises NoSender (21703, 21704)."""
    if pool.empty:
        raise NoSender(EMPTY_POOL)
    if media:
        chosen = _choose(pool, recipient, sticky, busy, lambda member: member.mms)
        if chosen is not None:
            return chosen
        if not pool.service.mms_converter or ":" in recipient:
            raise NoSender(NONE_USABLE)
    chosen = _choose(pool, recipient, sticky, busy, lambda _: True)
    if chosen is None:
        raise NoSender(NONE_USABLE)
    return Choice(chosen.member, chosen.reason, as_link=True) if media else chosen


def _choose(
    pool: Pool, recipient: str, sticky: str | None, busy: Busy, able: Callable[[Member], bool]
) -> Choice | None:
    def fits(member: Member) -> bool:
        return member.sender != recipient and able(member)

    prefix, colon, _ = recipient.partition(":")
    where = None if colon else country(recipient)
    channel = prefix if colon else None
    for member in () if sticky is None else pool.members.get(sticky, ()):
        if fits(member) and _still_serves(pool, member, recipient, channel, where):
            return Choice(member, "sticky")
    if colon:
        group = pool.channels.get(prefix)
        found = None if group is None else group.take(fits, busy)
        return None if found is None else Choice(found, "channel")
    for group, reason in _groups(pool, recipient, where):
        found = group.take(fits, busy)
        if found is not None:
            return Choice(found, reason)
    return None


def _groups(pool: Pool, recipient: str, where: str | None) -> Iterator[tuple[Rotation, str]]:
    """The groups of equals, best first."""
    key = where or ""
    if (group := pool.short_codes.get(key)) is not None:
        yield group, "short_code"
    if recipient[:2] != "+1":
        if where is not None and (group := pool.alphas.get(where)) is not None:
            yield group, "alphanumeric"
        if (group := pool.alphas.get("")) is not None:
            yield group, "alphanumeric"
    if where == "CA":
        yield pool.toll_free, "toll_free"
    if pool.service.area_code_geomatch and where in NORTH_AMERICA:
        code = recipient[2:5]
        for area in (code, *area_codes_beside(code)):
            if (group := pool.of_area.get(area)) is not None:
                yield group, "area_code"
    if (group := pool.of_country.get(key)) is not None:
        yield group, "country"
    if (group := pool.of_country.get(HOME)) is not None:
        yield group, "any"
    yield pool.numbers, "any"


def _still_serves(
    pool: Pool, member: Member, recipient: str, channel: str | None, where: str | None
) -> bool:
    """Whether the sender that a recipient is used to is still one for that recipient."""
    if channel is not None or member.kind == "channel":
        return member.sender.partition(":")[0] == channel
    north_american = recipient[:2] == "+1"
    if where is None:
        return member.kind not in ("short_code", "alphanumeric")
    if member.kind == "alphanumeric":
        return not north_american and member.iso_country in (None, where)
    if member.iso_country == where:
        return True
    if member.kind == "tollfree" and where in NORTH_AMERICA:
        return True
    if member.kind == "short_code":
        return False
    # Unless a sender of the recipient's own country has come since.
    own = (pool.of_country, pool.short_codes, {} if north_american else pool.alphas)
    return all(where not in group for group in own)
