"""Rows that were begun and wait for a connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from trunkline.cli.bulk.row import Row

__all__ = ["Pending"]

ENOUGH = 256  # rows that wait: more are begun when there are fewer


class Pending:
    """A queue that can be held: then those who wait for a row get none, and begin again."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque()
        self._takers: list[asyncio.Future[None]] = []
        self._room = asyncio.Event()
        self._room.set()
        self._held = False
        self._ended = False

    async def take(self) -> Row | None:
        """The next row; None when it is held, or has ended and is empty."""
        while not self._held:
            if self._rows:
                row = self._rows.popleft()
                if len(self._rows) < ENOUGH:
                    self._room.set()
                return row
            if self._ended:
                return None
            taker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._takers.append(taker)
            await taker
        return None

    async def room(self) -> None:
        """Wait until few rows are left."""
        await self._room.wait()

    def extend(self, rows: Iterable[Row]) -> None:
        """Let more rows wait."""
        self._rows.extend(rows)
        if len(self._rows) >= ENOUGH:
            self._room.clear()
        self._wake()

    def put_back(self, row: Row) -> None:
        """A row that was taken is the next one again."""
        self._rows.appendleft(row)
        self._wake()

    def end(self) -> None:
        """No more rows come, but for those that are put back."""
        self._ended = True
        self._wake()

    def hold(self) -> None:
        """Hand out none until `release`."""
        self._held = True
        self._wake()

    def release(self) -> None:
        """Hand them out again."""
        self._held = False
        self._wake()

    def empty(self) -> list[Row]:
        """Take all that wait."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def _wake(self) -> None:
        takers, self._takers = self._takers, []
        for taker in takers:
            if not taker.done():
                taker.set_result(None)
