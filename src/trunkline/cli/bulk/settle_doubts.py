"""What became of rows that may have been sent: the platform is asked, and never told again.

A message answers for a row when it went to the row's recipient from the row's sender with the
row's text after the journal was begun, and the journal does not know it as another row's. A
message whose text was forgotten since (redacted, or not kept) answers for any text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from trunkline.cli.bulk.platform import Found, NotFoundOut, Platform
from trunkline.cli.bulk.row import Fields, Row
from trunkline.messaging.text.smart_encoding import replace_lookalikes

__all__ = ["SETTLED_AFTER", "Unclear", "Verdict", "assign", "settle"]

# Seconds between two looks: by then a request that was under way when its connection broke has
# been committed, or never will be.
SETTLED_AFTER = 2.0
MOST_LOOKS = 10


class Unclear(NamedTuple):
    """It cannot be told whether a row was sent, now or later."""

    reason: str


Verdict = str | Unclear | None  # the message that the row became; None: it was not sent
Known = Callable[[set[str]], Awaitable[set[str]]]
Pair = tuple[str, str | None]  # recipient and sender, as they are written in the rows
Seen = dict[Pair, list[Found] | None]


async def settle(
    rows: Sequence[Row],
    platform: Platform,
    *,
    since: str | None,
    known: Known,
    pause: Callable[[float], Awaitable[None]],
) -> dict[int, Verdict]:
    """The verdict on each row by its number. Raises NotFoundOut as long as nobody answers.

    `known` tells which messages the journal knows. Nothing may be on its way meanwhile.
    """
    pairs: dict[Pair, list[Row]] = {}
    for row in rows:
        pairs.setdefault((row.first("To") or "", row.first("From")), []).append(row)
    verdicts: dict[int, Verdict] = {}
    missing: int | None = None
    for look in range(MOST_LOOKS):
        if look:
            await pause(SETTLED_AFTER)
        seen = await _look(pairs, platform, since, known)
        for same in _that_share(seen):
            found = assign([row for pair in same for row in pairs[pair]], _all_of(seen, same))
            verdicts |= found
            if all(isinstance(verdict, str) for verdict in found.values()):
                for pair in same:
                    del pairs[pair]  # another look changes nothing
        before, missing = missing, sum(not isinstance(each, str) for each in verdicts.values())
        if missing in (0, before):
            break
    return verdicts


def assign(rows: Sequence[Row], found: Iterable[Found] | None) -> dict[int, Verdict]:
    """The verdicts on rows of one recipient and sender; `found` is what the journal does not
    know, None where the platform would not say."""
    if found is None:
        return {row.number: Unclear("the platform does not list its recipient") for row in rows}
    texts: dict[str, list[Row]] = {}
    for row in rows:
        texts.setdefault(_text(row.first("Body")), []).append(row)
    there: dict[str, list[str]] = {}
    for message in found:
        there.setdefault(_text(message.body), []).append(message.sid)
    verdicts: dict[int, Verdict] = {}
    for text, some in texts.items():
        verdicts |= _shared(some, there.pop(text, []))
    left = [row for row in rows if verdicts[row.number] is None and row.first("Body")]
    forgotten = there.get("", [])
    if left and forgotten:
        verdicts |= _shared(left, forgotten)
    for row in rows:
        masked = (row.first("AddressRetention") or "").lower() == "obfuscate"
        if masked and verdicts[row.number] is None:
            verdicts[row.number] = Unclear("its recipient may have been masked since")
    return verdicts


def _that_share(seen: Seen) -> list[list[Pair]]:
    """The pairs, together where they have a message in common: `+14155550123` and
    `+1 415 555 0123` are one recipient to the platform, and a message is one row's."""
    together: dict[Pair, list[Pair]] = {}
    first: dict[str, Pair] = {}
    for pair, found in seen.items():
        mine = together[pair] = [pair]
        for message in found or ():
            theirs = together[first.setdefault(message.sid, pair)]
            if theirs is not mine:
                theirs += mine
                together |= dict.fromkeys(mine, theirs)
                mine = theirs
    return list({id(each): each for each in together.values()}.values())


def _all_of(seen: Seen, same: Sequence[Pair]) -> Iterable[Found] | None:
    """What was found for some pairs, each message once, newest first."""
    if len(same) == 1:
        return seen[same[0]]
    found = {message.sid: message for pair in same for message in seen[pair] or ()}
    return sorted(found.values(), key=lambda message: message.sid[2:], reverse=True)


def _text(body: str | None) -> str:
    """A text as smart encoding would make it, which may have changed what was stored."""
    return replace_lookalikes(body or "")


def _but_recipient(row: Row) -> Fields:
    return tuple(field for field in row.fields if field[0] != "To")


def _shared(rows: Sequence[Row], sids: Sequence[str]) -> dict[int, Verdict]:
    """Who of rows that look the same to the platform has which message."""
    if 0 < len(sids) < len(rows) and len({_but_recipient(row) for row in rows}) > 1:
        reason = f"{len(sids)} of {len(rows)} rows with its text was sent, and not which"
        return {row.number: Unclear(reason) for row in rows}
    # Messages come newest first, and rows in their order: the oldest is the first row's.
    taken = list(reversed(sids))
    return {
        row.number: taken[place] if place < len(taken) else None for place, row in enumerate(rows)
    }


async def _look(
    pairs: dict[Pair, list[Row]],
    platform: Platform,
    since: str | None,
    known: Known,
) -> Seen:
    places = asyncio.Semaphore(8)

    async def ask(to: str, sender: str | None) -> list[Found] | None:
        # A million messages to one recipient are read, and only those that count are kept.
        texts = {"", *(_text(row.first("Body")) for row in pairs[to, sender])}
        async with places:
            try:
                seen = platform.find(to, sender, since)
                return [message async for message in seen if _text(message.body) in texts]
            except NotFoundOut as error:
                if error.for_now:
                    raise
                return None

    asked = [asyncio.ensure_future(ask(*pair)) for pair in pairs]
    try:
        answers = await asyncio.gather(*asked)
    except BaseException:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        raise
    told = await known({message.sid for answer in answers for message in answer or ()})
    return {
        pair: None if answer is None else [m for m in answer if m.sid not in told]
        for pair, answer in zip(pairs, answers, strict=True)
    }
