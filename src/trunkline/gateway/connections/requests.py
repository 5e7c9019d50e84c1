"""Requests that somebody connect something: what a program makes and then waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trunkline.clock import Clock
from trunkline.gateway.connections import queries
from trunkline.gateway.connections.changes import Changes, owner_of, until_set
from trunkline.gateway.connections.check_input import check_redirect
from trunkline.gateway.connections.connections import Connections
from trunkline.gateway.connections.rows import uuid_text
from trunkline.gateway.connections.sessions import Sessions
from trunkline.gateway.errors import NotFound, WrongApp
from trunkline.gateway.model import Caller, Connection, Status
from trunkline.lifecycle import Lifecycle
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["REQUEST_LIFE", "REQUEST_LIFECYCLE", "ConnectRequest", "Requests"]

REQUEST_LIFE = timedelta(hours=24)  # its id lets a browser in for so long

_ENDS = frozenset({"success", "cancelled", "error"})
REQUEST_LIFECYCLE = Lifecycle(
    "connect_request",
    frozenset({"pending", "success"}),
    {"pending": _ENDS, "success": frozenset(), "cancelled": frozenset(), "error": frozenset()},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectRequest:
    """A request, and how far it is. Ids are UUIDs."""

    id: str
    tenant_id: str
    user_id: str
    connector: str
    connection_id: str
    status: str  # pending, success, cancelled or error
    error: str | None
    redirect_uri: str | None
    created_at: datetime
    ended_at: datetime | None


class Requests:
    """Make, find, wait for and cancel requests."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sids: SidFactory,
        *,
        connections: Connections,
        sessions: Sessions,
        changes: Changes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sids = sids
        self._connections = connections
        self._sessions = sessions
        self._changes = changes

    async def create(
        self,
        caller: Caller,
        connector_key: str,
        *,
        method: str | None = None,
        name: str | None = None,
        key: str | None = None,
        settings: Mapping[str, Any] | None = None,
        redirect_uri: str | None = None,
        allow_multiple: bool = True,
        connection_id: str | None = None,
    ) -> ConnectRequest:
        """Ask for a new connection, or with `connection_id` (an id or a key) that one is connected
        again. One that needs nobody is a success at once. Errors: those of `Connections.create`;
        NotFound and WrongApp for `connection_id`."""
        goes_to = check_redirect(redirect_uri)
        if connection_id is None:
            connection = await self._connections.create(
                caller,
                connector_key,
                method=method,
                name=name,
                key=key,
                settings=settings,
                allow_multiple=allow_multiple,
            )
        else:
            connection = await self._connections.get(caller, connection_id)
            if connection.connector != connector_key:
                raise WrongApp
        now = self._clock.now()
        done = connection.status is Status.ACTIVE and self._connections.needs_nobody(connection)
        async with self._database.transaction() as link:
            row = await link.fetchrow(
                queries.INSERT_REQUEST,
                self._sids.new_id(),
                caller.tenant_id,
                caller.user_id,
                connection.connector,
                connection.id,
                "success" if done else "pending",
                goes_to,
                now,
                now if done else None,
            )
        return _request(row)

    async def get(self, caller: Caller, request_id: str) -> ConnectRequest:
        """The caller's request of that id. Raises NotFound."""
        known = uuid_text(request_id)
        row = known and await self._database.fetchrow(
            queries.FETCH_REQUEST, known, caller.tenant_id, caller.user_id
        )
        if not row:
            raise NotFound("There is no such request.")
        return _request(row)

    async def wait(self, caller: Caller, request_id: str, timeout: float) -> ConnectRequest:
        """The request as soon as it is no longer pending, or after `timeout` seconds. NotFound."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        with self._changes.watch(owner_of(caller.tenant_id, caller.user_id)) as changed:
            while True:
                changed.clear()
                found = await self.get(caller, request_id)
                left = end - loop.time()
                if found.status != "pending" or left <= 0:
                    return found
                await until_set(changed, left)

    async def cancel(self, caller: Caller, request_id: str) -> ConnectRequest:
        """Nobody needs to connect it any more; one that has ended stays as it is. NotFound."""
        found = await self.get(caller, request_id)
        owner = owner_of(caller.tenant_id, caller.user_id)
        async with self._database.transaction() as link:
            row = await link.fetchrow(
                queries.END_REQUEST, found.id, "cancelled", None, self._clock.now()
            )
            await self._changes.announce(link, owner)
        self._changes.tell(owner)
        return found if row is None else _request(row)

    async def open_session(self, request_id: str) -> str:
        """A token for the hosted page of a pending request: its id, which nobody can guess, lets in
        whoever was given it. Raises NotFound when it is unknown, has ended or is a day old."""
        known = uuid_text(request_id)
        row = known and await self._database.fetchrow(
            queries.FIND_PENDING_REQUEST, known, self._clock.now() - REQUEST_LIFE
        )
        if not row:
            raise NotFound("This request has ended, or there is none. Ask for a new link.")
        connection = await self._connections.read(str(row["connection_id"]))
        return await self._sessions.open(connection, str(row["id"]))

    async def go_to(self, connection: Connection) -> str | None:
        """Where a person's browser goes after this connection was connected: as its last request
        says, or else the connection itself."""
        found: str | None = await self._database.fetchval(queries.GO_TO, connection.id)
        return found


def _request(row: Any) -> ConnectRequest:
    return ConnectRequest(
        id=str(row["id"]),
        tenant_id=str(row["tenant_id"]),
        user_id=str(row["user_id"]),
        connector=row["connector"],
        connection_id=str(row["connection_id"]),
        status=row["status"],
        error=row["error"],
        redirect_uri=row["redirect_uri"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
    )
