"""A long CSV file as an answer: sent piece by piece, so that its length costs no memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from trunkline.control.body import Receive
from trunkline.faults import fault

__all__ = ["CsvStream"]

log = structlog.get_logger(__name__)
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class CsvStream:
    """An answer of the pieces of a file called `name`.

    When a piece cannot be had the connection is closed without the end that HTTP asks for: a file
    that is cut off must not look complete.
    """

    def __init__(self, pieces: AsyncGenerator[str, None], name: str) -> None:
        self._pieces = pieces
        self._name = name

    async def send(self, receive: Receive, send: Send) -> None:
        """Send all of it, or until the client goes away."""
        disposition = f'attachment; filename="{self._name}"'
        first = await anext(self._pieces, "")  # what fails at once is told as any failure
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/csv; charset=utf-8"),
                    (b"content-disposition", disposition.encode()),
                    (b"cache-control", b"no-store"),
                ],
            }
        )
        sending = asyncio.create_task(self._send_pieces(first, send))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
            await self._pieces.aclose()
        error = None if sending.cancelled() else sending.exception()
        if error is not None:
            log.warning("export.cut_off", **fault(error))

    async def _send_pieces(self, first: str, send: Send) -> None:
        await _chunk(send, first)
        async for piece in self._pieces:
            await _chunk(send, piece)
        await send({"type": "http.response.body", "body": b""})


async def _chunk(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
