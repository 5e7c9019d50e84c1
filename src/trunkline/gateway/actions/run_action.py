"""Run an action: check its input, note the run, carry it out, note how it ended."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from trunkline.gateway.actions.check_input import check_input
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.perform import Perform
from trunkline.gateway.actions.run_log import RunLog
from trunkline.gateway.errors import ConnectionNotActive, GatewayError
from trunkline.gateway.model import Caller, Connection, Status

__all__ = ["NotedRuns", "RunAction", "RunResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What came out. `run_id` is a UUID."""

    output: Any
    run_id: str


class NotedRuns:
    """Runs that are noted from before anything is sent until their end."""

    def __init__(self, runs: RunLog) -> None:
        self._runs = runs

    async def __call__(
        self,
        caller: Caller,
        connection: Connection,
        action_id: str,
        work: Callable[[], Awaitable[Any]],
    ) -> RunResult:
        """Do `work` as a run. `data["action_run_id"]` of a GatewayError names it."""
        run_id = await self._runs.begin(caller, connection, action_id)
        code: str | None = "internal"
        try:
            output = await work()
            code = None
        except GatewayError as error:
            code = error.code
            error.data = {**(error.data or {}), "action_run_id": run_id}
            raise
        except asyncio.CancelledError:
            code = "cancelled"
            raise
        finally:
            # Also when the client goes away: a cancelled run has its end, too.
            await asyncio.shield(self._runs.end(run_id, code))
        return RunResult(output=output, run_id=run_id)


class RunAction:
    """Runs one action on one connection."""

    def __init__(self, perform: Perform, noted: NotedRuns) -> None:
        self._perform = perform
        self._noted = noted

    async def __call__(
        self, caller: Caller, connection: Connection, action: Action, given: Any
    ) -> RunResult:
        """Raises GatewayError; what is refused as ConnectionNotActive or InputInvalid is no run."""
        if connection.status is not Status.ACTIVE:
            raise ConnectionNotActive
        checked = check_input(action, given)
        work = functools.partial(self._perform, caller, connection, action, checked)
        return await self._noted(caller, connection, action.id, work)
