"""The frames of worlds: in real time they pass everywhere alike; a world that stands still is
moved, in all processes where it has legs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from trunkline.voice.media.host import EngineHost
from trunkline.voice.media.wire import FRAMES_PER_SECOND

__all__ = ["WorldFrames"]


@dataclass(slots=True)
class _StandingWorld:
    frame: int
    stopping: list[asyncio.Future[int | None]] = field(default_factory=list)


class WorldFrames:
    """Which frame each world is at. `hosts` gives the media processes, `now` seconds that pass
    evenly."""

    def __init__(self, hosts: Callable[[], Sequence[EngineHost]], now: Callable[[], float]) -> None:
        self._hosts = hosts
        self._now = now
        self._began = now()
        self._ahead: dict[str, int] = {}  # frames that a world was moved by
        self._standing: dict[str, _StandingWorld] = {}

    def frame(self, world_id: str) -> int:
        """The present frame of a world. In real time its processes may be a few behind."""
        standing = self._standing.get(world_id)
        if standing is not None:
            return standing.frame
        return self._passed() + self._ahead.get(world_id, 0)

    def is_frozen(self, world_id: str) -> bool:
        """Whether it stands still."""
        return world_id in self._standing

    def freeze(self, world_id: str) -> Coroutine[Any, Any, int]:
        """Stand still from now on. Awaited: the frame, when no process goes on."""
        if world_id not in self._standing:
            standing = _StandingWorld(self.frame(world_id))
            standing.stopping = [host.freeze(world_id) for host in self._holding(world_id)]
            self._standing[world_id] = standing
        return self._stand(self._standing[world_id])

    async def step(self, world_id: str, until: int) -> int:
        """Move a standing world, to `until` at most; the frame it is at. What orders brought about
        without a frame is told as well, so that `until` may be the present one."""
        standing = self._standing[world_id]
        await self._stand(standing)
        while True:
            hosts = self._holding(world_id)
            if not hosts:
                standing.frame = max(standing.frame, until)
                break
            # Processes know nothing of each other: what one of them reports may have to do with
            # legs of another, which must not be ahead by then.
            target = until if len(hosts) == 1 else min(standing.frame + 1, until)
            reports = sum(host.reports for host in hosts)
            frames = await asyncio.gather(*(host.step(world_id, target) for host in hosts))
            reached = [frame for frame in frames if frame is not None]
            if len(reached) < len(hosts):
                break  # one was lost, which its legs heard
            standing.frame = max(standing.frame, *reached)
            told = sum(host.reports for host in hosts) != reports
            if told or standing.frame < target or standing.frame >= until:
                break
        return standing.frame

    def thaw(self, world_id: str) -> None:
        """Go on from where it stands."""
        standing = self._standing.pop(world_id, None)
        if standing is not None:
            self._ahead[world_id] = standing.frame - self._passed()
            for host in self._holding(world_id):
                host.thaw(world_id)

    async def _stand(self, standing: _StandingWorld) -> int:
        if standing.stopping:
            frames = await asyncio.gather(*standing.stopping)
            if standing.stopping:
                standing.stopping = []
                reached = [frame for frame in frames if frame is not None]
                standing.frame = max(reached, default=standing.frame)
        return standing.frame

    def _holding(self, world_id: str) -> list[EngineHost]:
        return [host for host in self._hosts() if host.has(world_id)]

    def _passed(self) -> int:
        return int((self._now() - self._began) * FRAMES_PER_SECOND)
