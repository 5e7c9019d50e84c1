"""The outcome of what the gateway itself asked for a caller, until the caller has its answer.

An action is sent to the provider and read whole before the caller hears of it. If its claim were
set free then, a caller that never got the answer would ask again, and it would be sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trunkline.gateway.errors import GatewayError, OutcomeUnknown, Unavailable
from trunkline.gateway.proxy.ask import SAFE
from trunkline.gateway.proxy.claims import Claim

__all__ = ["UntilAnswered", "serve_until_answered"]

STOPPING: Final = "The gateway is being stopped; nothing was changed."
STOPPED: Final = (
    "The gateway was stopped before there was an answer: look whether it was done before asking "
    "again."
)

_current: ContextVar[UntilAnswered | None] = ContextVar("until_answered", default=None)


class UntilAnswered:
    """Claims of one request of a caller whose outcome is known here, and not yet to the caller."""

    __slots__ = ("_claims",)

    def __init__(self) -> None:
        self._claims: list[Claim] = []

    @staticmethod
    def of_this_request() -> UntilAnswered | None:
        """That of the request which this task answers, if it answers one."""
        return _current.get()

    def __bool__(self) -> bool:
        return bool(self._claims)

    def keep(self, claim: Claim) -> None:
        """Set this one free once the caller has its answer."""
        self._claims.append(claim)

    def answered(self) -> None:
        """The caller has it: an equal request is another one."""
        for claim in self._claims:
            claim.free()
        self._claims.clear()

    def lost(self) -> None:
        """The caller does not have it: an equal request is not sent for a while."""
        for claim in self._claims:
            claim.hold()
        self._claims.clear()


async def serve_until_answered(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    render: Callable[[GatewayError], Response],
) -> None:
    """Answer one request of a caller, and look whether the answer found somebody.

    When the platform stops, the server calls off what takes too long and answers it with 500, on
    which clients send it again: one that has no answer yet gets an honest one first.
    """
    waiting = UntilAnswered()
    begun = False

    async def pass_on(message: Message) -> None:
        nonlocal begun
        begun = True
        ends = message["type"] == "http.response.body" and not message.get("more_body")
        if ends and waiting and await _has_gone(receive):
            waiting.lost()
        await send(message)
        if ends:
            waiting.answered()

    before = _current.set(waiting)
    try:
        await app(scope, receive, pass_on)
    except asyncio.CancelledError:
        if not begun:
            safe = scope["method"] in SAFE
            error = Unavailable(STOPPING) if safe else OutcomeUnknown(STOPPED)
            await render(error)(scope, receive, send)
        raise
    finally:
        _current.reset(before)
        waiting.lost()


async def _has_gone(receive: Receive) -> bool:
    """Whether the caller, whose request was read to its end, has left by now."""
    told = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    if told.done():
        return bool(told.result()["type"] == "http.disconnect")
    told.cancel()
    return False
