"""When keys were last used, written down in the background, a minute apart at least."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.gateway.keys import queries
from trunkline.store.database import Database
from trunkline.store.errors import StoreUnavailable

__all__ = ["NoteUses"]

log = structlog.get_logger(__name__)

APART = 60.0  # seconds
MOST = 100_000  # keys whose last note is remembered


class NoteUses:
    """Nobody waits for it, and a note that cannot be written is left out."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._noted: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._writing: asyncio.Task[None] | None = None

    def note(self, key_id: str) -> None:
        """This key was used now."""
        now = self._monotonic()
        before = self._noted.get(key_id)
        if before is not None and now < before + APART:
            return
        if len(self._noted) >= MOST:
            self._noted.clear()
        self._noted[key_id] = now
        self._waiting.add(key_id)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def flush(self) -> None:
        """Wait until everything noted so far is written, or could not be."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._waiting:
            keys, self._waiting = list(self._waiting), set()
            now = self._clock.now()
            try:
                await self._database.execute(
                    queries.NOTE_USES, keys, now, now - timedelta(seconds=APART)
                )
            except StoreUnavailable:
                continue
            except Exception as error:  # nothing may depend on a note
                log.error("gateway.key_use_not_noted", **fault(error))
