"""The journal of a bulk send: lines that say which rows were begun, and what became of them.

A line is written before what it allows: `B` before the first of its rows is sent, everything else
once it is known. Whatever instant ends the command, the lines up to there say of each row that it
was not begun, that it has ended, or that it is *open*: it may have been sent, and the platform
has to be asked.

    {"trunkline_bulk": 1, …}     the header: of which file, to which account, how
    B 1 256                      the rows 1 to 256 are begun
    B 1 256 0f3a…                the same, with the digest of what was read so far (of a pipe)
    S 17 SM…                     row 17 was sent as this message
    R 18 19 21211 "Invalid …"    row 18, in line 19 of the file, was refused with this code
    X 20 21 "it has 3 cells …"   row 20, in line 21, is broken
    D 22 23 "…"                  what became of row 22 cannot be told; it is not sent again
    U 24                         row 24 was not sent after all
    E                            all rows have ended
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = [
    "Damaged",
    "Ending",
    "Header",
    "State",
    "begun",
    "broken",
    "ended",
    "in_doubt",
    "put_back",
    "read_ending",
    "read_state",
    "refused",
    "sent",
]

VERSION = 1
LINE = re.compile(
    rb"B (\d+) (\d+)(?: ([0-9a-f]+))?|S (\d+) ((?:SM|MM)[0-9a-f]{32})|R (\d+) (\d+) (\d+) (\".*\")|"
    rb"X (\d+) (\d+) (\".*\")|D (\d+) (\d+) (\".*\")|U (\d+)|(E)"
)
MOST_BEGUN = 10_000  # rows by one line
SAMPLES = 200  # codes and sentences that a state keeps


class Damaged(ValueError):
    """It is no journal, or one that somebody changed: what it says cannot be relied on."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the rows are sent from, to whom, and how: the same for every run of one journal."""

    account: str  # SID
    since: str | None  # SID of the account's newest message before the first row
    size: int | None  # bytes of the file; None of a pipe
    digest: str | None  # of the file's content; None of a pipe
    settings: dict[str, Any]  # what decides how a row is read and sent
    started_at: str  # ISO 8601, UTC

    def line(self) -> str:
        """As it stands in the journal."""
        return json.dumps({"trunkline_bulk": VERSION, **asdict(self)}) + "\n"

    @classmethod
    def read(cls, line: bytes) -> Header:
        """Raises Damaged."""
        try:
            found = json.loads(line)
            version = found.pop("trunkline_bulk")
            header = cls(**found)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Damaged("It is no journal of a bulk send.") from None
        if version != VERSION:
            raise Damaged("It was written by another version of Trunkline.")
        return header


@dataclass
class State:
    """What a journal says, in memory that does not grow with the rows that have ended."""

    begun_to: int = 0  # this row and all before it were begun
    open: set[int] = field(default_factory=set)  # begun, and not known to have ended
    back: set[int] = field(default_factory=set)  # begun, and known not to have been sent
    sent: int = 0
    refused: Counter[int] = field(default_factory=Counter)  # by code
    sentences: dict[int, str] = field(default_factory=dict)  # the first one of each code
    broken: int = 0
    in_doubt: int = 0
    complete: bool = False
    digest: str | None = None  # of what was read up to the last row that was begun

    @property
    def ended(self) -> int:
        """How many rows have ended."""
        return self.sent + sum(self.refused.values()) + self.broken + self.in_doubt

    def apply(self, line: bytes) -> None:
        """Take one line, without its end. Raises Damaged for what cannot follow."""
        found = LINE.fullmatch(line)
        if found is None or self.complete:
            raise Damaged("A line cannot be understood.")
        kind = line[:1]
        if kind == b"E":
            if self.open or self.back:
                raise Damaged("It says that it is complete, and rows are missing.")
            self.complete = True
        elif kind == b"B":
            self._begin(int(found[1]), int(found[2]))
            self.digest = found[3].decode() if found[3] else self.digest
        elif kind == b"S":
            self._end(found[4])
            self.sent += 1
        elif kind == b"R":
            self._end(found[6])
            code = int(found[8])
            self.refused[code] += 1
            if len(self.sentences) < SAMPLES:
                self.sentences.setdefault(code, json.loads(found[9]))
        elif kind == b"X":
            self._end(found[10])
            self.broken += 1
        elif kind == b"D":
            self._end(found[13])
            self.in_doubt += 1
        else:
            self._end(found[16])
            self.back.add(int(found[16]))

    def _begin(self, first: int, last: int) -> None:
        if first == self.begun_to + 1 and first <= last < first + MOST_BEGUN:
            self.open.update(range(first, last + 1))
            self.begun_to = last
        elif first == last and first in self.back:
            self.back.remove(first)
            self.open.add(first)
        else:
            raise Damaged("A row is begun out of its turn.")

    def _end(self, number: bytes) -> None:
        try:
            self.open.remove(int(number))
        except KeyError:
            raise Damaged("A row has ended that was not begun.") from None


@dataclass(frozen=True, slots=True)
class Ending:
    """A row that was not sent: a line of a report."""

    line: int
    outcome: str  # refused, broken, in doubt
    code: int | None
    reason: str


def read_state(lines: Iterable[bytes]) -> tuple[State, int]:
    """The state after the lines below the header, and how many bytes of them are valid.

    What a killed command wrote in part, or a crashed machine in disorder, is left out: it holds
    no `B`, because its rows are sent only when all before it is on the disk. Raises Damaged.
    """
    state = State()
    valid = 0
    torn = False
    for line in lines:
        if torn:
            if line.startswith(b"B ") and line.endswith(b"\n") and LINE.fullmatch(line[:-1]):
                raise Damaged("It was changed by somebody else.")
            continue
        if not line.endswith(b"\n"):
            torn = True
            continue
        try:
            state.apply(line[:-1])
        except Damaged:
            torn = True
            if line.startswith(b"B "):
                raise
            continue
        valid += len(line)
    return state, valid


def read_ending(line: bytes) -> Ending | None:
    """The row that a line says was not sent; None of any other line."""
    if line[:1] not in (b"R", b"X", b"D") or (found := LINE.fullmatch(line.rstrip(b"\n"))) is None:
        return None
    if found[6]:
        return Ending(int(found[7]), "refused", int(found[8]), json.loads(found[9]))
    if found[10]:
        return Ending(int(found[11]), "broken", None, json.loads(found[12]))
    return Ending(int(found[14]), "in doubt", None, json.loads(found[15]))


def begun(first: int, last: int, digest: str | None = None) -> str:
    """The rows from the first to the last are about to be sent."""
    return f"B {first} {last} {digest}\n" if digest else f"B {first} {last}\n"


def sent(number: int, sid: str) -> str:
    """A row is a message."""
    return f"S {number} {sid}\n"


def refused(number: int, line: int, code: int, sentence: str) -> str:
    """A row was refused for good."""
    return f"R {number} {line} {code} {json.dumps(sentence)}\n"


def broken(number: int, line: int, reason: str) -> str:
    """A row cannot be sent."""
    return f"X {number} {line} {json.dumps(reason)}\n"


def in_doubt(number: int, line: int, reason: str) -> str:
    """Nobody can tell whether a row was sent."""
    return f"D {number} {line} {json.dumps(reason)}\n"


def put_back(number: int) -> str:
    """A row that was begun was not sent."""
    return f"U {number}\n"


def ended() -> str:
    """All rows have ended."""
    return "E\n"
