"""A folder of WAVs that the engine plays, each named by what it was made of."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from trunkline.faults import fault

__all__ = ["AudioCache", "Write"]

log = structlog.get_logger(__name__)

# What was asked for within so many seconds is not removed: a call may be about to play it.
IN_USE = 3600.0
# Of what fills the disk nothing is kept so long: beyond so many times the most that the folder may
# hold, only what was asked for a moment ago. A leg reads a file when it is told to play it.
FLOODED = 2
IN_FLOOD = 60.0
LOWERED = 0.8  # of the most that the folder may hold, when some is removed

Write = Callable[[Path], Awaitable[None]]


class AudioCache:
    """Makes a file once, however many ask for it at once, and keeps it.

    Above `most` bytes the files that were not asked for longest are removed, but none of the last
    hour; above twice as many, all but those of the last minute.
    """

    def __init__(self, folder: Path, *, most: int) -> None:
        self._folder = folder
        self._most = most
        self._making: dict[str, asyncio.Task[Path]] = {}
        self._size: int | None = None  # bytes; None: not counted yet
        self._sweeping: asyncio.Task[None] | None = None
        self._number = 0

    def find(self, key: str) -> Path | None:
        """The file of a key (characters that file names may have), if there is one."""
        path = self._path(key)
        return path if self.use(path) else None

    def use(self, path: Path) -> bool:
        """Whether a file that was given out is still there; then it is not removed soon."""
        try:
            # Not the time of its change: by that the engine knows whether to read it again.
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
        except OSError:
            return False
        return True

    async def make(self, key: str, write: Write) -> Path:
        """The file of a key, which `write` makes if there is none. Raises what `write` raises,
        and OSError. Who asks for a key that is being made waits for it, and gets the same."""
        if (found := self.find(key)) is not None:
            return found
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, write))
            self._making[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        # Somebody else may wait for it, too: who is cancelled leaves it alone.
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """Wait for what is being made, and be done."""
        tasks: list[asyncio.Task[Path] | asyncio.Task[None]] = list(self._making.values())
        if self._sweeping is not None:
            tasks.append(self._sweeping)
        await asyncio.gather(*tasks, return_exceptions=True)

    def spool(self) -> Path:
        """The name of a file that is not there yet, for what is not to be kept. Raises OSError."""
        self._number += 1
        incoming = self._folder / "incoming"
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        return incoming / f"{os.getpid()}-{time.time_ns()}-{self._number}"

    async def _make(self, key: str, write: Write) -> Path:
        unfinished = self.spool()
        try:
            await write(unfinished)
            size = unfinished.stat().st_size
            path = self._path(key)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            unfinished.replace(path)
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
        if self._size is not None:
            self._size += size
        if self._sweeping is None and (self._size is None or self._size > self._most):
            self._sweeping = asyncio.create_task(self._sweep())
        return path

    def _made(self, key: str, task: asyncio.Task[Path]) -> None:
        self._making.pop(key, None)
        if not task.cancelled():
            task.exception()  # it was told to all who waited, if anybody still does

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.wav"

    async def _sweep(self) -> None:
        try:
            self._size = await asyncio.to_thread(_remove_old, self._folder, self._most)
        except OSError as error:
            log.warning("speech.cache_not_swept", **fault(error))
        finally:
            self._sweeping = None


def _remove_old(folder: Path, most: int) -> int:
    """The bytes that remain. What a run that was killed left in `incoming` goes, too."""
    found: list[tuple[float, int, str]] = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with contextlib.suppress(OSError):
                status = os.stat(path)
                found.append((max(status.st_mtime, status.st_atime), status.st_size, path))
    size = sum(each[1] for each in found)
    limit = most * LOWERED if size > most else size
    flooded = size > most * FLOODED
    oldest = time.time() - (IN_FLOOD if flooded else IN_USE)
    for written, length, path in sorted(found):
        if written > oldest:
            break
        if size > limit or os.sep + "incoming" + os.sep in path:
            with contextlib.suppress(OSError):
                os.unlink(path)
                size -= length
    return size
