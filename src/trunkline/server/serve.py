"""What the main process does: HTTP, messaging and the control API, on a socket of the
supervisor's."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from trunkline.accounts import open_secrets
from trunkline.clock import RealClock
from trunkline.control import control_app
from trunkline.secret_box import SecretBoxError
from trunkline.server.compose import Platform
from trunkline.server.http_protocol import BoundedHttp
from trunkline.server.listening import address_of
from trunkline.server.logs import log_to_stderr
from trunkline.server.settings_trouble import SettingsError, ValidationError, settings_trouble
from trunkline.settings import Settings
from trunkline.store import Database
from trunkline.store.errors import StoreError
from trunkline.store.migrate import migrate

__all__ = ["serve"]

CONTROL = "/trunkline/"
GRACE = 5  # seconds that open requests and event streams have when the platform stops
FORMER_PROCESS = 15.0  # seconds to wait for a former main process of the same folder
FILES = 16_384  # open files: connections of clients, to apps, to PostgreSQL
GARBAGE = 20_000  # objects more than before, until the collector looks at the youngest
CLEAR_FAILURE = 3  # exit code of a failure that was told in one sentence


class Failure(Exception):
    """A reason not to start, in one sentence."""


class Server(uvicorn.Server):
    """uvicorn without its signal handling: `serve` decides when to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def serve() -> int:
    """Serve until SIGTERM, SIGINT, or the end of standard input."""
    run = json.loads(os.environ["TRUNKLINE_RUN"])
    try:
        settings = Settings(data=Path(run["data"]))
        log_to_stderr(settings.log_level)
        _allow_many_connections()
        lock = _only_one(Path(run["data"]) / "main.lock")
        _event_loop_run(_serve(settings, run))
        os.close(lock)
    except (ValidationError, SettingsError) as error:
        return _refuse(settings_trouble(error))
    except (Failure, StoreError, SecretBoxError) as error:
        return _refuse(str(error))
    return 0


def _allow_many_connections() -> None:
    """Many systems give a process 1,024 files unless it asks for more: a thousand apps that do
    not answer would leave none for anybody else."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _refuse(sentence: str) -> int:
    _say({"error": sentence})
    return CLEAR_FAILURE


def _event_loop_run(coroutine: Any) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)


def _only_one(path: Path) -> int:
    """Hold the folder's lock; a former main process may be finishing its last requests."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + FORMER_PROCESS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError as error:
            if time.monotonic() > deadline:
                raise Failure("Another main process still uses the data folder.") from error
            time.sleep(0.05)


async def _serve(settings: Settings, run: dict[str, Any]) -> None:
    stop, words = asyncio.Event(), asyncio.Queue[bytes]()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _watch_supervisor(loop, words, stop)
    if (word := await _next(words, stop)) == b"migrate":
        await migrate(run["database_url"], now=RealClock().now())
        _say({"migrated": True})
        word = await _next(words, stop)
    if word is None:
        return

    await migrate(run["database_url"], now=RealClock().now())
    listening = socket.socket(fileno=run["socket_fd"])
    listening.setblocking(False)
    database = await Database.open(run["database_url"])
    box = await open_secrets(database, Path(run["data"]) / "secret.key")
    try:
        platform = Platform(settings, database, run["node_id"], box, address_of(listening))
    except ValueError as error:  # a carrier that cannot be made, a map that cannot be read
        raise Failure(str(error)) from error
    await platform.start()
    control = control_app(platform)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        target = control if scope["path"].startswith(CONTROL) else platform.serve
        await target(scope, receive, send)

    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        proxy_headers=False,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await server.listening.wait()
    _say({"ready": True, "control_token": platform.control_token})
    # What was loaded stays: the collector need not look at it again.
    gc.freeze()
    # Under load thousands of objects live for a moment: looking for cycles among them after every
    # 700 finds none, and costs.
    gc.set_threshold(GARBAGE, 20, 50)
    gc.enable()
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    platform.bus.close()
    server.should_exit = True
    await serving
    await platform.stop()


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


async def _next(words: asyncio.Queue[bytes], stop: asyncio.Event) -> bytes | None:
    """The next word of the supervisor: `migrate` or `go`. None when it is time to stop."""
    word, stopped = asyncio.ensure_future(words.get()), asyncio.ensure_future(stop.wait())
    await asyncio.wait({word, stopped}, return_when=asyncio.FIRST_COMPLETED)
    word.cancel()
    stopped.cancel()
    return None if stop.is_set() else word.result()


def _watch_supervisor(
    loop: asyncio.AbstractEventLoop, words: asyncio.Queue[bytes], stop: asyncio.Event
) -> None:
    """The supervisor holds the other end of standard input: it writes words there, one a line,
    and the end of it is the word to stop."""

    def readable() -> None:
        try:
            said = os.read(0, 4096)
        except OSError:
            said = b""
        for word in said.split():
            words.put_nowait(word)
        if not said:
            loop.remove_reader(0)
            stop.set()

    with contextlib.suppress(OSError, ValueError, PermissionError):
        os.set_blocking(0, False)
        loop.add_reader(0, readable)
