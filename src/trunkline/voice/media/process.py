"""A media process: `python -m trunkline.voice.media.process FD PARENT`, started by the main
process, with whose end it ends."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import faulthandler
import gc
import json
import os
import signal
import socket
import sys
import time
from typing import cast

from trunkline.faults import fault
from trunkline.voice.media.engine import Engine
from trunkline.voice.media.framing import commands_of, encoded
from trunkline.voice.media.playing import Sounds
from trunkline.voice.media.recording import RecordingWriter
from trunkline.voice.media.stepping import Stepping
from trunkline.voice.media.ticker import Ticker
from trunkline.voice.media.wire import Statistics, StepWorld

__all__ = ["MediaProcess", "main"]

STATISTICS_SECONDS = 1.0
STUCK_SECONDS = 60.0  # a process whose event loop does not turn for so long is ended
COLLECT_EVERY = 60  # statistics: look for garbage among all objects, which takes milliseconds
SWITCH_SECONDS = 0.0005  # how long a thread that writes files may keep a tick waiting
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class MediaProcess(asyncio.Protocol):
    """The engine, its ticks and its socket."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = commands_of()
        self._transport: asyncio.Transport | None = None
        self._engine = Engine(
            Sounds(),
            RecordingWriter(wake=self._wake),
            faulty=_tell_fault,
            unwritten=_tell_unwritten,
        )
        self._stepping = Stepping(self._engine, time.monotonic)
        self._ticker = Ticker(self._tick, time.monotonic, self._loop.call_later)
        self._steps_again = False
        self._told = 0
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.Protocol."""
        # uvloop has a class of its own for it.
        self._transport = cast(asyncio.Transport, transport)
        self._tell_statistics()

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol."""
        for command in self._reader.feed(data):
            if isinstance(command, StepWorld):
                self._stepping.add(command)
                self._step()
            else:
                self._engine.apply(command)
        self._flush()
        if self._engine.runs:
            self._ticker.start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio.Protocol."""
        self.ended.set()

    def close(self) -> None:
        """Write what is to be written."""
        self._ticker.stop()
        self._engine.close()

    def _tick(self) -> bool:
        try:
            self._engine.run_frame()
        except Exception as error:  # the next tick comes all the same
            _tell_fault(error)
        self._flush()
        return self._engine.runs

    def _step(self) -> None:
        if self._stepping.run() and not self._steps_again:
            self._steps_again = True
            self._loop.call_soon(self._step_again)

    def _step_again(self) -> None:
        self._steps_again = False
        self._step()
        self._flush()

    def _wake(self) -> None:
        """A recording is whole, a thread says: where no tick comes to see it, look now."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._collect)

    def _collect(self) -> None:
        self._engine.collect()
        self._flush()

    def _flush(self) -> None:
        reports = self._engine.take_reports()
        if reports and self._transport is not None and not self._transport.is_closing():
            self._transport.write(encoded(reports))

    def _tell_statistics(self) -> None:
        middle, most = self._ticker.times()
        self._engine.tell(
            Statistics(
                legs=self._engine.legs,
                ticks=self._ticker.ticks,
                late=self._ticker.late,
                p50_ms=middle * 1000,
                p99_ms=most * 1000,
            )
        )
        self._flush()
        self._told += 1
        gc.collect(2 if self._told % COLLECT_EVERY == 0 else 0)
        faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
        self._loop.call_later(STATISTICS_SECONDS, self._tell_statistics)


def _tell_fault(error: Exception) -> None:
    line = {"event": "fault in the media engine", "level": "error", **fault(error)}
    print(json.dumps(line), file=sys.stderr, flush=True)


def _tell_unwritten(recording: str, problem: str) -> None:
    line = {"event": "sound not written", "level": "error", "of": recording, "problem": problem}
    print(json.dumps(line), file=sys.stderr, flush=True)


async def _serve(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    connection = socket.socket(fileno=descriptor)
    connection.setblocking(False)
    process = MediaProcess()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process.ended.set)
    await loop.create_unix_connection(lambda: process, sock=connection)
    # What was loaded stays; from here on the collector is called between ticks.
    gc.freeze()
    gc.disable()
    await process.ended.wait()
    process.close()


def _end_with(parent: int) -> bool:
    """Be told by the system of the main process's end; whether it is still there."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux: the socket tells it, too
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGTERM)
    return os.getppid() == parent


def main() -> int:
    """Serve until the socket's end; the exit code."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    if not _end_with(parent):
        return 0
    faulthandler.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(descriptor))
    else:
        uvloop.run(_serve(descriptor))
    return 0


if __name__ == "__main__":
    sys.exit(main())
