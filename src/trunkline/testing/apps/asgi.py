"""An ASGI app, served by uvicorn's protocol on an event loop, or on one in a thread of its own.

`uvicorn.Server` itself looks every tenth of a second whether it is to end, exits the process when
a startup fails, and takes over signals: here all of that is the test's.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from trunkline.testing.apps.watch import Watch
from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["AsgiOnLoop", "AsgiThread"]

__tracebackhide__ = hidden

GRACE = 1.0  # seconds for what is being answered, before it is cancelled
STARTUP = 60.0  # seconds for the app's own startup, or shutdown


class AsgiOnLoop:
    """Serves an app on the running event loop."""

    def __init__(self, app: Any, watch: Watch) -> None:
        self.watch = watch
        self.port = 0
        self._config = Config(
            watch.asgi(app),
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="auto",
            proxy_headers=True,
            forwarded_allow_ips="*",
            date_header=False,
        )
        self._state = ServerState()
        self._lifespan: Any = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Start the app, then serve it. Raises TrunklineError when it does not start."""
        self._config.load()
        self._lifespan = self._config.lifespan_class(self._config)
        self.watch.start()
        try:
            async with asyncio.timeout(STARTUP):
                await self._lifespan.startup()
        except TimeoutError:
            self.watch.stop()
            raise TrunklineError(f"The app did not start within {STARTUP:g} s.") from None
        if self._lifespan.should_exit:
            self.watch.stop()
            raise self._failed("startup")
        self._server = await asyncio.get_running_loop().create_server(
            self._protocol, host="127.0.0.1", port=0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Let it finish what it answers, then end the app. Raises TrunklineError when its own
        shutdown fails."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        await _finished(set(self._state.tasks))
        for connection in list(self._state.connections):
            connection.transport.abort()
        try:
            async with asyncio.timeout(STARTUP):
                await self._lifespan.shutdown()
        except TimeoutError:
            raise TrunklineError(f"The app did not shut down within {STARTUP:g} s.") from None
        finally:
            self.watch.stop()
        if self._lifespan.should_exit or self._lifespan.shutdown_failed:
            raise self._failed("shutdown")

    def _protocol(self) -> asyncio.Protocol:
        protocol: Any = self._config.http_protocol_class
        made: asyncio.Protocol = protocol(
            config=self._config, server_state=self._state, app_state=self._lifespan.state
        )
        return made

    def _failed(self, what: str) -> TrunklineError:
        error = self.watch.lifespan_error
        if error is None:
            return TrunklineError(f"The app's {what} failed.")
        self.watch.note(what, error)
        return TrunklineError(f"The app's {what} failed: {type(error).__name__}: {error}")


class AsgiThread:
    """Serves an app on an event loop in a thread of its own."""

    def __init__(self, app: Any, watch: Watch) -> None:
        self._served = AsgiOnLoop(app, watch)
        self._thread = threading.Thread(target=self._run, name="trunkline-asgi", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._failure: BaseException | None = None

    @property
    def port(self) -> int:
        """The port of the loopback at which it serves."""
        return self._served.port

    def start(self) -> None:
        """Return when it serves. Raises TrunklineError."""
        self._thread.start()
        self._ready.wait()
        self._raise()

    def stop(self) -> None:
        """End it. Raises TrunklineError when its own shutdown fails."""
        if self._loop is not None and self._end is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(STARTUP + 2 * GRACE)
        self._raise()

    def _raise(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure.with_traceback(None)  # where in a thread it was tells nobody anything

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await self._served.start()
        self._ready.set()
        await self._end.wait()
        await self._served.stop()


async def _finished(tasks: set[asyncio.Task[None]]) -> None:
    """Wait a while for tasks, then cancel them."""
    if tasks:
        _, pending = await asyncio.wait(tasks, timeout=GRACE)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=GRACE)
