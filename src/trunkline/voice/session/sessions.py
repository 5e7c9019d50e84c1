"""The sessions of this node: begun, found, redirected, ended. What the API may do with calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Literal, Protocol

import structlog

from trunkline.faults import fault
from trunkline.voice.control_calls import Ending, NotInProgress
from trunkline.voice.legs import Leg
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.session.companion import Companion
from trunkline.voice.session.events import EndOrder, RedirectOrder
from trunkline.voice.session.live_call import LiveCall
from trunkline.voice.session.run_call import RunCall
from trunkline.voice.session.services import Services
from trunkline.voice.session.session import CallSession

__all__ = ["Sessions"]

log = structlog.get_logger(__name__)

ROUNDS = 5


class Queue(Protocol):
    """Calls that wait for their turn to be dialled."""

    def __call__(self, call: NewCall) -> None:
        """Let it begin when its turn comes."""

    def cancel(self, sid: str) -> NewCall | None:
        """The call, if it waited: it does so no more."""

    def limit(self, sid: str, seconds: int) -> bool:
        """Let a call last no longer, if it waits."""


class Sessions:
    """See `voice.control_calls.ControlCalls`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[str, CallSession] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._run: RunCall | None = None
        self.queue: Queue | None = None

    def connect(self, run: RunCall) -> None:
        """What runs calls needs the sessions itself."""
        self._run = run

    def __iter__(self) -> Iterator[CallSession]:
        return iter(list(self._sessions.values()))

    def __len__(self) -> int:
        return len(self._sessions)

    def calls(self) -> list[LiveCall]:
        """The calls that have begun. One whose leg is being opened may not be committed yet."""
        return [session.call for session in self if session.begun]

    def knows(self, sid: str) -> bool:
        """Whether a call goes on here."""
        return sid in self._sessions

    def lose(self, sid: str) -> None:
        """Another node has taken a call over, as this one was silent for too long."""
        if (session := self._sessions.get(sid)) is not None:
            session.tell(EndOrder("failed"))

    # Beginning --------------------------------------------------------------------------------
    def begin(self, call: NewCall) -> None:
        """Dial a call that was committed, when its turn comes. One that goes on already, as it
        was found without anybody who knew of it, is left alone."""
        if self.knows(call.sid):
            return
        if self.queue is not None:
            self.queue(call)
        else:
            self.dial(call)

    def dial(self, call: NewCall) -> None:
        """Dial it now; nothing, where that is being done."""
        if not self.knows(call.sid):
            self.make(call).start()

    def make(
        self,
        call: NewCall,
        *,
        parent: CallSession | None = None,
        companion: Callable[[CallSession], Companion] | None = None,
    ) -> CallSession:
        """The session of a call, whose task begins with `start`."""
        assert self._run is not None
        run = self._run

        def begin(session: CallSession) -> None:
            beside = None if companion is None else companion(session)
            task = asyncio.create_task(run(session, beside), name=f"call {call.sid}")
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._over(call.sid, done))

        session = CallSession(
            LiveCall.of(call),
            self._services,
            created_at=call.created_at,
            parent=parent,
            begin=begin,
        )
        self._sessions[call.sid] = session
        return session

    def forget(self, session: CallSession) -> None:
        """Let go of a session that does not begin."""
        session.close()
        self._gone(session.call.sid)

    def _over(self, sid: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its row says that it goes on: it is taken up by `live.recover_calls`.
            log.error("call.not_ended", call=sid, **fault(error))
        self._gone(sid)

    def _gone(self, sid: str) -> None:
        self._sessions.pop(sid, None)
        if (ended := self._ended.pop(sid, None)) is not None:
            ended.set()

    # What the API does ------------------------------------------------------------------------
    async def redirect(self, sid: str, document: DocumentSource) -> None:
        """Leave the current verb at once and go on with another document."""
        session = self._sessions.get(sid)
        if session is None or not session.call.is_answered:
            raise NotInProgress(sid)
        if not session.is_open:
            raise Ending(sid)
        session.tell(RedirectOrder(document))

    async def end(self, sid: str, status: Literal["completed", "canceled"]) -> None:
        """Hang up; returns once the call's last status is committed."""
        session = self._sessions.get(sid)
        if session is None:
            waiting = None if self.queue is None else self.queue.cancel(sid)
            if waiting is None:
                raise NotInProgress(sid)
            session = self.make(waiting)
            session.start()
        if status == "canceled" and session.call.is_answered:
            raise NotInProgress(sid)
        ended = self._ended.setdefault(sid, asyncio.Event())
        session.tell(EndOrder(status))
        await ended.wait()

    def limit(self, sid: str, seconds: int) -> None:
        """End the call so long after its answer."""
        session = self._sessions.get(sid)
        if session is None:
            if self.queue is None or not self.queue.limit(sid, seconds):
                raise NotInProgress(sid)
        elif session.call.is_answered:
            session.limit(seconds)
        else:
            session.call.options = {**session.call.options, "time_limit": seconds}

    def leg(self, sid: str) -> Leg:
        """The leg of a call that was answered, to record it."""
        session = self._sessions.get(sid)
        if session is None or not session.call.is_answered or not session.is_open:
            raise NotInProgress(sid)
        return session.line

    # The end ----------------------------------------------------------------------------------
    async def end_all(self, world_id: str | None = None) -> None:
        """Hang up every call (of a world), and return when all have their last status. Without a
        world, the platform stops: a call whose end cannot be written now is left to the next
        start, as those of a node that died."""
        if world_id is None:
            self._services.leaving = True
        for _ in range(ROUNDS):  # one that is being ended may just have dialled another
            sessions = [s for s in self if world_id in (None, s.call.world_id)]
            if not sessions:
                return
            waits = [self._ended.setdefault(s.call.sid, asyncio.Event()) for s in sessions]
            for session in sessions:
                session.tell(EndOrder("failed"))
            await asyncio.gather(*(ended.wait() for ended in waits))
