"""What is known of runs goes after thirty days."""

from __future__ import annotations

from trunkline.clock import RealClock
from trunkline.gateway.actions.run_log import RunLog
from trunkline.sids import SidFactory
from trunkline.store import Database


async def test_old_runs_go(database: Database, sids: SidFactory) -> None:
    long_ago = "00000000-0001-7000-8000-000000000001"
    await database.execute(
        "INSERT INTO gateway_action_runs"
        " (id, tenant_id, user_id, connection_id, action, status, started_at)"
        " VALUES ($1, $1, $1, $1, 'act_x', 'success', now())",
        long_ago,
    )
    kept = "SELECT count(*) FROM gateway_action_runs WHERE id = $1"
    await RunLog(database, RealClock(), sids).sweep()
    assert await database.fetchval(kept, long_ago) == 0
