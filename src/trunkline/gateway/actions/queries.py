"""The SQL of actions, all of it. Ids are UUIDs as text."""

from __future__ import annotations

__all__ = ["BEGIN_RUN", "END_RUN", "FETCH_RUN", "SWEEP_RUNS"]

BEGIN_RUN = """
INSERT INTO gateway_action_runs (id, tenant_id, user_id, connection_id, action, status, started_at)
VALUES ($1, $2, $3, $4, $5, 'running', $6)
"""

END_RUN = """
UPDATE gateway_action_runs SET status = $2, error_code = $3, ended_at = $4
WHERE id = $1 AND status = 'running'
"""

FETCH_RUN = """
SELECT id, connection_id, action, status, error_code, started_at, ended_at
FROM gateway_action_runs WHERE id = $1 AND tenant_id = $2 AND user_id = $3
"""

# Ids are times: those below one are older.
SWEEP_RUNS = "DELETE FROM gateway_action_runs WHERE id < $1::text::uuid"
