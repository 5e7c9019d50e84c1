"""Asks for the leases of senders, many at once; `clock advance` waits for the answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from trunkline.faults import fault
from trunkline.messaging.rates.leases import SenderLeases
from trunkline.messaging.rates.model import Lease
from trunkline.messaging.rates.sender_queue import SenderQueue
from trunkline.store import StoreUnavailable

__all__ = ["AcquireLeases"]

log = structlog.get_logger(__name__)

AT_ONCE = 500  # leases that are asked for together
AGAIN = 0.5  # real seconds until the database is asked again


class AcquireLeases:
    """A `DueWork`: a world is idle when no lease is asked for, so that all that waits knows its
    time.

    `answered` is given each queue with the lease that holds, ours or another node's; `settled`
    each queue that may be asked for again.
    """

    def __init__(
        self,
        leases: SenderLeases,
        answered: Callable[[SenderQueue, Lease], Awaitable[None]],
        settled: Callable[[SenderQueue], None],
    ) -> None:
        self._leases = leases
        self._answered = answered
        self._settled = settled
        self._wanted: list[SenderQueue] = []
        self._asking: Counter[str] = Counter()  # by world
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def want(self, queue: SenderQueue) -> None:
        """Ask for the lease of a queue, unless that is under way."""
        if queue.wanted or self._stopping:
            return
        queue.wanted = True
        self._asking[queue.key.world_id] += 1
        self._wanted.append(queue)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._ask())

    def is_idle(self, world_id: str) -> bool:
        """Whether no lease of this world is asked for."""
        return not self._asking[world_id]

    async def idle(self, world_id: str) -> None:
        """Wait until it is so."""
        while self._asking[world_id] and self._task is not None:
            await asyncio.wait({self._task})

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        """There is nothing to be read."""
        return 0

    async def earliest(self, world_id: str) -> datetime | None:
        """Nothing of this waits for a time."""
        return None

    async def stop(self) -> None:
        """Ask for nothing more."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self) -> None:
        try:
            while self._wanted:
                asked = self._wanted[:AT_ONCE]
                if not await self._answer(asked):
                    await asyncio.sleep(AGAIN)
                    continue
                del self._wanted[: len(asked)]
                for queue in asked:
                    queue.wanted = False
                    self._asking[queue.key.world_id] -= 1
                for queue in asked:
                    self._settled(queue)
        finally:
            self._task = None

    async def _answer(self, asked: list[SenderQueue]) -> bool:
        try:
            found = await self._leases.acquire([queue.key for queue in asked])
            for queue in asked:
                if queue.key in found:
                    await self._answered(queue, found[queue.key])
        except StoreUnavailable:
            return False
        except Exception as error:  # whoever asks for leases must not end
            log.error("rates.not_leased", **fault(error))
            return False
        return True
