"""When actions ran, which, and how they ended; nothing of what went in or came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from trunkline.clock import Clock
from trunkline.gateway.actions import queries
from trunkline.gateway.errors import NotFound, Unavailable
from trunkline.gateway.model import Caller, Connection
from trunkline.sids import SidFactory, id_floor
from trunkline.store import Database, StoreUnavailable

__all__ = ["Run", "RunLog"]

KEPT = timedelta(days=30)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. One that is `running` long after it started ended with the node that had it: what
    became of it is not known."""

    id: str
    connection_id: str
    action_id: str
    action: str  # the action's key
    status: Literal["running", "success", "error"]
    code: str | None  # of the error
    started_at: datetime
    ended_at: datetime | None


class RunLog:
    """The runs of actions, each written before anything is sent."""

    def __init__(self, database: Database, clock: Clock, sids: SidFactory) -> None:
        self._database = database
        self._clock = clock
        self._sids = sids

    async def sweep(self) -> None:
        """Delete the runs of more than thirty days ago. Raises StoreUnavailable."""
        await self._database.execute(queries.SWEEP_RUNS, id_floor(self._clock.now() - KEPT))

    async def begin(self, caller: Caller, connection: Connection, action_id: str) -> str:
        """The id of a new run. Raises Unavailable; nothing is to be sent then."""
        run_id = str(UUID(self._sids.new_id()))
        try:
            await self._database.execute(
                queries.BEGIN_RUN,
                run_id,
                caller.tenant_id,
                caller.user_id,
                connection.id,
                action_id,
                self._clock.now(),
            )
        except StoreUnavailable:
            raise Unavailable from None
        return run_id

    async def end(self, run_id: str, error_code: str | None) -> None:
        """Note how it ended; a database that fails now does not take the output from the caller."""
        status = "success" if error_code is None else "error"
        try:
            await self._database.execute(
                queries.END_RUN, run_id, status, error_code, self._clock.now()
            )
        except StoreUnavailable as error:
            log.warning("gateway.action_run_not_ended", run=run_id, reason=str(error))

    async def fetch(self, caller: Caller, run_id: str) -> Run:
        """One of the caller's own runs. Raises NotFound."""
        try:
            known = str(UUID(run_id))
        except ValueError:
            raise NotFound from None
        row = await self._database.fetchrow(
            queries.FETCH_RUN, known, caller.tenant_id, caller.user_id
        )
        if row is None:
            raise NotFound
        return Run(
            id=str(row["id"]),
            connection_id=str(row["connection_id"]),
            action_id=row["action"],
            action=row["action"].split("_", 2)[-1],
            status=row["status"],
            code=row["error_code"],
            started_at=row["started_at"],
            ended_at=row["ended_at"],
        )
