"""What the queue of requests holds in memory, and whom it works with."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from trunkline.webhooks.chaos import Disturbance
from trunkline.webhooks.model import Delivery

__all__ = ["Chain", "Perform", "QueueTable", "Reading"]


class Perform(Protocol):
    """Makes one request, and writes down what came of it."""

    async def __call__(self, delivery: Delivery, disturbance: Disturbance) -> bool | None:
        """Whether the app answered; None when nothing was learnt of it. Raises StoreUnavailable
        when the end could not be written down and the request must be made again."""


class QueueTable(Protocol):
    """Reads this node's part of the queue."""

    async def lines(self) -> Sequence[tuple[str, str]]:
        """The hosts and accounts that something waits for."""

    async def load_line(self, host: str, account_id: str, most: int) -> Sequence[Delivery]:
        """The first of a line, in order."""


class Chain:
    """The requests of one subject that are in memory, in order: the first one's turn it is."""

    __slots__ = ("begun", "held", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[Delivery] = deque()
        self.begun = False  # the first is in a line, under way, or waits for its time
        self.held = 0  # the answer that creates the subject is not out yet


class Reading:
    """What happens to a line while the table is read."""

    def __init__(self) -> None:
        self.missed: list[Delivery] = []  # committed meanwhile
        self.left: set[str] = set()  # ended meanwhile
        self.void = False  # what is found is not to be used: it would come out of order
        self.over = asyncio.Event()
