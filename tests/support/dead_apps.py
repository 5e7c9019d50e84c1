"""Any number of apps that take requests and answer none, each on an address of its own, until they
come to life. All of them are one listener: the whole of 127.0.0.0/8 is this machine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl

__all__ = ["DeadApps", "dead_apps"]

PATIENCE = 30.0  # seconds to wait for requests
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class DeadApps:
    """The apps. Requests are remembered when they are answered."""

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._alive = asyncio.Event()
        self._over = asyncio.Event()
        self._changed = threading.Condition()
        self._held = 0
        self._told: dict[str, list[str]] = defaultdict(list)

    def url(self, number: int) -> str:
        """The status callback of one of them."""
        return f"http://127.77.{number // 250}.{number % 250 + 1}:{self.port}/status"

    @property
    def told(self) -> dict[str, list[str]]:
        """The statuses that were taken, by message, in the order in which they came."""
        with self._changed:
            return {sid: list(statuses) for sid, statuses in self._told.items()}

    def expect_held(self, count: int) -> None:
        """Wait until so many requests hang at the same time."""
        self._wait(lambda: self._held >= count, lambda: f"{self._held} requests hang")

    def expect_told(self, count: int) -> None:
        """Wait until so many requests were answered."""
        self._wait(lambda: self._answered() >= count, lambda: f"{self._answered()} answered")

    def come_to_life(self) -> None:
        """Answer what hangs, and what comes."""
        self._loop.call_soon_threadsafe(self._alive.set)

    def run(self, started: threading.Event) -> None:
        """Serve until `end`."""
        self._loop.run_until_complete(self._serve(started))
        self._loop.close()

    def end(self) -> None:
        """Hang up."""
        self._loop.call_soon_threadsafe(self._over.set)

    def _answered(self) -> int:
        return sum(len(statuses) for statuses in self._told.values())

    def _wait(self, come: Callable[[], bool], told: Callable[[], str]) -> None:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while not come():
                assert self._changed.wait(deadline - time.monotonic()), told()

    async def _serve(self, started: threading.Event) -> None:
        open_: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._talk(reader, writer))
            open_[task] = writer
            task.add_done_callback(open_.pop)

        server = await asyncio.start_server(connected, "0.0.0.0", 0, backlog=2048)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._over.wait()
        server.close()
        for writer in open_.values():
            writer.transport.abort()
        await asyncio.gather(*open_)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                form = dict(parse_qsl((await reader.readexactly(length)).decode()))
                if not await self._hold(reader):
                    break
                writer.write(ANSWER)
                await writer.drain()
                with self._changed:
                    self._told[form["MessageSid"]].append(form["MessageStatus"])
                    self._changed.notify_all()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _hold(self, reader: asyncio.StreamReader) -> bool:
        """Wait to come to life; False when the client has gone before."""
        self._count(1)
        gone = asyncio.create_task(reader.read(1))
        alive = asyncio.create_task(self._alive.wait())
        try:
            await asyncio.wait({gone, alive}, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            gone.cancel()
            alive.cancel()
            await asyncio.gather(gone, alive, return_exceptions=True)
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self._held += change
            self._changed.notify_all()


@contextmanager
def dead_apps() -> Iterator[DeadApps]:
    """The apps for the length of a `with` block."""
    apps = DeadApps()
    started = threading.Event()
    thread = threading.Thread(target=apps.run, args=(started,))
    thread.start()
    try:
        assert started.wait(PATIENCE)
        yield apps
    finally:
        apps.end()
        thread.join()
