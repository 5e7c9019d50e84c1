"""Actions as the faces see them: list, get, run, and what became of a run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from trunkline.clock import Clock
from trunkline.gateway.actions.ask import Ask
from trunkline.gateway.actions.catalogue import ActionCatalogue
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.list_actions import ActionPage, ListActions
from trunkline.gateway.actions.perform import Perform
from trunkline.gateway.actions.run_action import NotedRuns, RunAction, RunResult
from trunkline.gateway.actions.run_api import RunApi
from trunkline.gateway.actions.run_log import Run, RunLog
from trunkline.gateway.model import Caller, Connection
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["Actions"]


class Actions:
    """Everything about actions. Whoever calls has found the connection to be the caller's own."""

    def __init__(
        self,
        database: Database,
        ask: Ask,
        clock: Clock,
        sids: SidFactory,
        catalogue: ActionCatalogue | None = None,
    ) -> None:
        self._catalogue = catalogue or ActionCatalogue()
        self._runs = RunLog(database, clock, sids)
        noted = NotedRuns(self._runs)
        self._run = RunAction(Perform(ask), noted)
        self._run_api = RunApi(ask, noted)

    @cached_property
    def _list(self) -> ListActions:  # the index is made when it is first asked
        return ListActions(self._catalogue)

    async def list(
        self,
        *,
        connector: str | None = None,
        intent: str | None = None,
        search: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ActionPage:
        """See ListActions; with the key of a connector, what can be done with its connections.
        Raises BadRequest."""
        return self._list(connector, intent=intent, search=search, limit=limit, cursor=cursor)

    def get(self, key_or_id: str, connection: Connection | None = None) -> Action:
        """The action of that key or id. Raises NotFound, also for one of another connector."""
        return self._catalogue.get(key_or_id, connection.connector if connection else None)

    async def run(
        self, caller: Caller, connection: Connection, key_or_id: str, given: Any
    ) -> RunResult:
        """Run one. Raises NotFound, and what RunAction raises."""
        action = self.get(key_or_id, connection)
        return await self._run(caller, connection, action, given)

    async def run_api(
        self, caller: Caller, connection: Connection, asked: Mapping[str, Any]
    ) -> RunResult:
        """One request of the provider's API, noted as a run. Raises what RunApi raises."""
        return await self._run_api(caller, connection, asked)

    async def sweep(self) -> None:
        """Delete what is known of old runs. Raises StoreUnavailable."""
        await self._runs.sweep()

    async def run_of(self, caller: Caller, run_id: str) -> Run:
        """A run of the caller's. Raises NotFound."""
        return await self._runs.fetch(caller, run_id)
