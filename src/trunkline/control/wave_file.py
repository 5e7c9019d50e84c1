"""A sound file as an answer: sent piece by piece, so that its length costs no memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from trunkline.control.body import Receive

__all__ = ["WAVE", "WaveFile"]

WAVE = "audio/wav"
PIECE = 256 * 1024
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class WaveFile:
    """An answer of the WAV at `path`, with the length that it has now: it may still grow."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises OSError."""
        self._file = path.open("rb")
        self._length = path.stat().st_size
        self._name = name

    async def send(self, receive: Receive, send: Send) -> None:
        """Send all of it, or until the client goes away."""
        disposition = f'attachment; filename="{self._name}"'
        with self._file as file:
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [
                        (b"content-type", WAVE.encode()),
                        (b"content-length", str(self._length).encode()),
                        (b"content-disposition", disposition.encode()),
                        (b"cache-control", b"no-store"),
                    ],
                }
            )
            left = self._length
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(PIECE, left))
                if not piece:
                    raise OSError("the file became shorter while it was sent")
                left -= len(piece)
                message = {"type": "http.response.body", "body": piece, "more_body": left > 0}
                await send(message)
            if self._length == 0:
                await send({"type": "http.response.body", "body": b""})
