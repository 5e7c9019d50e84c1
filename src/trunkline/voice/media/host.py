"""What the main process knows of one media process: its legs, and who listens to them."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable

import structlog

from trunkline.faults import fault
from trunkline.voice.legs import EngineLost, Heard, Listener
from trunkline.voice.media.link import Link
from trunkline.voice.media.wire import (
    CloseWorld,
    Command,
    Freeze,
    Frozen,
    HeardWritten,
    HungUp,
    OpenWorld,
    RecordingEnded,
    Refused,
    Report,
    Statistics,
    Stepped,
    StepWorld,
    Thaw,
)

__all__ = ["EngineHost"]

log = structlog.get_logger(__name__)


class EngineHost:
    """One media process. A world is there as long as it has legs in it, or files that are being
    written of legs that ended. `became_idle` is called when it has none any more."""

    def __init__(self, became_idle: Callable[[EngineHost], None]) -> None:
        self._became_idle = became_idle
        self._link: Link | None = None
        self._legs: dict[str, tuple[str, Listener]] = {}  # world and listener
        self._recordings: dict[str, tuple[str, str, Listener]] = {}  # leg, world, listener
        self._heard: dict[str, tuple[str, asyncio.Event]] = {}  # of a leg: world, written
        self._worlds: Counter[str] = Counter()
        # Who waits for the answer to an order, by world, in the order of the orders.
        self._frozen: dict[str, deque[asyncio.Future[int | None]]] = {}
        self._stepped: dict[str, deque[asyncio.Future[int | None]]] = {}
        self.opened = 0  # legs that there have been
        self.reports = 0  # of legs, that there have been
        self.statistics: Statistics | None = None
        self.lost = False
        self.heard_of = True  # since this was last set to false

    def attach(self, link: Link) -> None:
        """The process works."""
        self._link = link

    # Legs -----------------------------------------------------------------------------------
    @property
    def legs(self) -> int:
        """How many there are."""
        return len(self._legs)

    @property
    def idle(self) -> bool:
        """Whether nobody would miss it."""
        return not self._worlds

    def has(self, world_id: str) -> bool:
        """Whether a world is there."""
        return world_id in self._worlds

    def open_world(self, world_id: str, frame: int, *, frozen: bool) -> None:
        """Before a leg is opened."""
        if world_id not in self._worlds:
            self.send(OpenWorld(world=world_id, frame=frame, frozen=frozen))

    def open_leg(self, sid: str, world_id: str, listener: Listener, *, heard: bool) -> None:
        """Listen to a leg; its command is sent next. Raises ValueError: there is one already."""
        if sid in self._legs or sid in self._heard:
            raise ValueError("a call has one leg")
        self.opened += 1
        self._legs[sid] = (world_id, listener)
        self._worlds[world_id] += 1
        if heard:
            self._heard[sid] = (world_id, asyncio.Event())
            self._worlds[world_id] += 1

    def forget_leg(self, sid: str) -> None:
        """It has ended."""
        leg = self._legs.pop(sid, None)
        if leg is not None:
            self._let_go(leg[0])

    def open_recording(self, recording: str, sid: str) -> None:
        """Listen for the end of a recording, which may come after that of its leg."""
        leg = self._legs.get(sid)
        if leg is not None and recording not in self._recordings:
            self._recordings[recording] = (sid, *leg)
            self._worlds[leg[0]] += 1

    async def written(self, sid: str) -> None:
        """Wait until what the phone of a leg heard is in its file."""
        heard = self._heard.get(sid)
        if heard is not None:
            await heard[1].wait()

    async def all_written(self, world_id: str) -> None:
        """Wait for the files of the legs of a world that have ended."""
        for sid, (world, written) in list(self._heard.items()):
            if world == world_id and sid not in self._legs:
                await written.wait()

    def send(self, command: Command) -> None:
        """Give an order."""
        if self._link is not None and not self.lost:
            self._link.send(command)

    # Time of a world ----------------------------------------------------------------------------
    def freeze(self, world_id: str) -> asyncio.Future[int | None]:
        """Stand still; the frame, or None when the process is lost."""
        return self._ask(self._frozen, world_id, Freeze(world=world_id))

    def step(self, world_id: str, until: int) -> asyncio.Future[int | None]:
        """Run frames; the one that was reached, or None when the process is lost."""
        return self._ask(self._stepped, world_id, StepWorld(world=world_id, until=until))

    def thaw(self, world_id: str) -> None:
        """Go on by itself."""
        self.send(Thaw(world=world_id))

    # The end ------------------------------------------------------------------------------------
    async def close(self) -> None:
        """End the process."""
        if self._link is not None:
            await self._link.close()

    def kill(self) -> None:
        """End the process now: its legs will hear of it."""
        if self._link is not None:
            self._link.kill()

    def ended(self) -> None:
        """The process is no more: all its legs hear of it."""
        if self.lost:
            return
        self.lost = True
        told = {(sid, listener) for sid, (_, listener) in self._legs.items()}
        told |= {(sid, listener) for sid, _, listener in self._recordings.values()}
        heard = list(self._heard.values())
        for kept in (self._legs, self._recordings, self._heard, self._worlds):
            kept.clear()
        for waiting in (self._frozen, self._stepped):
            for future in (each for futures in waiting.values() for each in futures):
                if not future.done():
                    future.set_result(None)
            waiting.clear()
        for _, written in heard:
            written.set()
        for sid, listener in sorted(told, key=lambda leg: leg[0]):
            _tell(listener, EngineLost(sid))

    # Reports ------------------------------------------------------------------------------------
    def reported(self, report: Report) -> None:
        """Hand a report to whom it concerns."""
        self.heard_of = True
        match report:
            case Frozen():
                _answer(self._frozen, report.world, report.frame)
            case Stepped():
                _answer(self._stepped, report.world, report.frame)
            case Statistics():
                self.statistics = report
            case RecordingEnded():
                self._recording_ended(report)
            case HeardWritten():
                self._heard_written(report)
            case _:
                self._leg_reported(report.leg, report)

    def _leg_reported(self, sid: str, report: Report) -> None:
        leg = self._legs.get(sid)
        if leg is None:
            return  # it was hung up while the report was on its way
        self.reports += 1
        _tell(leg[1], report)
        if isinstance(report, HungUp | Refused):
            self.forget_leg(sid)

    def _recording_ended(self, report: RecordingEnded) -> None:
        recording = self._recordings.pop(report.recording, None)
        if recording is not None:
            _, world_id, listener = recording
            self.reports += 1
            _tell(listener, report)
            self._let_go(world_id)

    def _heard_written(self, report: HeardWritten) -> None:
        heard = self._heard.pop(report.leg, None)
        if heard is not None:
            heard[1].set()
            self._let_go(heard[0])

    def _let_go(self, world_id: str) -> None:
        self._worlds[world_id] -= 1
        if self._worlds[world_id] <= 0:
            del self._worlds[world_id]
            self.send(CloseWorld(world=world_id))
            if self.idle:
                self._became_idle(self)

    def _ask(
        self,
        waiting: dict[str, deque[asyncio.Future[int | None]]],
        world_id: str,
        command: Command,
    ) -> asyncio.Future[int | None]:
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        if self.lost:
            future.set_result(None)
        else:
            waiting.setdefault(world_id, deque()).append(future)
            self.send(command)
        return future


def _answer(
    waiting: dict[str, deque[asyncio.Future[int | None]]], world_id: str, frame: int
) -> None:
    futures = waiting.get(world_id)
    if futures is None:
        return
    future = futures.popleft()
    if not futures:
        del waiting[world_id]
    if not future.done():
        future.set_result(frame)


def _tell(listener: Listener, heard: Heard) -> None:
    try:
        listener(heard)
    except Exception as error:  # one call's fault is not the end of the others
        log.error("report not taken", report=type(heard).__name__, **fault(error))
