"""Actions in the Membrane contract: list, find by intent, run."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.actions import RunResult
from trunkline.gateway.errors import BadRequest, NotFound
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
    integration_id: str | None = None
    integration_key: str | None = None
    meta: dict[str, Any] | None = None  # taken, and kept nowhere, as all of a run
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
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Wanted)
        connection = await self._connection(caller, request, asked)
        app = (
            request.path_params.get("integration")
            or asked.integration_key
            or asked.integration_id
            or asked.connector_id
        )
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
        items = [action_shape(action, connection, connector) for action in page.items]
        return answer_json({"items": items, **({"cursor": page.cursor} if page.cursor else {})})

    async def fetch(self, request: Request) -> Response:
        """One action."""
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Wanted)
        action = self._parts.actions.get(_named(request, asked))
        return answer_json(action_shape(action, await self._connection(caller, request, asked)))

    async def run(self, request: Request) -> Response:
        """Run an action; the body is `{"input": …}`."""
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Wanted)
        body = await read_json(request, Run)
        key = _named(request, asked)
        connection = await self._connection(caller, request, asked)
        if connection is None:
            app = asked.integration_key or asked.integration_id
            connection = await self._default(caller, app, key)
        return _answer(await self._parts.actions.run(caller, connection, key, body.input))

    async def run_bare(self, request: Request) -> Response:
        """Run an action of a connection; the body is the input itself."""
        caller = await caller_of(request, self._parts.let_in)
        asked = query_of(request, Wanted)
        given: Any = await read_json(request, Any)
        connection = await self._connection(caller, request, asked)
        assert connection is not None
        key = _named(request, asked)
        return _answer(await self._parts.actions.run(caller, connection, key, given))

    async def act(self, request: Request) -> Response:
        """Run an action, or one request of the provider's API, by a connection."""
        caller = await caller_of(request, self._parts.let_in)
        asked = await read_json(request, Act)
        key = asked.key or asked.id
        named = asked.connection_id or asked.connection_key
        if named:
            connection = await self._parts.connections.get(caller, named)
        else:
            app = asked.integration_id or asked.integration_key
            connection = await self._default(caller, app, key)
        if asked.code is not None:
            raise BadRequest("This gateway runs no code: use key, id or api.")
        if asked.api is not None:
            api = _with_usual_names(asked.api)
            return _answer(await self._parts.actions.run_api(caller, connection, api))
        if not key:
            raise BadRequest("Say what to run: key, id or api.")
        return _answer(await self._parts.actions.run(caller, connection, key, asked.input))

    async def log(self, request: Request) -> Response:
        """How a run ended. Inputs and outputs are not kept."""
        caller = await caller_of(request, self._parts.let_in)
        run = await self._parts.actions.run_of(caller, request.path_params["id"])
        try:
            used = (await self._parts.connections.get(caller, run.connection_id)).connector
        except NotFound:
            used = ""  # deleted since
        shape: dict[str, Any] = {
            "id": run.id,
            "name": run.action,
            "actionId": run.action_id,
            "integrationActionId": run.action_id,
            "integrationId": f"cnt_{used}" if used else "",
            "actionKey": run.action,
            "connectionId": run.connection_id,
            "userId": caller.user_id,
            "tenantId": caller.user_id,
            "status": run.status,
            "createdAt": moment(run.started_at),
            "startTime": moment(run.started_at),
        }
        if run.ended_at is not None:
            shape["completedAt"] = moment(run.ended_at)
            shape["duration"] = int((run.ended_at - run.started_at).total_seconds() * 1000)
        if run.code is not None:
            shape["error"] = {"type": "action_run", "key": run.code, "message": run.code}
        return answer_json(shape)

    async def _default(self, caller: Caller, app: str | None, key: str | None) -> Connection:
        """The connection that is used where a request names none."""
        if app:
            found = self._parts.catalogue.get(app)
            if found is None:
                raise NotFound(f"There is no integration {app[:60]!r}.")
            connector = found.key
        elif key:
            connector = self._parts.actions.get(key).connectors[0]
        else:
            raise BadRequest("Name a connection: connectionId or connectionKey.")
        return await self._parts.connections.choose(caller, connector, None)

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


def _with_usual_names(api: dict[str, Any]) -> dict[str, Any]:
    """`url` and `data` are the SDK's other names of `path` and `body`."""
    named = dict(api)
    for other, usual in (("url", "path"), ("data", "body")):
        if other in named and usual not in named:
            named[usual] = named.pop(other)
    return named


def _answer(result: RunResult) -> Response:
    return answer_json({"output": result.output, "actionRunId": result.run_id})
