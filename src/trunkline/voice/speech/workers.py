"""The worker processes: started when there is work, ended when there is none for a minute.

What they read may come from anywhere, so a worker that takes too long, grows too large or dies
costs the one piece of work that it had, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import msgspec
import structlog

from trunkline.voice.speech.orders import LENGTH_BYTES, Answer, Done, Order, Render

__all__ = ["BadInput", "TookTooLong", "WorkFailed", "Workers"]

log = structlog.get_logger(__name__)

MODULE = "trunkline.voice.speech.worker"
IDLE_SECONDS = 60.0
MOST_WAITING = 1000  # pieces of work
SECONDS = 30.0  # for one piece of work
MOST_ANSWER = 1 << 16  # bytes
# No secret of the platform reaches a worker.
PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class WorkFailed(Exception):
    """A worker could not do it; the text says why, and is no sentence of its own."""


class BadInput(WorkFailed):
    """What was to be worked on is to blame."""


class TookTooLong(WorkFailed):
    """It was given up after the time that it had."""


class _Worker:
    """One process, which does one thing at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.idle_since = 0.0

    @classmethod
    async def start(cls) -> _Worker:
        """Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            # -P: a file `wave.py` in the user's folder is none of ours.
            *(sys.executable, "-P", "-m", MODULE, str(os.getpid())),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # libraries write there what files that they cannot read make them say
            env={
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                "LC_ALL": "C.UTF-8",
                # One core each: the tick of the media engine needs the others.
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, order: Order) -> Answer:
        """Raises OSError or EOFError when the process is gone."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        data = msgspec.msgpack.encode(order)
        stdin.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        await stdin.drain()
        length = int.from_bytes(await stdout.readexactly(LENGTH_BYTES), "big")
        if length > MOST_ANSWER:
            raise EOFError
        answer: Answer = msgspec.msgpack.decode(await stdout.readexactly(length), type=Answer)
        return answer

    async def end(self) -> None:
        """Kill it: it holds nothing that is needed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


class Workers:
    """Up to `most` processes at a time; work beyond waits its turn."""

    def __init__(self, most: int, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._turn = asyncio.Semaphore(most)
        self._idle_seconds = idle_seconds
        self._idle: list[_Worker] = []  # the last used at the end
        self._busy: set[_Worker] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._sweep: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def pids(self) -> list[int]:
        """The processes that there are."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    async def run(self, order: Order, *, seconds: float = SECONDS) -> Done:
        """Have a worker do something, within so many seconds from when it begins. Raises
        WorkFailed."""
        if self._waiting >= MOST_WAITING:
            raise WorkFailed("too much waits for the workers of speech")
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        try:
            answer = await self._ask(order, seconds)
        finally:
            self._turn.release()
        if isinstance(answer, Done):
            return answer
        if answer.slow:
            raise TookTooLong(answer.reason)
        raise BadInput(answer.reason) if answer.bad_input else WorkFailed(answer.reason)

    async def stop(self) -> None:
        """End every worker, with what it does."""
        self._stopped = True
        if self._sweep is not None:
            self._sweep.cancel()
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(worker.end() for worker in workers), *self._ending)

    async def _ask(self, order: Order, seconds: float) -> Answer:
        deaths = 0  # of new workers that had it
        while True:
            if self._stopped:
                raise WorkFailed("the platform is stopping")
            used = bool(self._idle)
            try:
                worker = self._idle.pop() if used else await _Worker.start()
            except OSError as error:
                raise WorkFailed(f"no process can be started ({error.strerror})") from error
            if self._stopped:
                await worker.end()
                continue
            self._busy.add(worker)
            answer: Answer | None = None
            try:
                async with asyncio.timeout(seconds):
                    answer = await worker.ask(order)
            except TimeoutError:
                log.warning("speech.worker_too_slow", order=type(order).__name__, seconds=seconds)
                raise TookTooLong(f"it took longer than {seconds:g} s") from None
            except (EOFError, OSError, msgspec.MsgspecError):
                # One that was used may have died long before, so a new one tells whether the work
                # is to blame. A text hardly is: a second new one tries it.
                deaths += not used
                if not self._stopped and deaths > isinstance(order, Render):
                    log.warning("speech.worker_died", order=type(order).__name__)
                    raise WorkFailed("the worker that had it died") from None
            finally:
                self._busy.discard(worker)
                if answer is None or self._stopped:
                    self._end(worker)
            if answer is not None:
                self._rest(worker)
                return answer

    def _rest(self, worker: _Worker) -> None:
        if self._stopped:
            return
        loop = asyncio.get_running_loop()
        worker.idle_since = loop.time()
        self._idle.append(worker)
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_seconds, self._end_idle)

    def _end_idle(self) -> None:
        self._sweep = None
        loop = asyncio.get_running_loop()
        while self._idle and self._idle[0].idle_since + self._idle_seconds <= loop.time():
            self._end(self._idle.pop(0))
        if self._idle:
            due = self._idle[0].idle_since + self._idle_seconds
            self._sweep = loop.call_at(due, self._end_idle)

    def _end(self, worker: _Worker) -> None:
        task = asyncio.create_task(worker.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
