"""`trunkline up`: starts PostgreSQL and the main process, keeps them running, stops them.

It is small on purpose: it waits for days, and what it never loads can never fail in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trunkline.server.ask_main import ask_for_credentials
from trunkline.server.listening import CannotListen, address_of, listen
from trunkline.server.main_child import MainChild, StartFailed, ended_how
from trunkline.server.node_id import node_id
from trunkline.server.process_end import end_of
from trunkline.server.runtime_file import Runtime, read_runtime, remove_runtime, write_runtime
from trunkline.server.start_settings import StartSettings
from trunkline.store.embedded import (
    DataFolderInUse,
    DataFolderUnusable,
    EmbeddedDatabaseError,
    EmbeddedPostgres,
    FolderLock,
)

__all__ = ["Reports", "run"]

Credentials = Mapping[str, Any]

STOP_SECONDS = 10.0
FIRST_DELAY = 0.1
LONGEST_DELAY = 10.0
HEALTHY_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Reports:
    """How the supervisor speaks to its user."""

    ready: Callable[[Credentials], bool]  # whether anybody heard
    progress: Callable[[str], None]  # replaced by what comes next; "" takes it away
    trouble: Callable[[str], None]  # one sentence


def run(settings: StartSettings, reports: Reports) -> int:
    """Run the platform until SIGINT or SIGTERM: 0; or 1, with one sentence of trouble, when it
    cannot start."""
    lock = FolderLock(settings.data)
    listening: socket.socket | None = None
    remove = False
    try:
        if settings.temporary:
            _refuse_to_remove(settings.data)
        _take(lock, settings.data)
        remove = settings.temporary
        remove_runtime(settings.data)
        listening = listen(settings.host, settings.port)
        return asyncio.run(_Supervisor(settings, reports, listening).run())
    except (EmbeddedDatabaseError, CannotListen) as error:
        reports.trouble(str(error))
    except OSError as error:
        name = f" {error.filename}" if error.filename else ""
        reports.trouble(f"The data folder {settings.data} cannot be used: {error.strerror}{name}.")
    finally:
        if listening is not None:
            listening.close()
        lock.release()
        if remove:
            shutil.rmtree(settings.data, ignore_errors=True)
    return 1


def _refuse_to_remove(data: Path) -> None:
    """A slip in the environment must not cost somebody's messages."""
    if data.exists() and any(data.iterdir()):
        raise DataFolderUnusable(
            f"The data folder {data} is not empty, so no temporary platform may have it."
        )


def _take(lock: FolderLock, data: Path) -> None:
    try:
        lock.acquire()
    except DataFolderInUse:
        runtime = read_runtime(data)
        if runtime is None:
            raise
        raise DataFolderInUse(
            f"Trunkline runs on {data} already: process {runtime.pid}, {runtime.base_url}. "
            f"Stop it, or choose another folder with --data."
        ) from None


class _Supervisor:
    """One run, from the first process that is started to the last that is stopped."""

    def __init__(self, settings: StartSettings, reports: Reports, listening: socket.socket) -> None:
        self._settings = settings
        self._reports = reports
        self._listening = listening
        self._address = address_of(listening)
        self._started_at = datetime.now(UTC)
        self._log = settings.data / "logs" / "trunkline.log"
        self._node_id = node_id(settings.data)
        self._postgres = (
            EmbeddedPostgres(settings.data, throw_away=settings.temporary)
            if settings.database_url is None
            else None
        )
        self._database_url = settings.database_url or ""
        self._main: MainChild | None = None
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._last_trouble = ""

    async def run(self) -> int:
        """The exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._told_to_stop)  # nohup stays nohup
        # `trunkline up` held them back until there was somebody to handle them.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
        life = asyncio.create_task(self._live())
        stopping = asyncio.create_task(self._told())
        try:
            await asyncio.wait({life, stopping}, return_when=asyncio.FIRST_COMPLETED)
            life.cancel()
            try:
                await life
            except asyncio.CancelledError:
                return 0
            except (EmbeddedDatabaseError, StartFailed) as error:
                self._trouble(str(error))
                return 1
            return 0
        finally:
            stopping.cancel()
            await self._shut_down()

    async def _told(self) -> None:
        """Wait for a signal, or for the end of the process with which this one is to stop."""
        if (owner := self._settings.stop_with) is None:
            await self._stop.wait()
            return
        ends = [asyncio.ensure_future(each) for each in (self._stop.wait(), end_of(owner))]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ends:
                each.cancel()
        if not self._stop.is_set():
            self._hurry.set()  # nobody is left who waits for an answer

    def _told_to_stop(self) -> None:
        if self._stop.is_set():
            self._hurry.set()
            self._end_postgres_at_once()
        self._stop.set()

    async def _live(self) -> None:
        """Start all, then keep it running until cancelled."""
        self._reports.progress(
            "Starting …"
            if self._postgres is None or (self._settings.data / "postgres").exists()
            else "Making the database, which happens once …"
        )
        # The modules of the main process take as long to load as PostgreSQL takes to start.
        if self._postgres is not None:
            self._database_url = self._postgres.prepare()
        await self._launch_main()
        token = await self._start_both()
        credentials = await ask_for_credentials(self._address, token)
        self._reports.progress("")
        if not self._reports.ready(credentials) and self._settings.temporary:
            return  # who started it has ended, and nobody else knows of it
        gc.collect()
        await asyncio.gather(self._keep_main(), self._keep_postgres())

    async def _start_both(self) -> str:
        """Start PostgreSQL while the main process loads; the control token.

        Raises the error of the one that fails first.
        """
        both = [asyncio.create_task(each) for each in (self._begin(), self._main_serves())]
        try:
            _, token = await asyncio.gather(*both)
        finally:
            for task in both:
                task.cancel()
            await asyncio.wait(both)
        return str(token)

    async def _begin(self) -> None:
        assert self._main is not None
        if self._postgres is not None:
            if self._settings.temporary:
                from trunkline.server.begin_temporary import begin_temporary

                cluster = self._settings.data / "postgres"
                await begin_temporary(self._postgres, cluster, self._main)
            else:
                await self._postgres.start()
        self._main.go()

    async def _launch_main(self) -> MainChild:
        """Start the main process, which loads its modules and waits. Raises StartFailed."""
        run = {
            "database_url": self._database_url,
            "node_id": self._node_id,
            "socket_fd": self._listening.fileno(),
            "data": str(self._settings.data),
        }
        self._main = await MainChild.start(run, self._log)
        return self._main

    async def _main_serves(self) -> str:
        """Wait until the main process serves; its control token. Raises StartFailed."""
        assert self._main is not None
        token = await self._main.ready()
        runtime = Runtime(
            base_url=self._address,
            control_token=token,
            pid=os.getpid(),
            started_at=self._started_at.isoformat(timespec="seconds"),
        )
        write_runtime(self._settings.data, runtime)
        return token

    async def _keep_main(self) -> None:
        delays = _Delays()
        while True:
            if self._main is not None:
                status = await self._main.wait()
                self._main = None
                self._trouble(f"The main process {ended_how(status)} and is started again.")
            await delays.sleep()
            try:
                (await self._launch_main()).go()
                await self._main_serves()
            except (StartFailed, OSError) as error:
                self._repeated_trouble(error)
                if self._main is not None:
                    await self._main.stop(STOP_SECONDS, self._hurry)
                    self._main = None
            else:
                delays.began()
                self._last_trouble = ""

    async def _keep_postgres(self) -> None:
        if self._postgres is None:
            return
        delays = _Delays()
        while True:
            if self._postgres.pid is not None:
                status = await self._postgres.wait()
                self._trouble(f"PostgreSQL {ended_how(status)} and is started again.")
            await delays.sleep()
            try:
                await self._postgres.start()
            except EmbeddedDatabaseError as error:
                self._repeated_trouble(error)
            else:
                delays.began()
                self._last_trouble = ""

    async def _shut_down(self) -> None:
        """The main process, then PostgreSQL; whatever was left undone by a failed start too."""
        self._reports.progress("Stopping …")
        remove_runtime(self._settings.data)
        self._listening.close()
        if self._main is not None:
            await self._main.stop(STOP_SECONDS, self._hurry)
            self._main = None
        if self._postgres is not None:
            if self._hurry.is_set() or self._settings.temporary:
                self._end_postgres_at_once()
            await self._postgres.stop()
        self._reports.progress("")

    def _end_postgres_at_once(self) -> None:
        """An immediate shutdown, which loses nothing: the next start recovers from the log."""
        pid = None if self._postgres is None else self._postgres.pid
        if pid is not None and self._main is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGQUIT)

    def _trouble(self, sentence: str) -> None:
        self._reports.progress("")
        self._reports.trouble(sentence)

    def _repeated_trouble(self, error: Exception) -> None:
        """Tell what keeps something from being started again, once until it changes."""
        if str(error) != self._last_trouble:
            self._last_trouble = str(error)
            self._trouble(str(error))


class _Delays:
    """Waits before another try: short first, then longer, short again after a healthy time."""

    def __init__(self) -> None:
        self._next = FIRST_DELAY
        self._began: float | None = time.monotonic()

    def began(self) -> None:
        """It runs now."""
        self._began = time.monotonic()

    async def sleep(self) -> None:
        """It ended, or did not begin: wait before the next try."""
        if self._began is not None and time.monotonic() - self._began > HEALTHY_SECONDS:
            self._next = FIRST_DELAY
        self._began = None
        await asyncio.sleep(self._next)
        self._next = min(self._next * 2, LONGEST_DELAY)
