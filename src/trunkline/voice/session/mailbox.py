"""What a session waits for, in the order in which it comes.

While a session waits here it depends on nothing but time: its world may be stepped on. What is put
into the mailbox makes it busy in the same moment, before its task runs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from trunkline.voice.session.events import EndOrder, Event, RedirectOrder

__all__ = ["Mailbox", "Occupation"]

ORDERS = (RedirectOrder, EndOrder)


class Occupation(Protocol):
    """Counts the sessions of each world that are busy."""

    def busy(self, world_id: str) -> None:
        """One more is."""

    def idle(self, world_id: str) -> None:
        """One is not any more."""


class Mailbox:
    """The events of one session. Its owner is busy from the beginning until `close`."""

    def __init__(self, world_id: str, occupation: Occupation) -> None:
        self._world_id = world_id
        self._occupation = occupation
        self._waiting: deque[Event] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._alarm: asyncio.Future[None] | None = None
        self._closed = False
        occupation.busy(world_id)

    def put(self, event: Event) -> None:
        """Let the session hear of something."""
        if self._closed:
            return
        self._waiting.append(event)
        if self._reader is not None and not self._reader.done():
            self._occupation.busy(self._world_id)
            self._reader.set_result(None)
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    async def get(self) -> Event:
        """The next event, when there is one."""
        while not self._waiting:
            self._reader = asyncio.get_running_loop().create_future()
            self._occupation.idle(self._world_id)
            try:
                await self._reader
            except asyncio.CancelledError:
                if not self._reader.done() or self._reader.cancelled():
                    self._occupation.busy(self._world_id)
                raise
            finally:
                self._reader = None
        return self._waiting.popleft()

    def drop(self, kind: type[Event]) -> None:
        """Forget the events of a kind that wait."""
        self._waiting = deque(event for event in self._waiting if not isinstance(event, kind))

    def remove(self, event: Event) -> None:
        """Forget one event that waits."""
        self._waiting = deque(each for each in self._waiting if each is not event)

    def waiting(self) -> tuple[Event, ...]:
        """What waits, in its order."""
        return tuple(self._waiting)

    def alarm(self) -> asyncio.Future[None]:
        """Done as soon as something comes in after this call: for who works meanwhile, and stays
        busy."""
        self._alarm = asyncio.get_running_loop().create_future()
        return self._alarm

    def close(self) -> None:
        """Nothing is heard any more."""
        if not self._closed:
            self._closed = True
            self._waiting.clear()
            self._occupation.idle(self._world_id)
