"""The proxy's two ends in ASGI: whether a caller is still there, and an answer on its way to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from trunkline.gateway.proxy.ask import BrokenOff
from trunkline.gateway.proxy.exchange import Reply

__all__ = ["PassOn", "gone_of"]

TAKES: Final = 60.0  # seconds in which a caller takes something of an answer, or gets no more


def gone_of(receive: Receive) -> Callable[[], Awaitable[None]]:
    """For `Ask.gone`: what returns when the caller of an ASGI request has gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    return gone


class PassOn(Response):
    """The provider's answer as it comes. Where that breaks off this one stays without its end: the
    server then closes the connection, and the caller sees it."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        reply = self._reply
        try:
            head = {
                "type": "http.response.start",
                "status": reply.status,
                "headers": reply.headers,
            }
            if scope["method"] == "HEAD":
                await send(head)
                await send({"type": "http.response.body", "body": b""})
                return
            if not reply.ready:
                await send(head)
                await self._stream(send)
                return
            try:
                part = await reply.take()
            except BrokenOff:
                reply.abandon()
                await send(head)
                return
            await send(head)
            if reply.taken:  # all of it came with the head
                await send({"type": "http.response.body", "body": part})
            else:
                await send({"type": "http.response.body", "body": part, "more_body": True})
                await self._stream(send)
        except BaseException:
            reply.abandon()
            raise
        finally:
            reply.close()

    async def _stream(self, send: Send) -> None:
        reply = self._reply
        try:
            while not reply.taken:
                part = await reply.take()
                async with asyncio.timeout(TAKES):
                    await send(
                        {"type": "http.response.body", "body": part, "more_body": not reply.taken}
                    )
        except (BrokenOff, TimeoutError):
            reply.abandon()
