"""Actions in the Membrane contract: list, find by intent, run."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.actions import RunResult
from trunkline.gateway.errors import BadRequest
from trunkline.gateway.membrane.shapes import action_shape, moment
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.parts import Parts
from trunkline.gateway.web import answer_json, caller_of, query_of, read_json

__all__ = ["RunActions"]

MOST = 1000


class Wanted(msgspec.Struct, rename="camel"):
    """Which actions are looked for, or by which connection one is run."""

    connection_id: str | None = None
    connection_key: str | None = None
    integration_key: str | None = None
    integration_id: str | None = None
    external_app_id: str | None = None
    connector_id: str | None = None
    intent: str | None = None
    search: str | None = None
    limit: int | None = None
    cursor: str | None = None
    key: str | None = None
    id: str | None = None


class Run(msgspec.Struct):
    """The body of a run."""

    input: Any = None


class Act(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The body of `act`: one of `key`, `id` and `api`."""

    connection_id: str | None = None
    connection_key: str | None = None
    key: str | None = None
    id: str | None = None
    api: dict[str, Any] | None = None
    code: str | None = None
    input: Any = None


class RunActions:
    """See the module."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list(self, request: Request) -> Response:
        """Actions, the best for an intent first."""
        caller = await caller_of(request, self._parts.authenticate)
        asked = query_of(request, Wanted)
        connection = await self._connection(caller, request, asked)
        app = asked.integration_key or asked.integration_id or asked.connector_id
        connector = connection.connector if connection else None
        if connector is None and app:
            found = self._parts.catalogue.get(app)
            if found is None:
                return answer_json({"items": []})
            connector = found.key
        page = await self._parts.actions.list(
            connector=connector,
            intent=asked.intent or None,
            search=asked.search or None,
            limit=None if asked.limit is None else max(1, min(asked.limit, MOST)),
            cursor=None if asked.cursor in (None, "", "0") else asked.cursor,
        )
        items = [action_shape(action, connection) for action in page.items]
        return answer_json({"items": items, **({"cursor": page.cursor} if page.cursor else {})})

    async def fetch(self, request: Request) -> Response:
        """One action."""
        caller = await caller_of(request, self._parts.authenticate)
        asked = query_of(request, Wanted)
        action = self._parts.actions.get(_named(request, asked))
        return answer_json(action_shape(action, await self._connection(caller, request, asked)))

    async def run(self, request: Request) -> Response:
        """Run an action; the body is `{"input": …}`."""
        caller = await caller_of(request, self._parts.authenticate)
        asked = query_of(request, Wanted)
        body = await read_json(request, Run)
        key = _named(request, asked)
        connection = await self._connection(caller, request, asked)
        if connection is None:
            action = self._parts.actions.get(key)
            connection = await self._parts.connections.choose(caller, action.connectors[0], None)
        return _answer(await self._parts.actions.run(caller, connection, key, body.input))

    async def run_bare(self, request: Request) -> Response:
        """Run an action of a connection; the body is the input itself."""
        caller = await caller_of(request, self._parts.authenticate)
        asked = query_of(request, Wanted)
        given: Any = await read_json(request, Any)
        connection = await self._connection(caller, request, asked)
        assert connection is not None
        key = _named(request, asked)
        return _answer(await self._parts.actions.run(caller, connection, key, given))

    async def act(self, request: Request) -> Response:
        """Run an action, or one request of the provider's API, by a connection."""
        caller = await caller_of(request, self._parts.authenticate)
        asked = await read_json(request, Act)
        named = asked.connection_id or asked.connection_key
        if not named:
            raise BadRequest("Name a connection: connectionId or connectionKey.")
        connection = await self._parts.connections.get(caller, named)
        if asked.code is not None:
            raise BadRequest("This gateway runs no code: use key, id or api.")
        if asked.api is not None:
            return _answer(await self._parts.actions.run_api(caller, connection, asked.api))
        key = asked.key or asked.id
        if not key:
            raise BadRequest("Say what to run: key, id or api.")
        return _answer(await self._parts.actions.run(caller, connection, key, asked.input))

    async def log(self, request: Request) -> Response:
        """How a run ended. Inputs and outputs are not kept."""
        caller = await caller_of(request, self._parts.authenticate)
        run = await self._parts.actions.run_of(caller, request.path_params["id"])
        shape: dict[str, Any] = {
            "id": run.id,
            "name": run.action,
            "actionId": run.action_id,
            "actionKey": run.action,
            "connectionId": run.connection_id,
            "userId": caller.user_id,
            "tenantId": caller.user_id,
            "status": run.status,
            "createdAt": moment(run.started_at),
            "startTime": moment(run.started_at),
        }
        if run.ended_at is not None:
            shape["duration"] = int((run.ended_at - run.started_at).total_seconds() * 1000)
        if run.code is not None:
            shape["error"] = {"type": "action_run", "key": run.code, "message": run.code}
        return answer_json(shape)

    async def _connection(
        self, caller: Caller, request: Request, asked: Wanted
    ) -> Connection | None:
        named = request.path_params.get("id") or asked.connection_id or asked.connection_key
        return await self._parts.connections.get(caller, named) if named else None


def _named(request: Request, asked: Wanted) -> str:
    key: str | None = request.path_params.get("key") or asked.key or asked.id
    if not key:
        raise BadRequest("Name an action.")
    return key


def _answer(result: RunResult) -> Response:
    return answer_json({"output": result.output, "actionRunId": result.run_id})
