"""A media process as a child of the main process, and the socket to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable
from typing import cast

import structlog

from trunkline.faults import fault
from trunkline.voice.legs import MediaUnavailable
from trunkline.voice.media.framing import encoded, reports_of
from trunkline.voice.media.wire import Command, Report

__all__ = ["Link", "StartLink", "start_media_process"]

log = structlog.get_logger(__name__)

MODULE = "trunkline.voice.media.process"
START_SECONDS = 30.0  # until its first report
END_SECONDS = 3.0  # to write what it holds after its socket was closed


class Link(asyncio.Protocol):
    """The main process's end of the socket. Orders of one turn of the event loop leave
    together."""

    def __init__(
        self, reported: Callable[[Report], None], ended: Callable[[], None], process: Process
    ) -> None:
        self._reported = reported
        self._ended = ended
        self._process = process
        self._reader = reports_of()
        self._transport: asyncio.Transport | None = None
        self._waiting: list[Command] = []
        self.begun = asyncio.Event()  # it has reported for the first time, or ended
        self.alive = True

    @property
    def pid(self) -> int:
        """Process id of the media process."""
        return self._process.pid

    def send(self, command: Command) -> None:
        """Give an order. Of no effect once the process has ended, which is told by then or soon
        will be."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(command)

    async def close(self) -> None:
        """End the process: it writes what it holds, or is killed."""
        self._flush()
        if self._transport is not None:
            self._transport.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End the process now."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and self._transport is not None and not self._transport.is_closing():
            self._transport.write(encoded(waiting))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.Protocol."""
        # uvloop has a class of its own for it.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol."""
        self.begun.set()
        try:
            for report in self._reader.feed(data):
                self._reported(report)
        except ValueError as error:
            log.error("media process misunderstood", pid=self.pid, **fault(error))
            self.kill()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio.Protocol."""
        self.alive = False
        # It ends by itself, having written what it held; and if not, all the same.
        asyncio.get_running_loop().call_later(END_SECONDS, self.kill)
        self.begun.set()
        self._ended()


StartLink = Callable[[Callable[[Report], None], Callable[[], None]], Awaitable[Link]]


async def start_media_process(
    reported: Callable[[Report], None], ended: Callable[[], None]
) -> Link:
    """Start a media process; returns when it works. Every report is passed to `reported`, and
    its end, whatever the cause, to `ended`. Raises MediaUnavailable."""
    ours, theirs = socket.socketpair()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", MODULE, str(theirs.fileno()), str(os.getpid())),
            stdin=DEVNULL,
            stdout=DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
    except OSError as error:
        ours.close()
        raise MediaUnavailable(f"No process can be started ({error.strerror}).") from error
    finally:
        theirs.close()
    ours.setblocking(False)
    link = Link(reported, ended, process)
    await asyncio.get_running_loop().create_unix_connection(lambda: link, sock=ours)
    try:
        async with asyncio.timeout(START_SECONDS):
            await link.begun.wait()
    except BaseException as error:
        link.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise MediaUnavailable("The media process does not start.") from None
        raise
    if not link.alive:
        link.kill()
        status = await process.wait()
        raise MediaUnavailable(f"The media process ended at its start (status {status}).")
    return link
