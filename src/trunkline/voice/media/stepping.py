"""Moves worlds that stand still, beside those whose time passes by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trunkline.voice.media.engine import Engine
from trunkline.voice.media.wire import Stepped, StepWorld
from trunkline.voice.media.world import EngineWorld

__all__ = ["Stepping"]

TURN_SECONDS = 0.004  # then the others have a turn
WAIT_SECONDS = 0.002  # for a file, before the others have a turn
PATIENCE_SECONDS = 15.0  # with a disk that does not answer; then a world goes on without


@dataclass(slots=True)
class _Step:
    until: int
    waits_since: float | None = None


class Stepping:
    """Steps of worlds that are to be made. `now` gives seconds."""

    def __init__(self, engine: Engine, now: Callable[[], float]) -> None:
        self._engine = engine
        self._now = now
        self._steps: dict[str, _Step] = {}

    def add(self, order: StepWorld) -> None:
        """Take an order. One before it that was given up is over: every order has its answer."""
        world = self._engine.worlds.get(order.world)
        if self._steps.pop(order.world, None) is not None and world is not None:
            self._engine.tell(Stepped(world=order.world, frame=world.frame))
        self._steps[order.world] = _Step(order.until)

    def run(self) -> bool:
        """Make steps for a moment, in one world after the other; whether there are more to make.
        However many worlds are moved, those in real time do not wait longer."""
        end = self._now() + TURN_SECONDS
        for name in list(self._steps):
            world, step = self._engine.worlds.get(name), self._steps.pop(name)
            if world is None or self._run(world, step, end):
                frame = step.until if world is None else world.frame
                self._engine.tell(Stepped(world=name, frame=frame))
            else:
                self._steps[name] = step  # behind the others, which are first the next time
            if self._now() >= end:
                break
        return bool(self._steps)

    def _run(self, world: EngineWorld, step: _Step, end: float) -> bool:
        """Whether the step is over."""
        while True:
            if not self._settled(world, step):
                return False
            if world.reported or world.frame >= step.until:
                world.reported = False
                return True
            if self._now() >= end:
                return False
            world.run_frame()

    def _settled(self, world: EngineWorld, step: _Step) -> bool:
        """Whether a frame may pass, as far as files go."""
        engine = self._engine
        if not engine.must_settle(world):
            step.waits_since = None
            return True
        engine.settle(WAIT_SECONDS)
        if not engine.must_settle(world):
            return True
        if step.waits_since is None:
            step.waits_since = self._now()
        return self._now() - step.waits_since > PATIENCE_SECONDS
