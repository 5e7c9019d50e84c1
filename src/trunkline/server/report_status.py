"""What the platform knows of itself."""

from __future__ import annotations

import os
import platform as machine
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from trunkline import __version__
from trunkline.bus import LocalBus
from trunkline.clock import Clock
from trunkline.control.status import (
    DatabaseStatus,
    MediaStatus,
    ProcessStatus,
    QueueStatus,
    Status,
    WorldStatus,
)
from trunkline.settings import Settings
from trunkline.store import Database
from trunkline.store.migrate import current_version, head_version
from trunkline.voice.media.wire import Statistics
from trunkline.worlds import World, Worlds

__all__ = ["ReportStatus"]

STATM = Path("/proc/self/statm")  # of Linux: sizes in pages, the second is what is resident

FACTS = """
SELECT clock_timestamp() AS now, current_setting('server_version') AS version,
       pg_database_size(current_database()) AS size
"""
MESSAGES = """
SELECT world_id, count(*) AS waiting, count(*) FILTER (WHERE step = 'in_doubt') AS in_doubt
FROM dispatch GROUP BY world_id
"""
REQUESTS = "SELECT world_id, count(*) AS waiting FROM deliveries_due GROUP BY world_id"


class ReportStatus:
    """Asks the database, and counts. `media` gives what media processes told last."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        worlds: Worlds,
        bus: LocalBus,
        clock: Clock,
        node_id: str,
        numbers_of: Callable[[World], list[str]],
    ) -> None:
        self._settings = settings
        self._database = database
        self._worlds = worlds
        self._bus = bus
        self._clock = clock
        self._node_id = node_id
        self._numbers_of = numbers_of
        self.media: Callable[[], Iterable[Statistics]] = tuple  # is set once there is voice
        self._started = monotonic()
        self._started_at = clock.now()

    async def __call__(self) -> Status:
        """How it is now. Raises StoreUnavailable."""
        database = await self._of_database()
        messages = {row["world_id"].hex: row for row in await self._database.fetch(MESSAGES)}
        requests = {
            row["world_id"].hex: int(row["waiting"]) for row in await self._database.fetch(REQUESTS)
        }
        waiting = {world: int(row["waiting"]) for world, row in messages.items()}
        return Status(
            version=__version__,
            now=self._clock.now(),
            process=self._of_process(),
            database=database,
            queues=QueueStatus(
                messages=sum(waiting.values()),
                in_doubt=sum(int(row["in_doubt"]) for row in messages.values()),
                requests=sum(requests.values()),
                event_streams=self._bus.listeners,
            ),
            worlds=[self._of_world(world, waiting, requests) for world in self._worlds.all()],
            media=[_of_media(told) for told in self.media()],
        )

    def _of_process(self) -> ProcessStatus:
        return ProcessStatus(
            pid=os.getpid(),
            node_id=self._node_id,
            python=machine.python_version(),
            mode=self._settings.mode,
            data=str(self._settings.data),
            started_at=self._started_at,
            uptime_seconds=round(monotonic() - self._started, 3),
            memory_bytes=_resident(),
        )

    async def _of_database(self) -> DatabaseStatus:
        async with self._database.connection() as connection:
            began, asked_at = monotonic(), datetime.now(UTC)
            row = await connection.fetchrow(FACTS)
            took = monotonic() - began
            version = await current_version(connection)
            pool = self._database.pool
            in_use = pool.get_size() - pool.get_idle_size()  # with this one
        return DatabaseStatus(
            embedded=self._settings.database_url is None,
            version=row["version"].split()[0],
            schema_version=version,
            newest_schema=head_version(),
            size_bytes=row["size"],
            milliseconds=round(took * 1000, 2),
            # It was read at some moment of the wait: half of it is the error at most.
            clock_ahead_seconds=round((row["now"] - asked_at).total_seconds() - took / 2, 4),
            connections=in_use,
            most_connections=pool.get_max_size(),
        )

    def _of_world(
        self, world: World, messages: Mapping[str, int], requests: Mapping[str, int]
    ) -> WorldStatus:
        return WorldStatus(
            name=world.name,
            now=world.clock.now(),
            ahead_seconds=world.clock.offset.total_seconds(),
            numbers=len(self._numbers_of(world)),
            messages_waiting=messages.get(world.id, 0),
            requests_waiting=requests.get(world.id, 0),
        )


def _of_media(told: Statistics) -> MediaStatus:
    return MediaStatus(
        legs=told.legs,
        ticks=told.ticks,
        late=told.late,
        milliseconds=round(told.p50_ms, 3),
        most_milliseconds=round(told.p99_ms, 3),
    )


def _resident() -> int | None:
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
