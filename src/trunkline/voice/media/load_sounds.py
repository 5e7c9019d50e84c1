"""Reads the files that legs play, off the tick: threads read, the tick looks whether they have.

A file is held in memory while a leg plays it, once for all legs that do, and some are kept for
those who play them again (menu prompts). It is read, not mapped, so that neither a slow disk nor a
file that somebody cuts can stop or end the process in the middle of a tick.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from trunkline.voice.media.frame import Samples
from trunkline.voice.media.wave_file import BadWave, read_wave

__all__ = ["Sound", "Sounds"]

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file: over an hour."""

KEPT_BYTES: Final = 64 * 1024 * 1024
_THREADS: Final = 2  # one slow file does not keep all others waiting

_Stamp = tuple[int, int, int]  # file number, modified, bytes


class Sound:
    """A file on its way into memory: `samples` are whole frames once they are there; `failed` says
    why they never will be."""

    __slots__ = ("failed", "samples")

    def __init__(self) -> None:
        self.samples: Samples | None = None
        self.failed = ""

    @property
    def ready(self) -> bool:
        """Whether it is known by now."""
        return self.samples is not None or self.failed != ""


class Sounds:
    """The files of one process. `fetch` is for the tick's thread; threads of its own read."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, kept_bytes: int = KEPT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept_bytes = kept_bytes
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="sounds")
        self._reading: set[Future[None]] = set()
        self._lock = threading.Lock()  # of what is kept; never held while reading
        self._kept: OrderedDict[str, tuple[_Stamp, Samples]] = OrderedDict()
        self._bytes = 0
        # All that some leg holds, however long it is: many may play the same hour of music.
        self._held: weakref.WeakValueDictionary[tuple[str, _Stamp], Samples] = (
            weakref.WeakValueDictionary()
        )

    @property
    def pending(self) -> int:
        """How many are being read."""
        return len(self._reading)

    def fetch(self, path: str) -> Sound:
        """Begin to read a file. A file that was changed is read anew."""
        sound = Sound()
        reading = self._threads.submit(self._read, path, sound)
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        return sound

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait, blocking, until nothing is being read: before a frame of a world that is stepped,
        so that a file is heard in the frame it is due in. Whether it came to that in time."""
        return not self._reading or not wait(set(self._reading), timeout=seconds).not_done

    def close(self) -> None:
        """Let the threads end. What waits to be read never will be."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _read(self, path: str, sound: Sound) -> None:
        try:
            sound.samples = self._samples(path)
        except BadWave as bad:
            sound.failed = str(bad)
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
            sound.failed = f"{type(error).__name__}: {error}"
        except MemoryError:
            sound.failed = "There is no memory for it."

    def _samples(self, path: str) -> Samples:
        status = os.stat(path)
        stamp = status.st_ino, status.st_mtime_ns, status.st_size
        with self._lock:
            kept = self._kept.get(path)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(path)
                return kept[1]
            held = self._held.get((path, stamp))
            if held is not None:
                return held
        samples = read_wave(path, most_bytes=self._most_bytes)
        return self._keep(path, stamp, samples)

    def _keep(self, path: str, stamp: _Stamp, samples: Samples) -> Samples:
        """Keep what was used last, as far as there is room. What is held already, if another
        thread was quicker."""
        with self._lock:
            samples = self._held.setdefault((path, stamp), samples)
            before = self._kept.pop(path, None)
            if before is not None:
                self._bytes -= before[1].nbytes
            if samples.nbytes > self._kept_bytes // 4:
                return samples
            self._kept[path] = stamp, samples
            self._bytes += samples.nbytes
            while self._bytes > self._kept_bytes:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped.nbytes
            return samples
