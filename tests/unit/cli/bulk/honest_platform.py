"""A platform in memory that is honest: what it accepted is there, and is told of when asked."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trunkline.cli.bulk.feed import Batch, Digested, fold
from trunkline.cli.bulk.journal import Header
from trunkline.cli.bulk.journal_file import Journal
from trunkline.cli.bulk.outcomes import Busy, Doubt, NotSent, Outcome, Refused, Sent
from trunkline.cli.bulk.platform import Found
from trunkline.cli.bulk.row import Fields, Item
from trunkline.cli.failure import Failure

REFUSED = "+1refused"
HEADER = Header(
    account="AC" + "0" * 32,
    since=None,
    size=None,
    digest=None,
    settings={},
    started_at="2026-03-04T05:06:07+00:00",
)

# What may happen to a request.
ANSWERED, ANSWER_LOST, REQUEST_LOST, LATE, BUSY, AWAY = range(6)


class Killed(Exception):
    """The command is killed: nothing of it happens any more."""


@dataclass
class HonestPlatform:
    """`fate` says what happens to each request."""

    fate: Callable[[], int] = lambda: ANSWERED
    messages: list[tuple[str, Fields]] = field(default_factory=list)
    dead: bool = False  # nobody is there to ask it
    _late: list[Fields] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def create(self, fields: Fields) -> Outcome:
        await asyncio.sleep(0)  # others are on their way
        if self.dead:
            raise Killed
        fate = self.fate()
        if fate == BUSY:
            return Busy(None)
        if fate == AWAY:
            return NotSent("refused")
        if fate == REQUEST_LOST:
            return Doubt("the connection broke")
        if dict(fields)["To"] == REFUSED:
            return Refused(21211, "Invalid") if fate == ANSWERED else Doubt("the connection broke")
        if fate == LATE:
            self._late.append(fields)
            return Doubt("the connection broke")
        sid = self._accept(fields)
        await asyncio.sleep(0)
        return Sent(sid) if fate == ANSWERED else Doubt("the connection broke")

    async def find(self, to: str, sender: str | None, since: str | None) -> AsyncIterator[Found]:
        if self.dead:
            raise Killed
        for sid, fields in reversed(self.messages):
            given = dict(fields)
            if given["To"] == to and sender in (None, given.get("From")) and sid > (since or ""):
                yield Found(sid, given.get("Body", ""))

    async def sleep(self, _: float) -> None:
        """Time passes: what was on its way is committed."""
        if self.dead:
            raise Killed
        late, self._late = self._late, []
        for fields in late:
            self._accept(fields)

    def arrived(self) -> Counter[Fields]:
        """What was accepted, and what will be."""
        return Counter([fields for _, fields in self.messages] + self._late)

    def _accept(self, fields: Fields) -> str:
        sid = f"SM{next(self._numbers):032x}"
        self.messages.append((sid, fields))
        return sid


class MortalJournal(Journal):
    """A journal whose command is killed in the moment in which so many bytes are written."""

    life: int | None = None
    platform: HonestPlatform

    def _write(self, text: str) -> None:
        data = text.encode()
        if self.life is None:
            super()._write(text)
            return
        if self.platform.dead:
            raise Killed
        kept = data[: self.life]
        self.life -= len(kept)
        super()._write(kept.decode("latin-1"))
        if len(kept) < len(data):
            self.platform.dead = True
            raise Killed

    def sync(self) -> None:
        if self.life is not None and self.platform.dead:
            raise Killed


def opened(path: Path, platform: HonestPlatform, life: int | None = None) -> MortalJournal:
    """Go on with a journal, or begin one."""
    journal = MortalJournal.resume(path) if path.exists() else None
    made = journal or MortalJournal.begin(path, HEADER)
    assert isinstance(made, MortalJournal)
    made.life, made.platform = life, platform
    return made


class InMemoryRows:
    """Rows of a list, in batches of these sizes over and over."""

    def __init__(self, items: list[Item], journal: Journal, sizes: list[int] | None = None) -> None:
        state = journal.state
        self._left: Iterator[Digested] = fold(
            items,
            begun_to=state.begun_to,
            wanted=frozenset(state.open | state.back),
            digest=None,
            piped=False,
            mismatch=lambda: Failure("changed"),
        )
        self._sizes = itertools.cycle(sizes or [256])

    async def take(self) -> Batch:
        taken = list(itertools.islice(self._left, next(self._sizes)))
        return Batch([each.item for each in taken], taken[-1].digest if taken else None)
