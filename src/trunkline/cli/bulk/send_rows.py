"""Send rows over many connections, each once, and write down what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from trunkline.cli.bulk import journal as told
from trunkline.cli.bulk.feed import Batch, Rows
from trunkline.cli.bulk.journal_file import Journal, JournalLost
from trunkline.cli.bulk.outcomes import Busy, Doubt, NotSent, Outcome, Refused, Sent, Unwelcome
from trunkline.cli.bulk.pace import Pace
from trunkline.cli.bulk.pending import Pending
from trunkline.cli.bulk.platform import NotFoundOut, Platform
from trunkline.cli.bulk.row import Broken, Row
from trunkline.cli.bulk.settle_doubts import Unclear, settle
from trunkline.cli.failure import Failure

__all__ = ["SendRows", "Stopped"]

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0  # seconds before something is tried again
PATIENCE = 120.0  # seconds for which the platform may be away
MOST_DOUBTS = 8  # of one row: then it is the row that brings the platform down


class Stopped(Failure):
    """Somebody asked for an end."""


class SendRows:
    """One run over the rows of a file.

    When a request was sent and its answer is not known, no more rows are taken until all others
    are answered and the platform has told what became of it. `stop` ends the run in order.
    """

    def __init__(
        self,
        rows: Rows,
        journal: Journal,
        platform: Platform,
        *,
        at_once: int,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._rows = rows
        self._journal = journal
        self._platform = platform
        self._at_once = at_once
        self._pace = pace
        self._sleep = sleep
        self._now = now or asyncio.get_running_loop().time
        self.asked = 0  # rows in doubt that the platform was asked about
        self.found = 0  # and had
        self._pending = Pending()
        self._doubtful: list[tuple[Row, str]] = []
        self._doubts: dict[int, int] = {}  # how often, by row
        self._held = asyncio.Event()
        self._stopped = asyncio.Event()
        self._away_since: float | None = None
        self._away: str = ""
        self._failure: Failure | None = None
        self._first: Batch | None = None

    def stop(self, reason: Failure | None = None) -> None:
        """Take no more rows; what is on its way may end."""
        self._failure = self._failure or reason or Stopped("Stopped.")
        self._stopped.set()
        self._hold()

    async def __call__(self) -> None:
        """Send all rows. Raises Failure with the reason for which it stopped before the end."""
        try:
            await self._recover()
        except Failure as failure:
            self.stop(failure)
        filling = asyncio.create_task(self._fill())
        filling.add_done_callback(self._note_end_of_filling)
        try:
            while self._failure is None:
                self._held.clear()
                self._pending.release()
                await asyncio.gather(*(self._lane() for _ in range(self._at_once)))
                if not self._held.is_set():
                    break
                await self._settle()
        finally:
            filling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await filling
        self._finish()

    async def _recover(self) -> None:
        """Find out about the rows that an earlier run had begun."""
        state = self._journal.state
        begun_to = state.begun_to
        if not state.open and not state.back:
            return
        while True:
            batch = await self._rows.take()
            for place, item in enumerate(batch.items):
                if item.number > begun_to:
                    self._first = Batch(batch.items[place:], batch.digest)
                    break
                if item.number in state.back:
                    self._journal.append(told.begun(item.number, item.number))
                    if isinstance(item, Row):
                        self._pending.extend([item])
                        continue
                if isinstance(item, Broken):
                    self._journal.append(told.broken(*item))
                else:
                    self._doubtful.append((item, "an earlier run ended before its answer"))
            if self._first is not None or not batch.items:
                break
        # Those that were put back may be sent from now on: the disk has to know that first.
        await asyncio.to_thread(self._journal.sync)
        await self._settle()

    async def _fill(self) -> None:
        """Begin rows as long as there are any."""
        try:
            while self._failure is None:
                await self._pending.room()
                batch, self._first = self._first or await self._rows.take(), None
                if not batch.items:
                    self._pending.end()
                    return
                await self._begin(batch)
        except Failure as failure:
            self.stop(failure)

    async def _begin(self, batch: Batch) -> None:
        items = batch.items
        self._journal.append(
            told.begun(items[0].number, items[-1].number, batch.digest),
            *(told.broken(*item) for item in items if isinstance(item, Broken)),
        )
        try:
            await asyncio.to_thread(self._journal.sync)
        except JournalLost as failure:
            self.stop(failure)
        finally:  # also when it is cancelled meanwhile: then they are put back
            self._pending.extend(item for item in items if isinstance(item, Row))

    async def _lane(self) -> None:
        """Send one row after the other."""
        refusals = 0
        while (row := await self._pending.take()) is not None:
            if (seconds := self._pace.wait()) > 0:
                await self._pause(seconds, self._held)
                if self._held.is_set():
                    self._pending.put_back(row)
                    return
            outcome = await self._platform.create(row.fields)
            if isinstance(outcome, Busy):
                refusals += 1
                await self._pause(outcome.seconds or _back_off(refusals), self._held)
                self._pending.put_back(row)
                continue
            refusals = 0
            try:
                self._note(row, outcome)
            except JournalLost as failure:
                self.stop(failure)

    def _note(self, row: Row, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            self._end(row, told.sent(row.number, outcome.sid))
        elif isinstance(outcome, Refused):
            self._end(row, told.refused(row.number, row.line, outcome.code, outcome.sentence))
        elif isinstance(outcome, Doubt):
            self._doubtful.append((row, outcome.reason))
            self._hold()
        elif isinstance(outcome, NotSent):
            self._pending.put_back(row)
            self._note_away(outcome.reason)
            self._hold()
        elif isinstance(outcome, Unwelcome):
            self._pending.put_back(row)
            self.stop(Failure(f"The platform lets nobody in: {outcome.sentence}"))

    def _end(self, row: Row, line: str) -> None:
        self._away_since = None
        self._doubts.pop(row.number, None)
        self._journal.append(line)

    async def _settle(self) -> None:
        """Find out what became of the rows in doubt; wait for a platform that is away."""
        waits = 0
        rows = [row for row, _ in self._doubtful]
        while self._failure is None:
            if self._away_since is not None:
                if self._now() - self._away_since > PATIENCE:
                    self.stop(Failure(f"The platform is away ({self._away})."))
                    return
                waits += 1
                await self._pause(_back_off(waits + 3), self._stopped)
            if not rows:
                return
            try:
                verdicts = await settle(
                    rows,
                    self._platform,
                    since=self._journal.header.since,
                    known=self._known,
                    pause=lambda seconds: self._pause(seconds, self._stopped),
                )
            except NotFoundOut as error:
                self._note_away(str(error))
                continue
            if self._failure is not None:
                return  # it may have looked too early
            self._away_since = None
            doubtful, self._doubtful = self._doubtful, []
            for row, reason in doubtful:
                self._judge(row, reason, verdicts[row.number])
            return

    def _judge(self, row: Row, reason: str, verdict: str | Unclear | None) -> None:
        self.asked += 1
        if isinstance(verdict, str):
            self.found += 1
            self._end(row, told.sent(row.number, verdict))
            return
        if isinstance(verdict, Unclear):
            self._end(row, told.in_doubt(row.number, row.line, verdict.reason))
            return
        times = self._doubts[row.number] = self._doubts.get(row.number, 0) + 1
        if times < MOST_DOUBTS:
            self._pending.put_back(row)
        else:
            sentence = f"{times} times nothing came of it: {reason}"
            self._end(row, told.refused(row.number, row.line, 0, sentence))

    async def _known(self, sids: set[str]) -> set[str]:
        return await asyncio.to_thread(self._journal.known, sids)

    def _finish(self) -> None:
        """Write down how the run ended. Raises the reason for which it stopped."""
        left = self._pending.empty()
        try:
            if self._failure is None:
                self._journal.append(told.ended())
            elif left:
                self._journal.append(*(told.put_back(row.number) for row in left))
            self._journal.sync()
        except JournalLost as failure:
            self._failure = self._failure or failure
        if self._failure is not None:
            raise self._failure

    @property
    def waits_for(self) -> str | None:
        """Why no rows are sent just now."""
        if self._failure is not None or not self._held.is_set():
            return None
        if self._away_since is not None:
            return f"the platform is away ({self._away})"
        count = len(self._doubtful)
        return f"asking the platform about {count:,} {'row' if count == 1 else 'rows'} in doubt"

    def _hold(self) -> None:
        self._held.set()
        self._pending.hold()

    def _note_away(self, reason: str) -> None:
        self._away = reason
        if self._away_since is None:
            self._away_since = self._now()

    def _note_end_of_filling(self, filling: asyncio.Task[None]) -> None:
        if not filling.cancelled() and filling.exception() is not None:
            self.stop(Failure("The file could not be read on."))  # the exception itself is told

    async def _pause(self, seconds: float, until: asyncio.Event) -> None:
        """Wait, and no longer than until something else is more important."""
        if not until.is_set():
            sleeping = asyncio.ensure_future(self._sleep(seconds))
            waiting = asyncio.ensure_future(until.wait())
            await asyncio.wait({sleeping, waiting}, return_when=asyncio.FIRST_COMPLETED)
            sleeping.cancel()
            waiting.cancel()


def _back_off(times: int) -> float:
    longest = min(FIRST_PAUSE * 2.0 ** min(times - 1, 10), LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)
