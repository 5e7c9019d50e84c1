"""The bus of one process: hands committed events to whoever listens, never waiting for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager

from trunkline.bus.events import Event

__all__ = ["LocalBus", "Subscription"]

BACKLOG = 10_000


class Subscription:
    """A listener's own queue. A listener that falls `BACKLOG` events behind loses the oldest
    and is told how many by `lost`."""

    def __init__(self, wanted: Callable[[Event], bool] | None) -> None:
        self._wanted = wanted
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self.lost = 0

    def offer(self, event: Event) -> None:
        """Add an event unless the listener does not want it."""
        if self._wanted is not None and not self._wanted(event):
            return
        if self._queue.qsize() >= BACKLOG:
            self._queue.get_nowait()
            self.lost += 1
        self._queue.put_nowait(event)

    def end(self) -> None:
        """Let the listener's loop finish once it has read what waits."""
        self._queue.put_nowait(None)

    async def get(self) -> Event | None:
        """The next event; None when the bus was closed."""
        return await self._queue.get()

    async def batch(self, most: int) -> list[Event]:
        """The next event, and those that wait behind it; none when the bus was closed."""
        event = await self._queue.get()
        events = []
        while event is not None:
            events.append(event)
            if len(events) == most or self._queue.empty():
                return events
            event = self._queue.get_nowait()
        if events:
            self.end()  # for the next time
        return events

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self.get()) is not None:
            yield event


class LocalBus:
    """Publish and subscribe within one process. Events are published after their commit."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens: a publisher on a hot path may skip making events."""
        return bool(self._subscriptions)

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._subscriptions)

    def publish(self, events: Iterable[Event]) -> None:
        """Hand events to every listener, in order. Never blocks, never raises for a listener."""
        for event in events:
            for subscription in self._subscriptions:
                subscription.offer(event)

    @contextmanager
    def subscribe(self, wanted: Callable[[Event], bool] | None = None) -> Iterator[Subscription]:
        """A subscription for the length of a `with` block."""
        subscription = Subscription(wanted)
        self._subscriptions.add(subscription)
        if self._closed:
            subscription.end()
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every subscription, so that event streams finish when the platform stops."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.end()
