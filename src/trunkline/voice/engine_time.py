"""Engine time: what happens in calls is timed by frames of 20 ms, of which each world has a count.

In real time the frames pass by themselves, in the media processes by their ticks and here by the
machine's clock. While the clock of a world is held the media processes stand still; moving it runs
their frames up to the next thing that anybody has to react to (`EngineTime.run_until`), as fast as
they can be computed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from trunkline.faults import fault
from trunkline.voice.activity import Activity
from trunkline.voice.engine_timers import EngineTimer, EngineTimers
from trunkline.voice.media.wire import FRAME_MS
from trunkline.worlds import WorldClock, Worlds

__all__ = ["EngineTime", "Stepper"]

log = structlog.get_logger(__name__)

FRAME: Final = FRAME_MS * 1_000  # microseconds
MICROSECOND: Final = timedelta(microseconds=1)
# Steps in a row in which nothing moved and nobody was told anything: more of them are a defect.
MOST_IN_VAIN = 1_000


class Stepper(Protocol):
    """Rules over the frames of the media processes. They have a count of their own."""

    def freeze(self, world_id: str) -> Coroutine[Any, Any, int]:
        """Let no frame pass from this call on, also of what is opened later; when awaited, the
        frame."""

    async def step(self, world_id: str, until: int) -> int:
        """Of a frozen world: run until a frame, or to the first one that reports anything; which
        that was. What is reported has been told when this returns, also what orders brought about
        without a frame: so it makes sense for the present one."""

    def thaw(self, world_id: str) -> None:
        """Let frames pass by themselves again."""


class _World:
    """The engine time of one world, in microseconds."""

    def __init__(self, clock: WorldClock, real: Callable[[], float]) -> None:
        self.clock = clock
        self.real = real
        self.timers = EngineTimers()
        self.micros = 0  # as of `since`, or now while it is frozen
        self.since = real()
        self.frozen = False
        self.anchor = (clock.now(), 0)  # while it is frozen: a world time, and its engine time
        self.alarm: asyncio.TimerHandle | None = None
        self.stepping: tuple[int, int] | None = None  # frame here and there, where a step began
        self.in_vain = 0

    def now(self) -> int:
        if self.frozen:
            return self.micros
        return self.micros + int((self.real() - self.since) * 1_000_000)

    def micros_at(self, moment: datetime) -> int:
        """The engine time at a world time, while it is frozen."""
        return self.anchor[1] + (moment - self.anchor[0]) // MICROSECOND

    def moment(self) -> datetime:
        """The world time that this engine time is, while it is frozen."""
        return self.anchor[0] + (self.micros - self.anchor[1]) * MICROSECOND


class EngineTime:
    """The engine time of all worlds. A world that never had a call costs nothing.

    `real_legs` tells how many legs of a world end outside the platform: nobody can move the time
    of those. `now` gives real seconds that pass evenly.
    """

    def __init__(
        self,
        worlds: Worlds,
        activity: Activity,
        stepper: Stepper,
        real_legs: Callable[[str], int] = lambda _: 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worlds = worlds
        self._activity = activity
        self._stepper = stepper
        self._real_legs = real_legs
        self._now = now
        self._times: dict[str, _World] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    # For sessions -------------------------------------------------------------------------------
    def frame(self, world_id: str) -> int:
        """The present frame of a world."""
        return self._world(world_id).now() // FRAME

    def call_later(self, world_id: str, frames: int, callback: Callable[[], None]) -> EngineTimer:
        """Call back so many frames from now: not before, and less than one later."""
        world = self._world(world_id)
        timer = world.timers.set(-(-world.now() // FRAME) + max(frames, 0), callback)
        self._set_alarm(world)
        return timer

    async def ready(self, world_id: str) -> None:
        """Before a leg is opened: when the clock of its world is held, let no frame pass."""
        world = self._world(world_id)
        if world.frozen:
            await self._stepper.freeze(world_id)

    def reached(self, world_id: str, frame: int) -> None:
        """A report came of that frame of the media processes. To be told before anybody reacts to
        it, so that whoever does sees the time at which it happened."""
        world = self._times.get(world_id)
        if world is not None and world.stepping is not None:
            here, there = world.stepping
            self._reach(world, here + frame - there)

    # For `clock advance` --------------------------------------------------------------------------
    def is_idle(self, world_id: str) -> bool:
        """Whether every call of a world waits for time to pass."""
        return self._activity.is_idle(world_id)

    async def idle(self, world_id: str) -> None:
        """Wait until it is so."""
        await self._activity.wait(world_id)

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """Let the media processes report what they have to without the passing of time; whether
        anybody had to react to it."""
        world = self._times.get(world_id)
        if world is None or not world.frozen:
            return 0
        turns = self._activity.turns(world_id)
        await self._stepper.step(world_id, await self._stepper.freeze(world_id))
        return int(self._activity.turns(world_id) != turns)

    async def earliest(self, world_id: str) -> datetime | None:
        """The present world time if a timer is due now; what comes later is met by `run_until`."""
        world = self._times.get(world_id)
        if world is None:
            return None
        due = world.timers.earliest
        return world.clock.now() if due is not None and due * FRAME <= world.now() else None

    def obstacle(self, world_id: str) -> str | None:
        """Why the time of a world cannot be moved, as a sentence."""
        legs = self._real_legs(world_id)
        if not legs:
            return None
        calls = "A call is" if legs == 1 else f"{legs} calls are"
        return f"{calls} going on with somebody outside this platform, whose time nobody can move."

    async def run_until(self, world_id: str, moment: datetime) -> datetime:
        """Run frames up to a world time, or to the first one of which anybody has to hear: the
        world time that was reached, at which the clock is held."""
        world = self._times.get(world_id)
        if world is None or not world.frozen:
            return moment
        goal = world.micros_at(moment)
        frame = world.micros // FRAME
        due = world.timers.earliest
        until = goal // FRAME if due is None else min(goal // FRAME, max(due, frame))
        turns = self._activity.turns(world_id)
        if until > frame:
            await self._step(world_id, world, until)
        self._run_timers(world)
        if world.micros // FRAME >= goal // FRAME:
            self._reach(world, 0, goal)
            return max(moment, world.clock.now())
        moved = world.micros // FRAME > frame or self._activity.turns(world_id) != turns
        world.in_vain = 0 if moved else world.in_vain + 1
        if world.in_vain > MOST_IN_VAIN:
            raise RuntimeError("the media engine runs no frames of a frozen world")
        return world.clock.now()

    def stop(self) -> None:
        """Let nothing happen by itself any more."""
        self._stopped = True
        for world in self._times.values():
            if world.alarm is not None:
                world.alarm.cancel()

    # Within -----------------------------------------------------------------------------------
    def _world(self, world_id: str) -> _World:
        world = self._times.get(world_id)
        if world is None:
            clock = self._worlds.clock(world_id)
            world = self._times[world_id] = _World(clock, self._now)
            clock.watch(lambda: self._look(world_id, world))
            self._look(world_id, world)
        return world

    def _look(self, world_id: str, world: _World) -> None:
        """The clock of a world was held, moved, or let go."""
        held = world.clock.held
        if held and not world.frozen:
            world.micros = world.now()
            world.anchor = (world.clock.now(), world.micros)
            world.frozen = True
            self._start(self._stepper.freeze(world_id))
        elif not held and world.frozen:
            world.frozen = False
            world.since = self._now()
            self._stepper.thaw(world_id)
        self._set_alarm(world)

    async def _step(self, world_id: str, world: _World, until: int) -> None:
        # Their count is another one: they may have begun later, and are not asked in real time.
        there = await self._stepper.freeze(world_id)
        here = world.micros // FRAME
        world.stepping = (here, there)
        try:
            reached = await self._stepper.step(world_id, there + until - here)
        finally:
            world.stepping = None
        self._reach(world, min(here + max(reached - there, 0), until))

    def _reach(self, world: _World, frame: int, micros: int = 0) -> None:
        """Engine time has come to a frame, and the clock with it: never back."""
        world.micros = max(world.micros, frame * FRAME, micros)
        moment = world.moment()
        if world.frozen and moment > world.clock.now():
            world.clock.hold(moment)

    def _run_timers(self, world: _World) -> int:
        """Call back what is due; how much that was."""
        frame, ran = world.now() // FRAME, 0
        while (timer := world.timers.take(frame)) is not None:
            ran += 1
            try:
                timer.happen()
            except Exception as error:  # one call's fault is not the end of the others
                log.error("voice.timer_failed", **fault(error))
        return ran

    def _set_alarm(self, world: _World) -> None:
        if world.alarm is not None:
            world.alarm.cancel()
            world.alarm = None
        due = world.timers.earliest
        if due is None or world.frozen or self._stopped:
            return
        seconds = max(due * FRAME - world.now(), 0) / 1_000_000
        world.alarm = asyncio.get_running_loop().call_later(seconds, self._ring, world)

    def _ring(self, world: _World) -> None:
        world.alarm = None
        self._run_timers(world)
        self._set_alarm(world)

    def _start(self, freezing: Coroutine[Any, Any, int]) -> None:
        task = asyncio.get_running_loop().create_task(self._try(freezing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _try(freezing: Coroutine[Any, Any, int]) -> None:
        try:
            await freezing
        except Exception as error:  # who moves the clock asks again
            log.error("voice.freeze_failed", **fault(error))
