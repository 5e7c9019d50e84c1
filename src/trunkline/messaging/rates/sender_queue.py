"""The messages that wait for one sender, first in, first out, and what is known of its credit."""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from trunkline.messaging.model import Dispatch
from trunkline.messaging.rates.bucket import Bucket
from trunkline.messaging.rates.model import Key, Lease
from trunkline.store import Job

__all__ = ["SenderQueue", "expiry_of"]

MOMENT = timedelta(microseconds=1)
LetGo = tuple[float, Dispatch, Job]  # since when, and with which turn
SPARE = 64  # entries of messages that are gone before they are cleared away
RECOUNT = 0.05  # real seconds between counts of what is not submitted


def expiry_of(dispatch: Dispatch) -> datetime:
    """The first moment (world time) at which a message has waited for longer than it is valid."""
    return dispatch.created_at + timedelta(seconds=dispatch.validity) + MOMENT


class SenderQueue:
    """One queue. Without a `term` this node has no lease of the sender, as far as it knows."""

    def __init__(self, key: Key, kind: str) -> None:
        self.key = key
        self.kind = kind
        self.bucket: Bucket | None = None
        self.term: int | None = None
        self.wanted = False  # somebody asks for the lease
        self.used_at = 0.0  # loop time
        # When it is to be looked at again, by the clock of its world and by real time.
        self.wakes: dict[str, datetime] = {}
        # What was given a turn, and when (loop time): until it is known to be submitted, or gone.
        self.let_go: deque[LetGo] = deque()
        # How many of them were late when that was counted last, and how many came since.
        self._stale, self._counted, self._fresh = 0, float("-inf"), 0
        self._waiting: OrderedDict[str, Dispatch] = OrderedDict()
        self._expiries: list[tuple[datetime, int, str]] = []
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, sid: str) -> bool:
        return sid in self._waiting

    @property
    def head(self) -> Dispatch | None:
        """The next one."""
        return next(iter(self._waiting.values()), None)

    def all(self) -> list[Dispatch]:
        """What waits, the next one first."""
        return list(self._waiting.values())

    def hold(self, lease: Lease) -> None:
        """The lease is ours. What was used up since it was read counts as well."""
        next_free = lease.next_free
        if self.bucket is not None and self.term == lease.term:
            next_free = max(next_free, self.bucket.next_free)
        self.bucket, self.term = Bucket(next_free), lease.term

    def lose(self) -> None:
        """The lease is not ours any more."""
        self.bucket = self.term = None

    def add(self, dispatch: Dispatch) -> None:
        """Let a message wait behind the others."""
        self._waiting[dispatch.sid] = dispatch
        entry = (expiry_of(dispatch), next(self._order), dispatch.sid)
        heapq.heappush(self._expiries, entry)

    def pop(self) -> Dispatch:
        """Take the next one."""
        _, dispatch = self._waiting.popitem(last=False)
        self._clear_away()
        return dispatch

    def remove(self, sid: str) -> None:
        """Take one, wherever it stands."""
        self._waiting.pop(sid, None)
        self._clear_away()

    def clear(self) -> None:
        """Nothing waits any more, and nobody looks at it again: a timer may still refer to it."""
        self._waiting.clear()
        self._expiries.clear()
        self.let_go.clear()
        self.wakes.clear()

    def pop_expired(self, now: datetime) -> list[Dispatch]:
        """Take those that have waited for longer than they are valid, by the world's time."""
        expired = []
        while self._expiries and self._expiries[0][0] <= now:
            _, _, sid = heapq.heappop(self._expiries)
            dispatch = self._waiting.get(sid)
            # It may be another one of the same message, which was read again.
            if dispatch is not None and expiry_of(dispatch) <= now:
                del self._waiting[sid]
                expired.append(dispatch)
        return expired

    def note_let_go(self, moment: float, dispatch: Dispatch, turn: Job) -> None:
        """A message was given its turn (loop time)."""
        self.let_go.append((moment, dispatch, turn))
        self._fresh += 1

    def count_stale(self, since: float, knows: Callable[[str], bool], spare: float = 0.0) -> int:
        """How many were let go before that (loop time), and are neither submitted nor gone.

        Asked with each message, of thousands in a slow lane: what was counted just now holds
        while no more than `spare` were let go since.
        """
        while self.let_go and _is_over(self.let_go[0], knows):
            self.let_go.popleft()
        if not self.let_go or self.let_go[0][0] > since:
            return 0
        if self._fresh > spare or since - self._counted >= RECOUNT:
            self.let_go = deque(entry for entry in self.let_go if not _is_over(entry, knows))
            self._stale = sum(1 for moment, _, _ in self.let_go if moment <= since)
            self._counted, self._fresh = since, 0
        return self._stale

    @property
    def expiry(self) -> datetime | None:
        """The world time at which the next of what waits has waited for too long."""
        while self._expiries and self._expiries[0][2] not in self._waiting:
            heapq.heappop(self._expiries)
        return self._expiries[0][0] if self._expiries else None

    def _clear_away(self) -> None:
        if len(self._expiries) > 2 * len(self._waiting) + SPARE:
            self._expiries = [entry for entry in self._expiries if entry[2] in self._waiting]
            heapq.heapify(self._expiries)


def _is_over(entry: LetGo, knows: Callable[[str], bool]) -> bool:
    _, dispatch, turn = entry
    return dispatch.turn is not turn or not knows(dispatch.sid)
