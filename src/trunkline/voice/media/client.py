"""The main process's side of all media processes: opens legs, and moves the time of worlds."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from trunkline.voice.legs import Leg, Listener, MediaUnavailable
from trunkline.voice.media.client_leg import EngineLeg
from trunkline.voice.media.host import EngineHost
from trunkline.voice.media.link import StartLink, start_media_process
from trunkline.voice.media.wire import OpenPair, OpenPhone, Statistics
from trunkline.voice.media.world_frames import WorldFrames
from trunkline.voice.phones.script import Step

if TYPE_CHECKING:
    from trunkline.voice.legs import Legs

__all__ = ["MediaClient"]

log = structlog.get_logger(__name__)

MOST_LEGS = 400  # of one process: what a core carries without being late
IDLE_SECONDS = 60.0
LOOK_SECONDS = 10.0
MOST_SILENT = 3  # looks in a row: a process reports its load once a second, whatever it does


class MediaClient:
    """Media processes, started when they are needed: see `voice.legs.Legs`.

    A process is filled before another one is started; the one where the world already is goes
    first. A process that nobody needs ends after a while. When one dies, its legs hear
    `EngineLost`, and new ones go elsewhere; one that says nothing for long is killed.
    """

    def __init__(
        self,
        start_link: StartLink = start_media_process,
        *,
        most_legs: int = MOST_LEGS,
        most_processes: int | None = None,
        idle_seconds: float = IDLE_SECONDS,
        look_seconds: float = LOOK_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start_link = start_link
        self._most_legs = most_legs
        self._most_processes = most_processes or max(2, os.cpu_count() or 1)
        self._idle_seconds = idle_seconds
        self._look_seconds = look_seconds
        self._hosts: list[EngineHost] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()
        self._frames = WorldFrames(lambda: self._hosts, now)
        self._stopped = False

    # Its own life ---------------------------------------------------------------------------
    async def start(self) -> None:
        """Nothing is started before the first call."""

    async def warm(self) -> None:
        """Start a process, if there is none, so that the first call need not wait for it."""
        async with self._starting:
            if not self._hosts:
                await self._start_host()

    async def stop(self) -> None:
        """End all processes. Their legs are lost."""
        self._stopped = True
        async with self._starting:
            hosts = list(self._hosts)
        await asyncio.gather(*(host.close() for host in hosts), *self._ending)

    def statistics(self) -> list[Statistics]:
        """What each process reported last of its load."""
        return [host.statistics for host in self._hosts if host.statistics is not None]

    @property
    def legs(self) -> int:
        """How many legs there are."""
        return sum(host.legs for host in self._hosts)

    # Legs -----------------------------------------------------------------------------------
    async def open_phone(
        self,
        sid: str,
        world_id: str,
        listener: Listener,
        *,
        rings: bool,
        script: Sequence[Step],
        heard: str | None,
        near: Leg | None = None,
    ) -> Leg:
        """A leg to (`rings`) or from a virtual phone. Raises MediaUnavailable."""
        host = await self._host(world_id, near, 1)
        self._open_world(host, world_id)
        host.open_leg(sid, world_id, listener, heard=heard is not None)
        host.send(
            OpenPhone(
                leg=sid,
                world=world_id,
                rings=rings,
                script=tuple(script),
                heard=heard,
            )
        )
        return EngineLeg(sid, host)

    async def open_pair(
        self,
        sid: str,
        other_sid: str,
        world_id: str,
        listener: Listener,
        other_listener: Listener,
        *,
        near: Leg | None = None,
    ) -> tuple[Leg, Leg]:
        """The two legs of a call between two numbers of the platform. Raises MediaUnavailable."""
        host = await self._host(world_id, near, 2)
        self._open_world(host, world_id)
        host.open_leg(sid, world_id, listener, heard=False)
        host.open_leg(other_sid, world_id, other_listener, heard=False)
        host.send(OpenPair(leg=sid, other=other_sid, world=world_id))
        return EngineLeg(sid, host), EngineLeg(other_sid, host)

    async def written(self, sid: str) -> None:
        """Wait until the WAV of what the phone of a call heard is whole, if it is being
        written."""
        for host in list(self._hosts):
            await host.written(sid)

    async def all_written(self, world_id: str) -> None:
        """Wait until no WAV of what a phone of a world heard is being written, of calls that are
        over."""
        for host in list(self._hosts):
            await host.all_written(world_id)

    # The time of a world --------------------------------------------------------------------
    def frame(self, world_id: str) -> int:
        """The present frame of a world."""
        return self._frames.frame(world_id)

    def freeze(self, world_id: str) -> Coroutine[Any, Any, int]:
        """Let no time pass for a world, from this call on; the frame at which it stands, when
        awaited."""
        return self._frames.freeze(world_id)

    async def step(self, world_id: str, until: int) -> int:
        """Of a frozen world: run its frames until `until`, or the first one that reports
        anything; the frame that was reached. What it reports has been told by then."""
        return await self._frames.step(world_id, until)

    def thaw(self, world_id: str) -> None:
        """Let time pass by itself again."""
        self._frames.thaw(world_id)

    # Processes ------------------------------------------------------------------------------
    async def _host(self, world_id: str, near: Leg | None, legs: int) -> EngineHost:
        if near is not None:
            if not isinstance(near, EngineLeg):
                raise TypeError("`near` is no leg of the media processes")
            if near.host.lost:
                raise MediaUnavailable("The media process of the call has ended.")
            return near.host
        host = self._with_room(world_id, legs)
        if host is not None:
            return host
        async with self._starting:
            # Another call may have started one meanwhile.
            return self._with_room(world_id, legs) or await self._start_host()

    def _with_room(self, world_id: str, legs: int) -> EngineHost | None:
        if self._stopped:
            raise MediaUnavailable("The platform stops.")
        room = [host for host in self._hosts if host.legs + legs <= self._most_legs]
        return next((host for host in room if host.has(world_id)), room[0] if room else None)

    async def _start_host(self) -> EngineHost:
        if self._stopped:
            raise MediaUnavailable("The platform stops.")
        if len(self._hosts) >= self._most_processes:
            raise MediaUnavailable(
                f"{self._most_processes} media processes have {self._most_legs} legs each."
            )
        host = EngineHost(self._let_end)
        link = await self._start_link(host.reported, lambda: self._ended(host))
        host.attach(link)
        self._hosts.append(host)
        self._let_end(host)
        self._look_later(host, 0)
        log.info("media process started", pid=link.pid)
        return host

    def _look_later(self, host: EngineHost, silent: int) -> None:
        asyncio.get_running_loop().call_later(self._look_seconds, self._look, host, silent)

    def _look(self, host: EngineHost, silent: int) -> None:
        """Whether a process does anything at all. It may have been stopped, or the disk under its
        program be gone: its calls end, instead of waiting for ever."""
        if host.lost or host not in self._hosts:
            return
        silent = 0 if host.heard_of else silent + 1
        host.heard_of = False
        if silent >= MOST_SILENT:
            log.error("media process silent", legs=host.legs)
            host.kill()
        self._look_later(host, silent)

    def _ended(self, host: EngineHost) -> None:
        if host in self._hosts:
            self._hosts.remove(host)
        if not self._stopped and not host.idle:
            log.error("media process lost", legs=host.legs)
        host.ended()

    def _open_world(self, host: EngineHost, world_id: str) -> None:
        if host.lost:
            raise MediaUnavailable("The media process has ended.")
        frame = self._frames.frame(world_id)
        host.open_world(world_id, frame, frozen=self._frames.is_frozen(world_id))

    def _let_end(self, host: EngineHost) -> None:
        """Called when a process has become idle."""
        asyncio.get_running_loop().call_later(self._idle_seconds, self._end_idle, host, host.opened)

    def _end_idle(self, host: EngineHost, opened: int) -> None:
        if host.opened == opened and host.idle and host in self._hosts:
            self._hosts.remove(host)
            task = asyncio.ensure_future(host.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


if TYPE_CHECKING:

    def _opens_legs(client: MediaClient) -> Legs:
        return client
