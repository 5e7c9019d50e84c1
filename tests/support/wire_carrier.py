"""A carrier with a real wire: hands messages to `recipient_log` over a Unix socket."""

from __future__ import annotations

import asyncio
import contextlib

from trunkline.carriers import Accepted, InDoubt, NotSent, OutboundMessage, Outcome


class WireCarrier:
    """One connection; an answer names the message that it is for."""

    window = 50

    def __init__(self, name: str, options: dict[str, str]) -> None:
        self.name = name
        self._path = options["socket"]
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()

    async def start(self) -> None:
        """Connect at the first message."""

    async def submit(self, message: OutboundMessage) -> Outcome:
        """Write the line; the recipient's answer is the outcome."""
        async with self._connecting:
            if self._writer is None:
                try:
                    reader, self._writer = await asyncio.open_unix_connection(self._path)
                except OSError as error:
                    return NotSent(0.1, type(error).__name__)
                self._reading = asyncio.create_task(self._read(reader))
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[message.sid] = answer
        self._writer.write(f"{message.sid} {message.body}\n".encode())
        return await answer

    async def stop(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            _, sid, number = line.decode().split()
            self._settle(sid, Accepted(number))
        self._writer = None
        for sid in list(self._waiting):
            self._settle(sid, InDoubt("the connection was lost"))

    def _settle(self, sid: str, outcome: Outcome) -> None:
        answer = self._waiting.pop(sid, None)
        if answer is not None and not answer.done():
            answer.set_result(outcome)


def make(name: str, options: dict[str, str]) -> WireCarrier:
    """The factory that the configuration names."""
    return WireCarrier(name, options)
