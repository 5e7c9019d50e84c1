"""What a keyword brings about: who is blocked or let in, and what is answered (behaviour 4).

Pure: a text and what is known of the number that it came in at, to changes and replies.

Three speak for a number. The *platform* knows the default words, on long codes. The *service* that
has the number in its pool has words of its own where advanced opt-out is enabled. The toll-free
*network* knows STOP, START and UNSTOP, blocks the pair for itself, and is heard by nobody else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from trunkline.messaging.consents.model import Status
from trunkline.messaging.consents.service_words import ServiceWords, WordMatch
from trunkline.messaging.inbound.opt_out_keywords import (
    Keyword,
    KeywordMatch,
    classify,
    default_reply,
)

__all__ = ["Addressed", "KeywordEffect", "Understood", "decide_keyword", "kind_of", "understand"]

Kind = Literal["long_code", "toll_free", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """The number that was written to, as far as keywords go."""

    sender: str  # the number itself: the scope of a pair
    kind: Kind
    service: str | None = None  # SID of the service whose pool it is in
    words: ServiceWords | None = None  # of that service, where they are enabled

    @property
    def scopes(self) -> list[str]:
        """The scopes that a keyword at this number is about."""
        return [self.sender] if self.service is None else [self.sender, self.service]


@dataclass(frozen=True, slots=True)
class Understood:
    """Who takes a text for a keyword."""

    platform: KeywordMatch | None = None
    service: WordMatch | None = None
    network: KeywordMatch | None = None

    @property
    def depends_on_blocks(self) -> bool:
        """Whether what follows depends on what the writer has blocked before."""
        return self.platform is None or self.platform.keyword is Keyword.START


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordEffect:
    """What follows from a keyword. `reply` is the network's or the platform's, and no message of
    the account; `message` is the service's, and is one. `told` is OptOutType."""

    word: str
    changes: tuple[tuple[str, Status], ...] = ()  # scopes
    reply: str | None = None
    message: str | None = None
    told: Keyword | None = None


def kind_of(number_type: str, number: str) -> Kind:
    """The kind of a number, from `OwnNumber.type`. Short codes and channels have no default
    handling of keywords. The network that speaks for toll-free numbers is that of North America;
    elsewhere they are numbers as others are."""
    if number_type == "tollfree":
        return "toll_free" if number.startswith("+1") else "long_code"
    return "long_code" if number_type in ("local", "mobile", "national") else "other"


def understand(body: str, number: Addressed, country: str | None) -> Understood | None:
    """Who takes `body`, written from `country` (ISO 3166), for a keyword; None if nobody does."""
    toll_free = number.kind == "toll_free"
    if number.words is None:
        if number.kind == "other":
            return None
        match = classify(body, toll_free=toll_free)
        return None if match is None else Understood(platform=match)
    service = number.words.match(body, country)
    network = classify(body, toll_free=True) if toll_free else None
    if network is not None and network.keyword is Keyword.HELP:
        network = None  # that is the service's to answer
    return Understood(service=service, network=network) if service or network else None


def decide_keyword(
    understood: Understood, number: Addressed, blocked: Collection[str]
) -> KeywordEffect | None:
    """What follows. `blocked` are those of the number's scopes that are blocked for the writer.
    None when the text is an ordinary message after all: START of somebody who never left."""
    if understood.platform is not None:
        return _by_platform(understood.platform, number, blocked)
    return _by_service(understood.service, understood.network, number, blocked)


def _by_platform(
    match: KeywordMatch, number: Addressed, blocked: Collection[str]
) -> KeywordEffect | None:
    toll_free = number.kind == "toll_free"
    changes: tuple[tuple[str, Status], ...] = ()
    if match.keyword is Keyword.STOP:
        # The network blocks its pair whatever the platform does; a service leaves as a whole.
        scopes = number.scopes if toll_free else number.scopes[-1:]
        changes = tuple((scope, "blocked") for scope in scopes)
    elif match.keyword is Keyword.START:
        changes = _lifted(number.scopes, blocked)
        if not changes:
            return None
    reply = default_reply(match, toll_free=toll_free)
    return KeywordEffect(word=match.word, changes=changes, reply=reply)


def _by_service(
    match: WordMatch | None,
    network: KeywordMatch | None,
    number: Addressed,
    blocked: Collection[str],
) -> KeywordEffect:
    service = number.service or number.sender
    changes: tuple[tuple[str, Status], ...] = ()
    reply = None
    says = False  # whether the service answers, too
    keyword = match.keyword if match is not None else None
    if keyword is Keyword.STOP:
        changes = ((service, "blocked"),)
        says = network is None and not blocked  # who has left is not told again
    elif keyword is Keyword.START:
        # What the network blocked, a word that it does not know does not lift.
        mine = [service] if number.kind == "toll_free" and network is None else number.scopes
        changes = _lifted(mine, blocked)
        says = bool(changes) and {scope for scope, _ in changes} >= set(blocked)
    elif keyword is Keyword.HELP:
        says = not blocked
    if network is not None:
        stops = network.keyword is Keyword.STOP
        if stops:
            changes = ((number.sender, "blocked"), *changes)
        if stops or number.sender in blocked:
            reply = default_reply(network, toll_free=True)
    return KeywordEffect(
        word=match.word if match is not None else network.word if network is not None else "",
        changes=changes,
        reply=reply,
        message=match.reply if match is not None and says and match.reply else None,
        told=keyword,
    )


def _lifted(scopes: list[str], blocked: Collection[str]) -> tuple[tuple[str, Status], ...]:
    return tuple((scope, "allowed") for scope in scopes if scope in blocked)
