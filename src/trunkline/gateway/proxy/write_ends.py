"""Ends of claims, written together a moment after they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from trunkline.faults import fault
from trunkline.gateway.proxy import queries
from trunkline.store import Database, StoreUnavailable

__all__ = ["EndedSend", "WriteEnds"]

log = structlog.get_logger(__name__)

GATHER: Final = 0.005  # seconds that the first of a batch waits for others
TRY_AGAIN: Final = 0.2  # seconds between tries while the database is away
MOST_LATE: Final = 20_000  # ends that wait for the database; those that waited longest go first
ATTEMPTS: Final = 3  # of a batch that the database rolled back for the sake of another


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSend:
    """What became of a request. `status` is the provider's; None where its answer is not known.
    `written` is called once the end is in the table, or when the database is away: then the row
    is open until the database is back, and blocks until its lease ends if that is earlier."""

    fingerprint: bytes
    id: str
    ended_at: datetime
    blocks_until: datetime
    status: int | None
    written: Callable[[], None]


class WriteEnds:
    """Writes ends, in one statement all that came meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[EndedSend] = []
        self._hurry = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    def put(self, end: EndedSend) -> None:
        """Write this one soon."""
        self._waiting.append(end)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    def hurry(self) -> None:
        """Somebody waits."""
        self._hurry.set()

    async def close(self) -> None:
        """Returns when everything is written, or the database is away."""
        self._closing = True
        while self._writer is not None and not self._writer.done():
            self.hurry()
            await self._writer

    async def _write(self) -> None:
        late: list[EndedSend] = []
        while self._waiting or (late and not self._closing):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), TRY_AGAIN if late else GATHER)
            self._hurry.clear()
            ends, self._waiting = self._waiting, []
            try:
                await self._write_together(late + ends)
                late = []
            except StoreUnavailable:
                if not late:
                    log.warning("gateway.ends_wait", sends=len(ends))
                late = (late + ends)[-MOST_LATE:]
            except Exception as error:
                log.error("gateway.ends_not_written", **fault(error))
                late = []
            finally:
                for end in ends:
                    end.written()
        if late:
            log.warning("gateway.ends_not_written", sends=[end.id for end in late])

    async def _write_together(self, ends: list[EndedSend]) -> None:
        for left in reversed(range(ATTEMPTS)):
            try:
                await self._database.execute(
                    queries.END,
                    [end.fingerprint for end in ends],
                    [end.id for end in ends],
                    [end.ended_at for end in ends],
                    [end.blocks_until for end in ends],
                    [end.status for end in ends],
                )
                return
            except asyncpg.TransactionRollbackError:  # a deadlock with claims of another node
                if not left:
                    raise
