"""Remove the blobs that nothing refers to any more: what rows let go of, soon after the commit that
did so; what a crash left behind, once a day."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.messaging.media import queries
from trunkline.messaging.media.blobs import Blobs
from trunkline.sids import id_floor
from trunkline.store import Database, StoreUnavailable

__all__ = ["TOPIC", "SweepBlobs"]

log = structlog.get_logger(__name__)

TOPIC = "blobs"  # of `Database.announce`, by the trigger of migration 0007
BATCH = 500
LOOK_PERIOD = 60.0  # seconds between looks, should a notice be missed or the store be down
FIRST_SEARCH = 300.0  # seconds after the start: what must be quick then is not held up
SEARCH_PERIOD = 24 * 3600.0
GRACE = timedelta(hours=1)  # in which a file may be older than the row that will refer to it


class SweepBlobs:
    """Removes blobs. Several nodes may do so at the same time."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._noticed = asyncio.Event()
        database.on_change(TOPIC, lambda _: self._noticed.set())
        database.on_reconnect(self._noticed.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Remove what is let go of as that is noticed, and search for the rest, until `stop`."""
        loop = asyncio.get_running_loop()
        search_at = loop.time() + FIRST_SEARCH
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            try:
                await self.remove_let_go()
                if loop.time() >= search_at:
                    search_at = loop.time() + SEARCH_PERIOD
                    await self.remove_orphans()
            except StoreUnavailable as error:
                log.warning("blobs.not_swept", reason=str(error))
            except Exception as error:  # whatever it was, later blobs are to be removed
                log.error("blobs.not_swept", **fault(error))
            noticed = asyncio.create_task(self._noticed.wait())
            await asyncio.wait(
                {noticed, stopping}, timeout=LOOK_PERIOD, return_when=asyncio.FIRST_COMPLETED
            )
            noticed.cancel()

    async def remove_let_go(self) -> int:
        """Remove the blobs that rows have let go of and that no other row refers to; how many
        there were. Raises StoreUnavailable: then they are removed later."""
        count = 0
        self._noticed.clear()
        while rows := await self._database.fetch(queries.LET_GO, BATCH):
            free = {row["blob_id"].hex for row in rows if row["free"]}
            await self._blobs.remove(sorted(free))
            await self._database.execute(queries.FORGET_LET_GO, [row["n"] for row in rows])
            count += len(free)
        return count

    async def remove_orphans(self) -> int:
        """Remove files without a row: a crash came between a file and its commit. Those that are
        being written on another node are too young."""
        count = 0
        before = self._clock.now() - GRACE
        floor = id_floor(before).replace("-", "")
        await asyncio.to_thread(self._clear_spool, before)
        async for found in self._blobs.listed():
            old = [blob_id for blob_id in found if blob_id < floor]
            for start in range(0, len(old), BATCH):
                some = old[start : start + BATCH]
                rows = await self._database.fetch(queries.ORPHANS, some)
                await self._blobs.remove([row["blob_id"].hex for row in rows])
                count += len(rows)
        if count:
            log.info("blobs.orphans_removed", count=count)
        return count

    def _clear_spool(self, before: datetime) -> None:
        with contextlib.suppress(OSError):
            for path in self._blobs.spool.iterdir():
                if path.stat().st_mtime < before.timestamp():
                    path.unlink(missing_ok=True)
