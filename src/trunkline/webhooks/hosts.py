"""Whose turn it is: requests wait in a line for each host and account, hosts take turns, and so do
the lines of a host.

A host that answers, one that was not heard of yet, and one that fails draw from separate shares
of the connections, so that any number of dead apps leaves those of healthy ones untouched. No
host and no account may use up a share. What is under way for long has a share of its own: a host
that hangs at its first request holds a place of the unknown ones for a second, not for fifteen.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

__all__ = ["ANSWERING", "FAILING", "LATE", "NEW", "Lines", "Share", "Standing", "Turn"]

Item = TypeVar("Item")


@dataclass(frozen=True)
class Share:
    """How many requests may be under way at once: in all, for one host, for one account."""

    most: int
    per_host: int
    per_account: int


class Standing(Enum):
    """What is known of a host; LATE is what is under way for long, whichever host it is to."""

    ANSWERING = "answering", Share(most=512, per_host=64, per_account=256)
    NEW = "new", Share(most=256, per_host=8, per_account=128)
    FAILING = "failing", Share(most=256, per_host=8, per_account=128)
    LATE = "late", Share(most=1024, per_host=0, per_account=512)

    def __init__(self, word: str, share: Share) -> None:
        # The word is there because members of an Enum that are equal would be one and the same.
        self.word = word
        self.share = share


ANSWERING, NEW, FAILING = Standing.ANSWERING, Standing.NEW, Standing.FAILING
LATE = Standing.LATE
REMEMBERED = 10_000  # hosts without anything waiting whose standing is known


class _Host:
    __slots__ = ("barred", "lines", "ready", "standing", "under_way")

    def __init__(self) -> None:
        self.standing = NEW
        self.under_way = 0
        self.lines = 0
        self.ready: deque[_Line] = deque()  # in the order of their turns
        self.barred: dict[_Line, None] = {}  # whose accounts have too much under way


class _Account:
    __slots__ = ("barred", "lines", "under_way")

    def __init__(self) -> None:
        self.lines = 0
        self.under_way = dict.fromkeys(Standing, 0)
        self.barred: dict[Standing, OrderedDict[_Line, None]] = {s: OrderedDict() for s in Standing}


@dataclass(slots=True, eq=False)
class _Line:
    host: _Host
    account: _Account
    key: tuple[str, str]
    waiting: deque[object] = field(default_factory=deque)
    under_way: int = 0
    in_turn: bool = False  # ready, or barred


@dataclass(slots=True, eq=False)
class Turn(Generic[Item]):
    """An item whose turn has come, to be given back with `Lines.end`."""

    item: Item
    line: _Line
    standing: Standing  # whose share it takes of


class _Group:
    """The hosts of one standing."""

    def __init__(self) -> None:
        self.under_way = 0
        self.rotation: OrderedDict[_Host, None] = OrderedDict()  # with a ready line and a place
        # Accounts with barred lines of which one or more requests have ended since.
        self.freed: dict[_Account, None] = {}


class Lines(Generic[Item]):
    """The lines of all hosts and accounts."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._idle: OrderedDict[str, None] = OrderedDict()  # hosts without lines, the oldest first
        self._accounts: dict[str, _Account] = {}
        self._lines: dict[tuple[str, str], _Line] = {}
        self._groups = {standing: _Group() for standing in Standing}

    def add(self, host: str, account: str, item: Item) -> None:
        """Let an item wait."""
        line = self._lines.get((host, account))
        if line is None:
            line = self._open(host, account)
        line.waiting.append(item)
        self._enter(line)

    def turns(self) -> Iterator[Turn[Item]]:
        """Every item that may begin now."""
        for standing, group in self._groups.items():
            share = standing.share
            while group.under_way < share.most and (group.rotation or self._call_back(standing)):
                host, _ = group.rotation.popitem(last=False)
                line = host.ready.popleft()
                if line.account.under_way[standing] < share.per_account:
                    turn = self._begin(line, standing)
                    self._rotate(host)
                    yield turn
                else:
                    line.account.barred[standing][line] = None
                    host.barred[line] = None
                    self._rotate(host)

    def end(self, turn: Turn[Item], *, answered: bool | None) -> None:
        """An item is done with. `answered` tells how the host stands now; None: nothing new."""
        line = turn.line
        host, account, group = line.host, line.account, self._groups[turn.standing]
        line.under_way -= 1
        host.under_way -= 1
        account.under_way[turn.standing] -= 1
        group.under_way -= 1
        if account.barred[turn.standing]:
            group.freed[account] = None
        if answered is not None:
            self._stand(host, ANSWERING if answered else FAILING)
        self._rotate(host)
        self._close(line)

    def late(self, turn: Turn[Item]) -> bool:
        """Let a turn that takes long take of the share for such, so that others have its place;
        False when that share is used up. Its host stands as before: it may answer yet."""
        account, late = turn.line.account, self._groups[LATE]
        share = LATE.share
        if turn.standing is LATE:
            return True
        if late.under_way >= share.most or account.under_way[LATE] >= share.per_account:
            return False
        group = self._groups[turn.standing]
        group.under_way -= 1
        account.under_way[turn.standing] -= 1
        if account.barred[turn.standing]:
            group.freed[account] = None
        late.under_way += 1
        account.under_way[LATE] += 1
        turn.standing = LATE
        return True

    def standing(self, host: str) -> Standing:
        """How a host stands."""
        found = self._hosts.get(host)
        return NEW if found is None else found.standing

    def waiting(self, host: str, account: str) -> int:
        """How many items wait in a line."""
        line = self._lines.get((host, account))
        return 0 if line is None else len(line.waiting)

    def _open(self, host: str, account: str) -> _Line:
        line = _Line(
            self._hosts.setdefault(host, _Host()),
            self._accounts.setdefault(account, _Account()),
            (host, account),
        )
        self._idle.pop(host, None)
        line.host.lines += 1
        line.account.lines += 1
        self._lines[line.key] = line
        return line

    def _close(self, line: _Line) -> None:
        """Forget what is of no more use: there may be any number of hosts in the long run."""
        if line.waiting or line.under_way:
            return
        host, account = line.key
        del self._lines[line.key]
        line.host.lines -= 1
        line.account.lines -= 1
        if not line.account.lines:
            del self._accounts[account]
        if line.host.lines:
            return
        if line.host.standing is NEW:  # nothing is known of it
            del self._hosts[host]
            return
        self._idle[host] = None
        if len(self._idle) > REMEMBERED:
            oldest, _ = self._idle.popitem(last=False)
            del self._hosts[oldest]

    def _begin(self, line: _Line, standing: Standing) -> Turn[Item]:
        item: Item = line.waiting.popleft()  # type: ignore[assignment]
        line.in_turn = False
        line.under_way += 1
        line.host.under_way += 1
        line.account.under_way[standing] += 1
        self._groups[standing].under_way += 1
        self._enter(line)
        return Turn(item, line, standing)

    def _enter(self, line: _Line) -> None:
        """Let a line stand behind the others of its host."""
        if line.waiting and not line.in_turn:
            line.in_turn = True
            line.host.ready.append(line)
            self._rotate(line.host)

    def _rotate(self, host: _Host) -> None:
        """Let a host stand behind the others of its standing, unless it stands there, or has
        nothing to begin."""
        if host.ready and host.under_way < host.standing.share.per_host:
            self._groups[host.standing].rotation.setdefault(host)

    def _call_back(self, standing: Standing) -> bool:
        """Let a barred line of each account that has a place again stand with its host; whether a
        host has its turn by that."""
        group = self._groups[standing]
        while group.freed and not group.rotation:
            for account in list(group.freed):
                barred = account.barred[standing]
                if not barred or account.under_way[standing] >= standing.share.per_account:
                    del group.freed[account]
                    continue
                line, _ = barred.popitem(last=False)
                del line.host.barred[line]
                line.host.ready.append(line)
                self._rotate(line.host)
        return bool(group.rotation)

    def _stand(self, host: _Host, standing: Standing) -> None:
        if host.standing is standing:
            return
        self._groups[host.standing].rotation.pop(host, None)
        # There are few of these: only so many accounts can have that much under way.
        for line in host.barred:
            del line.account.barred[host.standing][line]
            host.ready.append(line)
        host.barred.clear()
        host.standing = standing
