"""One request of a provider's API that no action declares, with JSON in and out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from trunkline.gateway.actions.ask import Ask
from trunkline.gateway.actions.read_answer import accepted
from trunkline.gateway.actions.run_action import NotedRuns, RunResult
from trunkline.gateway.errors import ConnectionNotActive, InputInvalid
from trunkline.gateway.model import Caller, Connection, Status

__all__ = ["RunApi"]

API_RUN = "api"  # what the log has in place of an action's id
FIELDS = ("method", "path", "query", "body")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MOST_PARAMETERS = 1000


class RunApi:
    """Runs such a request. Where it leads is checked by the proxy, as every path is."""

    def __init__(self, ask: Ask, noted: NotedRuns) -> None:
        self._ask = ask
        self._noted = noted

    async def __call__(
        self, caller: Caller, connection: Connection, asked: Mapping[str, Any]
    ) -> RunResult:
        """`asked` has `path`, and maybe `method` (GET), `query` and `body`. The output is the
        answer's JSON. Raises InputInvalid, ProviderRefused, and what `Ask` raises."""
        if connection.status is not Status.ACTIVE:
            raise ConnectionNotActive
        unknown = [name for name in asked if name not in FIELDS and asked[name]]
        if unknown:
            raise InputInvalid(
                "Only method, path, query and body are taken: use the proxy for more."
            )
        method, path = asked.get("method") or "GET", asked.get("path")
        if not isinstance(method, str) or method.upper() not in METHODS:
            raise InputInvalid(f"method must be one of {', '.join(METHODS)}.")
        if not isinstance(path, str) or not path:
            raise InputInvalid("path must be a path of the provider's API.")
        work = functools.partial(
            self._perform,
            caller,
            connection,
            method.upper(),
            path,
            _pairs(asked.get("query")),
            asked.get("body"),
        )
        return await self._noted(caller, connection, API_RUN, work)

    async def _perform(
        self,
        caller: Caller,
        connection: Connection,
        method: str,
        path: str,
        query: list[tuple[str, str]] | None,
        body: Any,
    ) -> Any:
        if body is None:
            answer = await self._ask(caller, connection, method, path, query=query)
        else:
            answer = await self._ask(caller, connection, method, path, query=query, json=body)
        accepted(answer)
        return answer.data


def _pairs(query: Any) -> list[tuple[str, str]] | None:
    if query is None:
        return None
    if not isinstance(query, dict) or len(query) > MOST_PARAMETERS:
        raise InputInvalid("query must be an object of texts, numbers, true and false.")
    pairs = []
    for name, given in query.items():
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, bool):
                pairs.append((name, "true" if value else "false"))
            elif isinstance(value, (str, int, float)):
                pairs.append((name, str(value)))
            elif value is not None:
                raise InputInvalid("query must be an object of texts, numbers, true and false.")
    return pairs
