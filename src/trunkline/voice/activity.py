"""Which worlds have calls that are doing something, beyond waiting for time to pass."""

from __future__ import annotations

import asyncio
from collections import Counter

__all__ = ["Activity"]


class Activity:
    """Counts what is busy in each world. A session is idle while it waits for its mailbox; what
    comes in makes it busy in the same moment, before its task runs."""

    def __init__(self) -> None:
        self._busy: Counter[str] = Counter()
        self._turns: Counter[str] = Counter()
        self._quiet: dict[str, asyncio.Event] = {}

    def busy(self, world_id: str) -> None:
        """One more is busy."""
        self._busy[world_id] += 1
        self._turns[world_id] += 1

    def idle(self, world_id: str) -> None:
        """One is idle again."""
        self._busy[world_id] -= 1
        if self._busy[world_id] <= 0:
            del self._busy[world_id]
            quiet = self._quiet.pop(world_id, None)
            if quiet is not None:
                quiet.set()

    def turns(self, world_id: str) -> int:
        """How often anything has become busy: two equal answers mean that nothing happened."""
        return self._turns[world_id]

    def is_idle(self, world_id: str) -> bool:
        """Whether nothing is busy."""
        return world_id not in self._busy

    async def wait(self, world_id: str) -> None:
        """Wait until nothing is busy."""
        while world_id in self._busy:
            quiet = self._quiet.get(world_id)
            if quiet is None:
                quiet = self._quiet[world_id] = asyncio.Event()
            await quiet.wait()
