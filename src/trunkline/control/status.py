"""How the platform is: what `trunkline doctor` asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform

__all__ = [
    "DatabaseStatus",
    "MediaStatus",
    "ProcessStatus",
    "QueueStatus",
    "Status",
    "StatusResource",
    "WorldStatus",
]


class ProcessStatus(msgspec.Struct, kw_only=True):
    """The main process."""

    pid: int
    node_id: str
    python: str
    mode: str
    data: str
    started_at: datetime
    uptime_seconds: float
    memory_bytes: Annotated[int | None, Meta(description="Resident; null where it is not known")]


class DatabaseStatus(msgspec.Struct, kw_only=True):
    """PostgreSQL, as the main process sees it."""

    embedded: bool
    version: str
    schema_version: str | None
    newest_schema: Annotated[str, Meta(description="What this program works with")]
    size_bytes: int
    milliseconds: Annotated[float, Meta(description="That it took to answer")]
    clock_ahead_seconds: Annotated[float, Meta(description="Its clock before the platform's")]
    connections: Annotated[int, Meta(description="In use, of those that the platform may have")]
    most_connections: int


class QueueStatus(msgspec.Struct, kw_only=True):
    """What waits, in all worlds."""

    messages: Annotated[int, Meta(description="To be sent, to be reported, or in doubt")]
    in_doubt: int
    requests: Annotated[int, Meta(description="To apps")]
    event_streams: Annotated[int, Meta(description="That are being read")]


class WorldStatus(msgspec.Struct, kw_only=True):
    """A world."""

    name: str
    now: datetime
    ahead_seconds: float
    numbers: int
    messages_waiting: int
    requests_waiting: int


class MediaStatus(msgspec.Struct, kw_only=True):
    """A media process, as it told within the last second or so."""

    legs: int
    ticks: Annotated[int, Meta(description="Of 20 ms, since it was started")]
    late: Annotated[int, Meta(description="Ticks that began more than 10 ms late")]
    milliseconds: Annotated[float, Meta(description="That a tick takes: the median")]
    most_milliseconds: Annotated[float, Meta(description="The 99th percentile")]


class Status(msgspec.Struct, kw_only=True):
    """All of it, at `now` by the clock of the platform's machine."""

    version: str
    now: datetime
    process: ProcessStatus
    database: DatabaseStatus
    queues: QueueStatus
    worlds: list[WorldStatus]
    media: list[MediaStatus] = []


class StatusResource:
    """The operation that shows it."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/status", answers=Status, in_world=False)
    async def fetch_status(self, call: Call, _: Nothing) -> Status:
        """Show how the platform is: process, database, queues, worlds, media processes.

        503 while the database cannot be reached.
        """
        return await self._platform.status()
