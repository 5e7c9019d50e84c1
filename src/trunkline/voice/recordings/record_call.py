"""Record a call: begin a recording of a leg, pause and stop it, and see it to its end.

Every recording of this node passes here, whoever began it: the API, `Record=true` of a new call,
the verbs Record and Dial, or `<Start><Recording>`. The engine writes the file; what comes of it is
`FinishRecording`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.sids import SidFactory
from trunkline.store import GroupCommit, Job
from trunkline.voice.legs import EngineLost, Heard, Leg, RecordingOrder
from trunkline.voice.media.wire import FRAMES_PER_SECOND, HungUp, RecordingEnded, Refused, Track
from trunkline.voice.recordings.finish_recording import FinishRecording
from trunkline.voice.recordings.model import (
    ACTIVE,
    EndedRecording,
    NewRecording,
    RecordingCallback,
    RecordingSource,
)
from trunkline.voice.recordings.works import CreateRecordings
from trunkline.worlds import Worlds

__all__ = ["RecordCall", "RecordedCall", "RecordingHandle", "WrongRecordingState"]

log = structlog.get_logger(__name__)

# After its leg has ended, the end of a recording is reported as soon as its file is whole: real
# seconds. It never is when the leg ended before the order to record reached it: no file, then.
FIRST_LOOK = 1.0
PATIENCE = 60.0


class WrongRecordingState(Exception):
    """What was asked cannot follow on the status that the recording has (16114)."""


class RecordedCall(Protocol):
    """What is asked of a call that is recorded: `LiveCall` has it."""

    @property
    def sid(self) -> str:
        """Of the parent leg: what the recording is listed under."""

    @property
    def account_id(self) -> str:
        """32 hex digits."""

    @property
    def world_id(self) -> str:
        """32 hex digits."""


class Occupation(Protocol):
    """Counts what goes on in a world, so that its time waits for it."""

    def busy(self, world_id: str) -> None:
        """One thing more goes on."""

    def idle(self, world_id: str) -> None:
        """One thing less."""


class RecordingHandle:
    """A recording that is going on.

    `status` is `in-progress`, `paused`, `stopped`, or `ended` as soon as the engine has said so.
    """

    def __init__(self, recording: NewRecording, leg: Leg, url: str, owner: RecordCall) -> None:
        self.sid = recording.sid
        self.call_sid = recording.call_sid
        self.leg = leg
        self.url = url
        self.recording = recording
        self.status = "in-progress"
        self._owner = owner
        self.lock = asyncio.Lock()
        self._ended: asyncio.Future[EndedRecording] = asyncio.get_running_loop().create_future()
        self._closing: asyncio.TimerHandle | None = None
        self._is_busy = False

    async def pause(self, *, silence: bool = True) -> None:
        """Write silence for what comes, or leave it out. Raises WrongRecordingState, and
        StoreUnavailable or Overloaded: then it goes on."""
        async with self.lock:
            await self._enter("paused", data={"behavior": "silence" if silence else "skip"})
            self.leg.pause_recording(self.sid, silence=silence)

    async def resume(self) -> None:
        """Go on after a pause. Raises as `pause` does."""
        async with self.lock:
            if self.status != "paused":
                raise WrongRecordingState
            await self._enter("in-progress")
            self.leg.resume_recording(self.sid)

    async def stop(self) -> None:
        """End it, which takes effect at once. Raises WrongRecordingState where it has ended or
        was stopped. See `end` for what verbs do."""
        if self.status not in ACTIVE:
            raise WrongRecordingState
        self.end()
        async with self.lock:
            # Refused where the file is whole already: it is stopped all the same.
            await self._owner.finish.step(self.recording, "stopped")

    def end(self, reason: str = "stopped") -> None:
        """Stop it, for whatever reason; nothing, where it has ended. `ended` tells the rest."""
        if self.status in ACTIVE:
            self.status = "stopped"
            self._hold()
            self.leg.stop_recording(self.sid, reason)

    async def ended(self) -> EndedRecording:
        """Wait for its end, and for its file to be where it can be had."""
        return await asyncio.shield(self._ended)

    async def _enter(self, status: str, data: dict[str, Any] | None = None) -> None:
        if self.status not in ACTIVE or self.status == status:
            raise WrongRecordingState
        before, self.status = self.status, status
        try:
            written = await self._owner.finish.step(self.recording, status, data=data)
        except BaseException:
            if self.status == status:
                self.status = before
            raise
        if self.status != status:
            raise WrongRecordingState  # it ended meanwhile
        if not written:
            self.status = before
            raise WrongRecordingState

    # What follows is called by RecordCall alone.
    def is_over(self) -> bool:
        """Whether its end was reported, or given up on."""
        return self.status == "ended"

    def over(self) -> None:
        """Its end was reported."""
        self._hold()
        self.status = "ended"
        if self._closing is not None:
            self._closing.cancel()

    def close_later(self, seconds: float, look: Callable[[], None]) -> None:
        """Its leg has ended: look after so many seconds whether its end was reported."""
        self._hold()
        if self.status in ACTIVE:
            self.status = "stopped"
        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.get_running_loop().call_later(seconds, look)

    def dropped(self) -> None:
        """It never began."""
        self.status = "ended"
        if self._closing is not None:
            self._closing.cancel()
        self._ended.cancel()
        self._rest()

    def finished(self, outcome: EndedRecording) -> None:
        """All that can be done has been done."""
        if not self._ended.done():
            self._ended.set_result(outcome)
        self._rest()

    def _hold(self) -> None:
        # From here on it depends on work, not on time: the world's clock waits for it.
        if not self._is_busy and not self._ended.done():
            self._is_busy = True
            self._owner.occupation.busy(self.recording.world_id)

    def _rest(self) -> None:
        if self._is_busy:
            self._is_busy = False
            self._owner.occupation.idle(self.recording.world_id)


class RecordCall:
    """The recordings that are going on at this node. `folder` is where the engine writes them."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        create: CreateRecordings,
        finish: FinishRecording,
        sids: SidFactory,
        worlds: Worlds,
        clock: Clock,
        folder: Path,
        occupation: Occupation,
        first_look: float = FIRST_LOOK,
        patience: float = PATIENCE,
    ) -> None:
        self.occupation = occupation
        self._first_look = first_look
        self._patience = patience
        self._commit = commit
        self._create = create
        self.finish = finish
        self._sids = sids
        self._worlds = worlds
        self._clock = clock
        self._folder = folder
        self._handles: dict[str, RecordingHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(
        self,
        call: RecordedCall,
        leg: Leg,
        *,
        source: RecordingSource,
        channels: int = 1,
        track: Track = "both",
        trim: bool = False,
        limit: int | None = None,
        silence: int | None = None,
        callback: RecordingCallback | None = None,
        conference_sid: str | None = None,
        hold: Callable[[str], None] | None = None,
    ) -> RecordingHandle:
        """Record `leg`. It is on disk that there is a recording before the engine begins.

        `call` is what it is listed under: of a leg that Dial opened, its parent. `limit` and
        `silence` (seconds; None: none) end it by themselves. `hold` is called with its SID before
        anything is committed. Raises StoreUnavailable and Overloaded: then nothing is recorded.
        """
        recording = NewRecording(
            sid=self._sids.new("RE"),
            account_id=call.account_id,
            world_id=call.world_id,
            call_sid=call.sid,
            conference_sid=conference_sid,
            source=source,
            track=track,
            # One track alone is one channel, whatever was asked for.
            channels=channels if track == "both" else 1,
            trim=trim,
            callback=callback,
            created_at=self._worlds.clock(call.world_id).now(),
            real_time=self._clock.now(),
        )
        handle = RecordingHandle(recording, leg, self.finish.url(recording), self)
        if hold is not None:
            hold(recording.sid)
        self._handles[recording.sid] = handle
        try:
            async with handle.lock:  # whoever finds it already waits
                await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
                await self._commit.submit(Job(self._create, recording), urgent=True)
        except BaseException:
            self._handles.pop(recording.sid, None)
            handle.dropped()
            raise
        if handle.status == "in-progress":
            leg.start_recording(
                RecordingOrder(
                    recording=recording.sid,
                    path=str(self._path(recording.sid)),
                    track=track,
                    channels=recording.channels,
                    limit=(limit or 0) * FRAMES_PER_SECOND,
                    silence=(silence or 0) * FRAMES_PER_SECOND,
                    trim=trim,
                )
            )
        elif not handle.is_over():  # its leg has ended meanwhile
            self._over(handle, None)
        return handle

    def heard(self, report: Heard) -> None:
        """Take a report of a leg: sessions hand on every one, whatever it is."""
        match report:
            case RecordingEnded(recording=sid):
                if (handle := self._handles.get(sid)) is not None and not handle.is_over():
                    self._over(handle, report)
            case EngineLost(leg=leg):
                for handle in self._of_leg(leg):
                    self._over(handle, None)
            case HungUp(leg=leg) | Refused(leg=leg):
                self.closed(leg)

    def closed(self, leg_sid: str) -> None:
        """A leg has ended, by the far end (`heard` knows) or by the platform (`hang_up`). The ends
        of its recordings are awaited for a moment, and then taken from their files."""
        for handle in self._of_leg(leg_sid):
            handle.close_later(self._first_look, partial(self._look, handle))

    def find(self, sid: str) -> RecordingHandle | None:
        """A recording that is going on here."""
        return self._handles.get(sid)

    def of_call(self, call_sid: str) -> list[RecordingHandle]:
        """The recordings of a call that can still be paused or stopped, the first one first."""
        found = [h for h in self._handles.values() if h.call_sid == call_sid]
        return [handle for handle in found if handle.status in ACTIVE]

    async def settle(self, call_sid: str) -> None:
        """Wait for all recordings of a call that are ending: those that were stopped, and those
        whose legs have ended."""
        found = [h for h in self._handles.values() if h.call_sid == call_sid]
        ending = [handle.ended() for handle in found if handle.status not in ACTIVE]
        await asyncio.gather(*ending)

    async def recover(self, call_sid: str) -> None:
        """Complete, from their files, the recordings of a call that has ended with its node.
        Raises StoreUnavailable: what is left is completed later."""
        await self.finish.recover(call_sid, skip=self._handles)

    async def recover_own(self) -> None:
        """Complete the recordings of this node that nothing goes on of any more."""
        await self.finish.recover(None, skip=self._handles)

    async def drop_strays(self) -> None:
        """Remove files of recordings that are gone, or were completed before a crash. Raises
        StoreUnavailable."""
        await self.finish.drop_strays(skip=self._handles)

    def forget_world(self, world_id: str) -> None:
        """Drop the recordings of a world that is emptied, with their files."""
        for handle in [h for h in self._handles.values() if h.recording.world_id == world_id]:
            handle.end()
            if not handle.is_over():
                self._over(handle, None)

    async def close(self) -> None:
        """Finish what has ended. What goes on is left to the next start."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _of_leg(self, leg_sid: str) -> list[RecordingHandle]:
        return [h for h in self._handles.values() if h.leg.sid == leg_sid and not h.is_over()]

    def _look(self, handle: RecordingHandle) -> None:
        if self._path(handle.sid).exists():
            handle.close_later(self._patience, partial(self._over, handle, None))
        else:
            self._over(handle, None)

    def _path(self, sid: str) -> Path:
        return self._folder / f"{sid}.wav"

    def _over(self, handle: RecordingHandle, report: RecordingEnded | None) -> None:
        handle.over()
        task = asyncio.create_task(self._see_to_its_end(handle, report))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _see_to_its_end(self, handle: RecordingHandle, report: RecordingEnded | None) -> None:
        outcome = EndedRecording(
            sid=handle.sid,
            url=handle.url,
            status="processing",
            seconds=0,
            sound=report is None or report.sound,
            reason="lost" if report is None else report.reason,
        )
        try:
            outcome = await self.finish(handle.recording, report)
        except Exception as error:  # it is taken up again from the database
            log.warning("recording.not_finished", recording=handle.sid, **fault(error))
        finally:
            self._handles.pop(handle.sid, None)
            handle.finished(outcome)
