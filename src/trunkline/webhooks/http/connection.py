"""One connection to an app: a request, its answer, the next request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from trunkline.webhooks.http.answer_reader import AnswerReader, NotHttp
from trunkline.webhooks.http.client_errors import BadAnswer, ClientError, Closed, Silent

__all__ = ["Connection"]

MOST_HELD = 131_072  # bytes of a body that wait to be taken before no more are received


class Connection(asyncio.Protocol):
    """Carries one exchange after the other.

    What goes wrong is kept until somebody waits for what can no longer come; whoever made the
    request closes the connection then. `changed` is told when it is open, and when it is not.
    """

    __slots__ = (
        "_changed", "_error", "_last", "_loop", "_patience", "_paused", "_timer", "_transport",
        "_waiter", "address", "deaf", "heard", "idle_since", "origin", "reader",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        origin: str,
        changed: Callable[[Connection, bool], None],
    ) -> None:
        self.origin = origin
        self.address = ""  # of the other end
        self.reader = AnswerReader()
        self.heard = False  # a byte came in since the request began
        self.deaf = False  # what comes in is not read
        self.idle_since = 0.0
        self._loop = loop
        self._changed = changed
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: ClientError | None = None
        self._paused = False
        self._patience: float | None = None
        self._last = 0.0  # when something came last
        self._timer: asyncio.TimerHandle | None = None

    @property
    def usable(self) -> bool:
        """Whether another request may follow the one before."""
        reader = self.reader
        return (
            reader.whole
            and reader.keep
            and not reader.surplus
            and self._error is None
            and self._transport is not None
            and not self._transport.is_closing()
        )

    def again(self) -> None:
        """The connection is taken up for another request."""
        self.heard = False
        self.reader.begin()

    async def ask(self, data: bytes, *, patience: float | None, deaf: bool = False) -> None:
        """Send a request, and wait until the head of its answer is in `reader`.

        `patience` is how many seconds nothing may come, here and while the body is read; `deaf`
        that anything which comes ends it as if nothing had. Raises ClientError.
        """
        self.deaf = deaf
        # One that is being closed will tell so by itself, and takes nothing any more.
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
            if patience is not None:
                self._patience = patience
                self._last = self._loop.time()
                self._timer = self._loop.call_later(patience, self._look)
        while not self.reader.head:
            await self._wait()

    async def more(self) -> bytes:
        """The next piece of the body; nothing after its end. Raises ClientError."""
        reader = self.reader
        while not reader.held:
            if reader.whole:
                return b""
            await self._wait()
        data = reader.take()
        if self._paused:
            self._paused = False
            self._last = self._loop.time()
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()
        return data

    def rest(self) -> None:
        """The exchange is over: nothing is waited for any more."""
        self._patience = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Close the connection, once what was written is on its way."""
        self.rest()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self.rest()
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: ClientError) -> None:
        if self._error is None:
            self._error = error
        self._wake()

    def _look(self) -> None:
        """Whether nothing has come for too long. What is not received for our own sake does not
        count."""
        self._timer = None
        if self._patience is None or self.reader.whole:
            return
        now = self._loop.time()
        left = self._patience if self._paused else self._last + self._patience - now
        if left <= 0:
            self._fail(Silent())
        else:
            self._timer = self._loop.call_later(left, self._look)

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """There is a connection."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop has classes of its own
        peer: Any = transport.get_extra_info("peername")
        self.address = peer[0] if peer else ""
        self._changed(self, True)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self.heard = True
        if self.deaf:
            self._fail(Silent())
            return
        if self._error is not None:
            return
        if self._patience is not None:
            self._last = self._loop.time()
        reader = self.reader
        try:
            reader.feed(data)
        except NotHttp as error:
            # Of an answer that has begun, what came is no more than cut off.
            self._fail(Closed() if reader.head else BadAnswer(str(error)))
            self.close()
            return
        if reader.surplus:
            self.close()
        elif reader.held > MOST_HELD and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        if reader.head:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.rest()
        self._transport = None
        whole = self.reader.end()
        if not whole:
            error = Closed()
            error.__cause__ = exc
            self._fail(error)
        self._wake()
        self._changed(self, False)
