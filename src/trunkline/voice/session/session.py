"""One call as it goes on: its leg, what it waits for, and its way through the lifecycle.

A session is one task. Whatever is to happen to it comes through its mailbox; nobody cancels it.
Verbs (`voice/verbs`) see nothing else of a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from trunkline.faults import fault
from trunkline.store import Job, Overloaded, StoreUnavailable
from trunkline.store.notes import Note
from trunkline.store.patiently import TRY_AGAIN
from trunkline.store.transitions import Transition, TransitionRefused
from trunkline.voice.legs import EngineLost, HangUpReason, Heard, Leg
from trunkline.voice.media.wire import (
    FRAMES_PER_SECOND,
    HungUp,
    Played,
    Refused,
    Source,
)
from trunkline.voice.session.events import (
    EndOrder,
    Event,
    FarEndGone,
    Interrupted,
    RedirectOrder,
    TimeUp,
)
from trunkline.voice.session.live_call import LiveCall
from trunkline.voice.session.mailbox import Mailbox
from trunkline.voice.session.services import EngineTimers, Services

__all__ = ["CallSession", "EndedElsewhere", "SessionTimer"]

log = structlog.get_logger(__name__)

T = TypeVar("T")
MOST_ALERTS = 50  # of one call: a document that is asked for again and again tells the same


class EndedElsewhere(Exception):
    """The call has its last status already, or is given it by the next start: there is nothing
    left to do but to let go of it."""


class SessionTimer:
    """A timer of a session's: tells its mailbox once, after so many frames."""

    def __init__(self, time: EngineTimers, world_id: str, frames: int, mailbox: Mailbox) -> None:
        self._timer = time.call_later(world_id, frames, lambda: mailbox.put(TimeUp(self)))

    def cancel(self) -> None:
        """Let it not tell. What it has told already is for the reader to pass over."""
        self._timer.cancel()


class CallSession:
    """What a verb may do: wait (`next`), work (`work`), play, answer, complain, note."""

    def __init__(
        self,
        call: LiveCall,
        services: Services,
        *,
        created_at: datetime,
        parent: CallSession | None = None,
        begin: Callable[[CallSession], None] = lambda _: None,
    ) -> None:
        self.call = call
        self.services = services
        self.created_at = created_at  # world time
        self.parent = parent  # that which dialled it
        self._begin = begin
        self.leg: Leg | None = None
        self.gone = False  # the far end has hung up: documents are asked for, and not executed
        self.begun = False  # its task runs, so it was committed
        self.whispers = False  # it hears what it is told before it is connected to its parent
        self.lost = False  # the media process of the leg has ended
        self.waited = False  # whether time has passed since the present document was asked for
        self._mailbox = Mailbox(call.world_id, services.occupation)
        self._limit: SessionTimer | None = None
        self._alerts = 0
        self._leg_open = False
        self._leg_ended = False  # reported, though this session may not have come to it

    def start(self) -> None:
        """Let its task begin."""
        self.begun = True
        self._begin(self)

    # What comes in --------------------------------------------------------------------------
    def hear(self, heard: Heard) -> None:
        """Take a report of the leg."""
        if isinstance(heard, (HungUp, EngineLost, Refused)):
            self._leg_ended = True
        self.services.recordings.heard(heard)
        self._mailbox.put(heard)

    def tell(self, event: Event) -> None:
        """Take an order, or news."""
        self._mailbox.put(event)

    async def next(self) -> Event:
        """The next event, when it comes. Time may pass meanwhile.

        Raises FarEndGone, Interrupted: a verb that has to do something before catches them.
        """
        event = await self._mailbox.get()
        self.waited = True
        self._obey(event)
        return event

    async def ring(self) -> Event:
        """The next event of a leg that is not answered: its end is one, too. Raises
        Interrupted."""
        event = await self._mailbox.get()
        if isinstance(event, (HungUp, EngineLost, Refused)):
            self._leg_open = False
        else:
            self._obey(event)
        return event

    async def work(self, doing: Awaitable[T]) -> T:
        """Do something that depends on more than time: the world stands still meanwhile, if it is
        stepped. Raises FarEndGone and Interrupted; then it is given up."""
        task = asyncio.ensure_future(doing)
        try:
            while not task.done():
                self.look()
                alarm = self._mailbox.alarm()
                both: set[asyncio.Future[Any]] = {task, alarm}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                alarm.cancel()
            if task.cancelled():  # by somebody else: that is no end of this call
                raise RuntimeError("what the call waited for was given up")
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def drop(self, kind: type[Event]) -> None:
        """Forget what came of a kind."""
        self._mailbox.drop(kind)

    def _obey(self, event: Event) -> None:
        """Raise FarEndGone or Interrupted, if an event is cause to."""
        match event:
            case HungUp() | EngineLost() if self._leg_open:
                self._leg_open = False
                self.gone = self.call.has_hung_up = True
                self.lost = isinstance(event, EngineLost)
                raise FarEndGone(lost=self.lost)
            case RedirectOrder() | EndOrder():
                raise Interrupted(event)
            case TimeUp(timer) if timer is self._limit:
                raise Interrupted(EndOrder())

    def look(self) -> None:
        """Raise FarEndGone or Interrupted, if something that waits is cause to."""
        for event in self._mailbox.waiting():
            try:
                self._obey(event)
            except (FarEndGone, Interrupted):
                self._mailbox.remove(event)
                raise

    # Time -----------------------------------------------------------------------------------
    def timer(self, seconds: float) -> SessionTimer:
        """Tell `TimeUp` so many seconds of engine time from now."""
        frames = max(round(seconds * FRAMES_PER_SECOND), 0)
        return SessionTimer(self.services.time, self.call.world_id, frames, self._mailbox)

    def limit(self, seconds: int) -> None:
        """End the call so long after its answer."""
        if self._limit is not None:
            self._limit.cancel()
        begun = self.call.answered_frame
        passed = 0 if begun is None else (self.frame - begun) / FRAMES_PER_SECOND
        self._limit = self.timer(seconds - passed)

    @property
    def frame(self) -> int:
        """The present frame of the call's world."""
        return self.services.time.frame(self.call.world_id)

    # The leg --------------------------------------------------------------------------------
    def takes(self, leg: Leg) -> None:
        """Have a leg, which reports to `hear`."""
        self.leg = leg
        self._leg_open = True

    @property
    def is_open(self) -> bool:
        """Whether the leg takes orders: its end was neither reported nor ordered."""
        return self._leg_open and not self._leg_ended

    @property
    def line(self) -> Leg:
        """The leg, which is there once the call rings."""
        assert self.leg is not None
        return self.leg

    async def play(self, sources: Sequence[Source], *, loop: int = 1) -> Played | None:
        """Play, and return when it has ended; what the far end presses meanwhile is of no
        matter."""
        if not sources:
            return None
        number = self.line.play(sources, loop=loop)
        while True:
            event = await self.next()
            if isinstance(event, Played) and event.playback == number:
                return event

    async def answer(self) -> None:
        """Answer a call that came in, if it is not answered."""
        if self.call.is_answered or self.gone:
            return
        self.line.answer()
        await self.answered()

    async def answered(self, **changes: Any) -> None:
        """The call is answered."""
        self.call.answered_frame = self.frame
        await self.enter("in-progress", answered_at=self.now, **changes)
        self.limit(int(self.call.options.get("time_limit", 14_400)))

    def let_go(self, reason: HangUpReason = "normal") -> None:
        """Hang up, if it has not ended by itself."""
        if self.leg is not None and self._leg_open:
            self._leg_open = False
            self.leg.hang_up(reason)
            self.services.recordings.closed(self.call.sid)
        if self._limit is not None:
            self._limit.cancel()

    # What is written down -------------------------------------------------------------------
    async def enter(self, status: str, **changes: Any) -> None:
        """Commit a status, however long the database is away, unless the platform stops. Raises
        EndedElsewhere."""
        transition = Transition(
            subject=self.call.sid,
            world_id=self.call.world_id,
            path=(status,),
            world_time=self.now,
            real_time=self.services.clock.now(),
            changes=changes,
        )
        while True:
            try:
                (result,) = await self.services.commit.submit(
                    Job(self.services.transitions, transition), urgent=True
                )
            except Overloaded as error:  # the platform stops
                raise EndedElsewhere from error
            except StoreUnavailable as error:
                if self.services.leaving:
                    raise EndedElsewhere from error
                await asyncio.sleep(TRY_AGAIN)
                continue
            if isinstance(result, TransitionRefused) and result.status != status:
                raise EndedElsewhere
            self.call.status = status
            return

    def note(self, kind: str, data: dict[str, Any]) -> None:
        """Write down something that is no change of status; nobody waits for it."""
        note = Note(
            sid=self.call.sid,
            world_id=self.call.world_id,
            kind=kind,
            data=data,
            world_time=self.now,
            real_time=self.services.clock.now(),
        )
        self._submit(Job(self.services.notes, note))

    def complain(
        self, code: int, sentence: str, *, line: int | None = None, url: str | None = None
    ) -> None:
        """Record an alert about this call."""
        place = "" if line is None else f"Line {line}: "
        if self._alerts >= MOST_ALERTS:
            return
        self._alerts += 1
        alert = self.services.alert(
            self.call.account_id,
            self.call.world_id,
            code,
            resource=self.call.sid,
            message=place + sentence,
            url=url,
            details={} if line is None else {"line": str(line)},
        )
        self._submit(Job(self.services.record_alerts, alert))

    def _submit(self, job: Job) -> None:
        try:
            outcome = self.services.commit.submit(job, urgent=True)
        except Overloaded:
            return
        outcome.add_done_callback(_noted)

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.services.worlds.clock(self.call.world_id).now()

    def close(self) -> None:
        """Hear nothing any more."""
        if self._limit is not None:
            self._limit.cancel()
        self._mailbox.close()


def _noted(outcome: asyncio.Future[list[Any]]) -> None:
    if not outcome.cancelled() and (error := outcome.exception()) is not None:
        log.warning("call.note_lost", **fault(error))
