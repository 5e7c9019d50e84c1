"""One request on its way, from when it was asked for to its entry in the audit log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

from trunkline.gateway.audit import Entry, template_path
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.proxy.ask import Ask, BrokenOff
from trunkline.gateway.proxy.claims import Claim
from trunkline.gateway.proxy.hide_secrets import Hidden, HideSecrets
from trunkline.gateway.proxy.http_client import AnswerLost, UpstreamAnswer
from trunkline.gateway.proxy.seams import Recorder
from trunkline.gateway.proxy.take_body import Passing
from trunkline.gateway.proxy.until_answered import UntilAnswered

__all__ = ["CLIENT_GONE", "Exchange", "Reply"]

CLIENT_GONE: Final = 499  # as nginx has it: its caller went away before there was an answer
CUT_OFF: Final = "answer_cut_off"


class Exchange:
    """What is known of a request so far. It ends once: in the audit log, and its claim with it."""

    __slots__ = (
        "_ask",
        "_began",
        "_caller",
        "_connection",
        "_over",
        "_recorder",
        "at",
        "body",
        "claim",
        "gone",
        "hidden",
        "id",
        "leave",
        "watch",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        at: datetime,
        caller: Caller,
        connection: Connection,
        ask: Ask,
        recorder: Recorder,
    ) -> None:
        self.id = id
        self.at = at
        self.body: bytes | Passing = b""
        self.claim: Claim | None = None
        self.gone = False  # the client, as far as is known
        self.hidden: Hidden | None = None  # what the answer must not tell
        self.leave: Callable[[], None] | None = None  # called at the end
        self.watch: asyncio.TimerHandle | asyncio.Task[None] | None = None
        self._began = time.perf_counter()
        self._caller = caller
        self._connection = connection
        self._ask = ask
        self._recorder = recorder
        self._over = False

    def stop_watching(self) -> None:
        """Whether the client is there matters no more."""
        if self.watch is not None:
            self.watch.cancel()
            self.watch = None

    def end(self, status: int, code: str | None = None, bytes_out: int = 0) -> None:
        """Write it down; only the first end counts."""
        if self._over:
            return
        self._over = True
        self.stop_watching()
        if self.leave is not None:
            self.leave()
        if self.claim is not None:
            self.claim.hold()  # unless it was ended before
        body, caller = self.body, self._caller
        self._recorder.record(
            Entry(
                at=self.at,
                kind="proxy",
                tenant_id=caller.tenant_id,
                user_id=caller.user_id,
                key_id=caller.key_id,
                connection_id=self._connection.id,
                method=self._ask.method,
                path_template=template_path(self._ask.path_shown or self._ask.target.path_qs),
                status=status,
                milliseconds=(time.perf_counter() - self._began) * 1000,
                bytes_in=len(body) if isinstance(body, bytes) else body.size,
                bytes_out=bytes_out,
                code=code,
            )
        )


class Reply:
    """The provider's answer, to be passed on. `aclose` has to be called, whatever happens.

    `body` gives the bytes as they come; BrokenOff where the provider, or a limit, ends them before
    their end: then what was passed on must not look complete.
    """

    __slots__ = (
        "_answer",
        "_broken",
        "_exchange",
        "_hide",
        "_limit",
        "_size",
        "_taken",
        "headers",
        "status",
    )

    def __init__(
        self,
        answer: UpstreamAnswer,
        headers: list[tuple[bytes, bytes]],
        exchange: Exchange,
        limit: int,
    ) -> None:
        self.status = answer.status
        self.headers = headers  # names in lower case
        self._answer = answer
        self._exchange = exchange
        self._limit = limit
        self._hide = None if exchange.hidden is None else HideSecrets(exchange.hidden)
        self._size = 0
        self._taken = False  # all of it
        self._broken = False

    @property
    def id(self) -> str:
        """Which request this is: `X-Request-Id`, and the `request_id` of later refusals."""
        return self._exchange.id

    @property
    def body(self) -> AsyncIterator[bytes]:
        """The body, once."""
        return self._parts()

    @property
    def taken(self) -> bool:
        """Whether nothing of the body is left to be taken."""
        return self._taken

    @property
    def ready(self) -> bool:
        """Whether `take` need not wait."""
        return self._answer.ready

    async def take(self) -> bytes:
        """The next piece of the body, nothing at its end. Raises BrokenOff."""
        if self._taken:
            return b""
        if self._broken or self._exchange.gone:
            raise BrokenOff("nobody takes it any more")
        try:
            part = await self._answer.more()
        except AnswerLost as error:
            self._broken = not self._exchange.gone  # else it was given up here
            raise BrokenOff(str(error)) from None
        self._size += len(part)
        if self._size > self._limit:
            self._broken = True
            raise BrokenOff("the answer is larger than this gateway passes on")
        if self._answer.whole:
            self._taken = True
            # From now on the connection may end because everything was said.
            self._exchange.stop_watching()
        return part if self._hide is None else self._hide.cover(part, last=self._taken)

    def abandon(self) -> None:
        """The caller did not get it."""
        self._exchange.gone = True

    async def aclose(self) -> None:
        """It was passed on, or as much of it as ever will be."""
        self.close()

    def close(self, until: UntilAnswered | None = None) -> None:
        """As `aclose`. With `until` the caller does not have it yet: its claim is kept there."""
        exchange = self._exchange
        whole = self._answer.whole and not self._broken
        self._answer.close()
        claim = exchange.claim
        if claim is not None and whole and not exchange.gone and self.status < 500:
            if until is None:
                claim.free()
            else:
                until.keep(claim)
                exchange.claim = None  # it ends there
        if self._broken:
            exchange.end(self.status, CUT_OFF, self._size)
        elif exchange.gone or not whole:
            exchange.end(self.status, "client_gone", self._size)
        else:
            exchange.end(self.status, None, self._size)

    async def _parts(self) -> AsyncIterator[bytes]:
        while not self._taken:
            if part := await self.take():
                yield part
