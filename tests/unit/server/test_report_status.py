from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from trunkline.bus import LocalBus
from trunkline.clock import RealClock
from trunkline.control.status import Status
from trunkline.server import report_status
from trunkline.server.report_status import ReportStatus
from trunkline.settings import Settings
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.migrate import head_version
from trunkline.voice.media.wire import Statistics
from trunkline.worlds import Worlds

WAITING = """
INSERT INTO dispatch (message_id, world_id, account_id, sender, carrier, step, due_at, priority,
                      owner, attempt)
VALUES ($1, $2, $2, '+1', 'fake', $3, now(), 0, $2, 0)
"""


@pytest.fixture
async def worlds(database: Database, sids: SidFactory, world_id: str) -> Worlds:
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    assert worlds.clock(world_id).offset == timedelta()
    return worlds


@pytest.fixture
def report(database: Database, worlds: Worlds) -> ReportStatus:
    settings = Settings(data=Path("/data"))
    return ReportStatus(
        settings, database, worlds, LocalBus(), RealClock(), "0" * 32, lambda _: ["+1", "+2"]
    )


def world_of(status: Status, world_id: str) -> report_status.WorldStatus:
    return next(world for world in status.worlds if world.name == f"test-{world_id}")


async def test_the_database_and_the_process_are_described(report: ReportStatus) -> None:
    status = await report()
    assert status.database.embedded
    assert status.database.version.startswith("18.")
    assert status.database.schema_version == status.database.newest_schema == head_version()
    assert status.database.size_bytes > 1_000_000
    assert abs(status.database.clock_ahead_seconds) < 1
    assert 0 < status.database.connections <= status.database.most_connections
    assert (status.process.mode, status.process.data) == ("development", "/data")
    assert status.process.memory_bytes is None or status.process.memory_bytes > 1_000_000


async def test_what_waits_is_counted_by_world(
    report: ReportStatus, database: Database, sids: SidFactory, world_id: str
) -> None:
    before = await report()
    for step in ("submit", "in_doubt"):
        await database.execute(WAITING, sids.new_id(), world_id, step)
    status = await report()
    world = world_of(status, world_id)
    assert (world.messages_waiting, world.requests_waiting, world.numbers) == (2, 0, 2)
    assert status.queues.messages == before.queues.messages + 2
    assert status.queues.in_doubt == before.queues.in_doubt + 1
    await database.execute("DELETE FROM dispatch WHERE world_id = $1", world_id)


async def test_worlds_tell_how_far_their_clocks_were_moved(
    report: ReportStatus, worlds: Worlds, world_id: str
) -> None:
    clock = worlds.clock(world_id)
    clock.hold(clock.now() + timedelta(hours=1))
    clock.release(least=timedelta(hours=1))
    assert world_of(await report(), world_id).ahead_seconds == pytest.approx(3600, abs=5)


async def test_memory_is_not_told_where_the_system_does_not(
    report: ReportStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_status, "STATM", Path("/nowhere"))
    assert (await report()).process.memory_bytes is None


async def test_media_processes_tell_their_load(report: ReportStatus) -> None:
    assert (await report()).media == []
    told = Statistics(legs=3, ticks=100, late=2, p50_ms=0.51234, p99_ms=1.5)
    report.media = lambda: [told]
    [media] = (await report()).media
    assert (media.legs, media.ticks, media.late) == (3, 100, 2)
    assert (media.milliseconds, media.most_milliseconds) == (0.512, 1.5)
