"""Calls that wait for their turn: an account dials so many calls a second (behaviour 6.1).

What is more waits, in the order in which it came, in the time of its world. The rows of `calls`
say `queued` all the while, so a restart loses nothing but the place in line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from trunkline.messaging.rates.bucket import Bucket, cost_of
from trunkline.voice.model import NewCall
from trunkline.worlds import Later, Limits, Worlds

__all__ = ["CallQueue"]

LINES_KEPT = 1_000  # accounts, below which nothing is tidied up

Line = tuple[str, str]  # world id and account id


class CallLimits(Protocol):
    """What worlds limit."""

    def of(self, world_id: str) -> Limits | None:
        """The limits of a world; None: nothing is limited."""


class _Line:
    """The calls of one account in one world."""

    def __init__(self, key: Line, now: datetime) -> None:
        self.key = key
        self.bucket = Bucket(now)
        self.waiting: OrderedDict[str, NewCall] = OrderedDict()
        self.placed = False  # among those that wait for a time


class CallQueue:
    """Calls `dial` with each call when its turn comes; at once where nothing is limited.

    It is the due work of `AdvanceClock`, too: moving the clock lets calls begin at their times.
    """

    def __init__(self, worlds: Worlds, limits: CallLimits, dial: Callable[[NewCall], None]) -> None:
        self._worlds = worlds
        self._limits = limits
        self._dial = dial
        self._lines: dict[Line, _Line] = {}
        self._of_call: dict[str, _Line] = {}
        self._later: dict[str, Later[_Line]] = {}
        self._tidy_at = LINES_KEPT

    def __call__(self, call: NewCall) -> None:
        """Let a call begin when its turn comes."""
        limits = self._limits.of(call.world_id)
        if limits is None:
            self._dial(call)
            return
        if call.sid in self._of_call:
            return
        line = self._line(call.world_id, call.account_id)
        line.waiting[call.sid] = call
        self._of_call[call.sid] = line
        self._turn(line)

    def cancel(self, sid: str) -> NewCall | None:
        """A call that waited, and does so no more: its status is for the caller to commit."""
        line = self._of_call.pop(sid, None)
        return None if line is None else line.waiting.pop(sid)

    def limit(self, sid: str, seconds: int) -> bool:
        """Let a call that waits last no longer than so many seconds; False: it does not wait."""
        line = self._of_call.get(sid)
        if line is None:
            return False
        call = line.waiting[sid]
        line.waiting[sid] = replace(call, options={**call.options, "time_limit": seconds})
        return True

    def knows(self, sid: str) -> bool:
        """Whether a call waits here."""
        return sid in self._of_call

    def room_for(self, world_id: str, account_id: str) -> bool:
        """Whether one more call of an account may wait: no more than its queue holds
        (`queue_seconds` of its rate). Otherwise it is refused (22005)."""
        limits = self._limits.of(world_id)
        if limits is None:
            return True
        line = self._lines.get((world_id, account_id))
        waiting = 0 if line is None else len(line.waiting)
        return waiting < max(limits.calls_per_second * limits.queue_seconds, 1)

    def waits(self, sid: str) -> datetime | None:
        """The world time at which a call that waits may begin; None: it does not wait."""
        line = self._of_call.get(sid)
        limits = None if line is None else self._limits.of(line.key[0])
        if line is None or limits is None:
            return None
        ahead = list(line.waiting).index(sid)
        return line.bucket.next_free + ahead * cost_of(1, limits.calls_per_second)

    def changed(self, world_id: str, before: Limits | None, after: Limits | None) -> None:
        """The limits of a world were changed: they hold at once, also for what waits."""
        for line in [line for line in self._lines.values() if line.key[0] == world_id]:
            if before is not None and after is not None:
                factor = before.calls_per_second / after.calls_per_second
                line.bucket.rescale(self._now(world_id), factor)
            if line.placed:
                self._later[world_id].remove(line)
                line.placed = False
            self._turn(line)

    def forget_world(self, world_id: str) -> None:
        """Drop what waits of a world that is emptied."""
        for key in [key for key in self._lines if key[0] == world_id]:
            for sid in self._lines.pop(key).waiting:
                del self._of_call[sid]
        if world_id in self._later:
            self._later[world_id].clear()

    # For `clock advance` --------------------------------------------------------------------------
    def is_idle(self, world_id: str) -> bool:
        """Always: what is due begins at once, and is a session's from then on."""
        return True

    async def idle(self, world_id: str) -> None:
        """See `is_idle`."""

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """All that waits is in memory."""
        return 0

    async def earliest(self, world_id: str) -> datetime | None:
        """The world time of the next turn."""
        later = self._later.get(world_id)
        return None if later is None else later.earliest

    def stop(self) -> None:
        """Let no turn come any more: what waits is dialled after the next start."""
        for later in self._later.values():
            later.stop()

    # Within -----------------------------------------------------------------------------------
    def _line(self, world_id: str, account_id: str) -> _Line:
        key = (world_id, account_id)
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= self._tidy_at:
                self._tidy()
            line = self._lines[key] = _Line(key, self._now(world_id))
        return line

    def _tidy(self) -> None:
        """Forget the accounts that have called, and may call again."""
        for key, line in list(self._lines.items()):
            if not line.waiting and not line.placed and line.bucket.ready(self._now(key[0])):
                del self._lines[key]
        self._tidy_at = 2 * len(self._lines) + LINES_KEPT

    def _turn(self, line: _Line) -> None:
        """Dial what may be dialled now; let the rest wait for its time."""
        world_id = line.key[0]
        limits = self._limits.of(world_id)
        while line.waiting and not line.placed:
            now = self._now(world_id)
            if limits is not None and not line.bucket.ready(now):
                line.placed = True
                self._later_of(world_id).add(line.bucket.next_free, line)
                return
            sid, call = line.waiting.popitem(last=False)
            del self._of_call[sid]
            if limits is not None:
                line.bucket.take(now, cost_of(1, limits.calls_per_second))
            self._dial(call)

    def _due(self, line: _Line) -> None:
        line.placed = False
        self._turn(line)

    def _later_of(self, world_id: str) -> Later[_Line]:
        later = self._later.get(world_id)
        if later is None:
            later = self._later[world_id] = Later(self._worlds.clock(world_id), self._due)
        return later

    def _now(self, world_id: str) -> datetime:
        return self._worlds.clock(world_id).now()
