"""Connections: make, list, find, choose, wait for, rename and delete them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from trunkline.clock import Clock
from trunkline.gateway.connections import queries
from trunkline.gateway.connections.change_status import change_status
from trunkline.gateway.connections.changes import Changes, owner_of, until_set
from trunkline.gateway.connections.check_input import (
    LONGEST_NAME,
    check_key,
    check_name,
    check_redirect,
    check_settings,
    hides_text,
)
from trunkline.gateway.connections.keep_credentials import KeepCredentials
from trunkline.gateway.connections.lookup import Lookup
from trunkline.gateway.connections.methods import find_method, is_platform, offered_methods
from trunkline.gateway.connections.rows import caller_of_row, connection_of_row, uuid_text
from trunkline.gateway.connections.seams import Connectors, Sealing, bound_of
from trunkline.gateway.connectors.declare import Connector
from trunkline.gateway.errors import (
    AccessDenied,
    AlreadyExists,
    BadRequest,
    ConnectionMissing,
    ConnectionNotActive,
    NotFound,
    WrongApp,
)
from trunkline.gateway.model import DEFAULT_USER, Caller, Connection, Status
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection as Link

__all__ = ["KEEP", "Connections", "Page"]

MOST_LISTED = 1000


class _Keep:
    """What `patch` leaves as it is."""


KEEP = _Keep()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Connections of a list, oldest first; `cursor` leads on, None at the end."""

    items: tuple[Connection, ...]
    cursor: str | None


class Connections(KeepCredentials):
    """The connections of all users. Another user's are answered as those that do not exist.

    `newest`: the newest active connection is the default one, not the oldest; `development`: this
    platform's own account may stand in for a provider's.
    """

    def __init__(
        self,
        database: Database,
        vault: Sealing,
        catalogue: Connectors,
        clock: Clock,
        sids: SidFactory,
        *,
        changes: Changes,
        newest: bool = False,
        development: bool = False,
    ) -> None:
        super().__init__(database, vault, clock, changes=changes)
        self._catalogue = catalogue
        self._sids = sids
        self._development = development
        self._lookup = Lookup(database, clock, changes, newest)
        self._uses: dict[str, datetime] = {}

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
    ) -> Connection:
        """A new connection that waits for credentials; active at once where none are needed.

        `method`: a key or a kind. Without `allow_multiple` the one that the user has for this
        connector already, an active one before others, is given instead. Raises NotFound for an
        unknown connector, BadRequest, AlreadyExists for a key that the user has, AccessDenied for
        the tenant's own account and a user who may not have it.
        """
        connector = self._connector(connector_key)
        chosen = None
        if method is not None:
            chosen = find_method(connector, method, development=self._development)
        elif len(offered := offered_methods(connector, development=self._development)) == 1:
            chosen = offered[0]
        values = (
            check_key(key),
            check_name(name) or connector.name,
            Status.PENDING,
            chosen and chosen.key,
            check_settings(connector, settings),
            check_redirect(redirect_uri),
        )
        if is_platform(chosen):
            await self._expect_trusted(caller)
        owner = owner_of(caller.tenant_id, caller.user_id)
        whose = (caller.tenant_id, caller.user_id, connector.key)
        try:
            async with self._database.transaction() as link:
                if not allow_multiple:
                    await link.execute(queries.LOCK_USER, caller.user_id)
                    row = await link.fetchrow(queries.FIND_REUSABLE, *whose)
                    if row is not None:
                        return connection_of_row(row)
                now = self._clock.now()
                row = await link.fetchrow(queries.INSERT, self._sids.new_id(), *whose, *values, now)
                made = connection_of_row(row)
                if is_platform(chosen):
                    made = await self._use_platform(link, made, caller)
                await self._changes.announce(link, owner)
        except asyncpg.UniqueViolationError:
            raise AlreadyExists("There is a connection with this key already.") from None
        self._changes.tell(owner)
        return made

    async def list(
        self,
        caller: Caller,
        *,
        connector: str | None = None,
        status: Status | str | None = None,
        method: str | None = None,
        search: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """The caller's connections, oldest first. `method` is a key or a kind; `search` is a part
        of the name, the key or the connector. Raises BadRequest."""
        if limit < 1:
            raise BadRequest("limit is less than 1.")
        limit = min(limit, MOST_LISTED)
        if status is not None and status not in tuple(Status):
            raise BadRequest("There is no such status.")
        for text in (connector, method, search):
            if text is not None and (len(text) > LONGEST_NAME or hides_text(text)):
                return Page(items=(), cursor=None)
        found = None if connector is None else self._catalogue.get(connector)
        if connector is not None and found is None:
            return Page(items=(), cursor=None)
        rows = await self._database.fetch(
            queries.LIST,
            caller.tenant_id,
            caller.user_id,
            found and found.key,
            status,
            None if method is None else _methods(self._catalogue, method),
            search,
            *_place_of(cursor),
            limit + 1,
        )
        items = tuple(connection_of_row(row) for row in rows[:limit])
        return Page(items=items, cursor=_cursor_of(items[-1]) if len(rows) > limit else None)

    async def get(self, caller: Caller, id_or_key: str) -> Connection:
        """The caller's connection of that id or key, from memory where it is there. NotFound."""
        found = await self._lookup.find(caller, id_or_key)
        if found is None:
            raise NotFound("There is no such connection.")
        return found

    async def choose(self, caller: Caller, connector_key: str, given: str | None) -> Connection:
        """The connection by which a request to an app goes: the one that was named, else the
        default one. Raises NotFound, WrongApp, ConnectionNotActive, ConnectionMissing."""
        if given is None:
            found = await self._lookup.default(caller, connector_key)
            if found is None:
                connector = self._catalogue.get(connector_key)
                app = connector.name if connector else "this app"
                raise ConnectionMissing(f"There is no active connection for {app}: create one.")
            return found
        found = await self.get(caller, given)
        if found.connector != connector_key:
            raise WrongApp
        if found.status is not Status.ACTIVE:
            raise ConnectionNotActive
        return found

    async def patch(
        self,
        caller: Caller,
        id_or_key: str,
        *,
        name: str | _Keep = KEEP,
        key: str | _Keep | None = KEEP,
    ) -> Connection:
        """Another name, another key. Settings change with new credentials alone: else a program
        could have old ones sent to a host of its own. Raises NotFound, BadRequest,
        AlreadyExists."""
        given_name = None if isinstance(name, _Keep) else check_name(name)
        if given_name is None and not isinstance(name, _Keep):
            raise BadRequest("The name is empty.")
        given_key = None if isinstance(key, _Keep) else check_key(key)
        found = await self.get(caller, id_or_key)

        async def write(link: Link) -> Connection | None:
            row = await link.fetchrow(
                queries.CHANGE,
                found.id,
                caller.tenant_id,
                caller.user_id,
                self._clock.now(),
                given_name is not None,
                given_name,
                not isinstance(key, _Keep),
                given_key,
            )
            return None if row is None else connection_of_row(row)

        try:
            changed = await self._write(found, write)
        except asyncpg.UniqueViolationError:
            raise AlreadyExists("There is a connection with this key already.") from None
        if changed is None:
            raise NotFound("There is no such connection.")
        return changed

    async def delete(self, caller: Caller, id_or_key: str) -> Connection:
        """Archive it: its credentials, pages and requests are gone with the commit; a call that is
        under way goes on to its end. Raises NotFound, also for one that was deleted before."""
        found = await self.get(caller, id_or_key)

        async def write(link: Link) -> Connection | None:
            now = self._clock.now()
            changes = {"sealed": None, "error": None, "refresh_at": None, "redirect_uri": None}
            archived = await change_status(
                link, found.id, Status.ARCHIVED, now=now, changes=changes, new_credentials=True
            )
            await link.execute(queries.END_REQUESTS, found.id, "cancelled", None, now)
            await link.execute(queries.END_SESSIONS, found.id, now)
            return archived

        archived = await self._write(found, write)
        if archived is None:
            raise NotFound("There is no such connection.")
        return archived

    async def wait(self, caller: Caller, id_or_key: str, timeout: float) -> Connection:
        """The connection as soon as it is no longer pending, or after `timeout` seconds. Raises
        NotFound, also when it is deleted meanwhile."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        known = (await self.get(caller, id_or_key)).id
        with self._changes.watch(owner_of(caller.tenant_id, caller.user_id)) as changed:
            while True:
                changed.clear()
                found = await self.read(known)
                left = end - loop.time()
                if found.status is not Status.PENDING or left <= 0:
                    return found
                await until_set(changed, left)

    async def caller_of(self, connection: Connection) -> Caller:
        """The user whose connection it is, as the one who asks. Raises NotFound."""
        row = await self._database.fetchrow(
            queries.CALLER, connection.tenant_id, connection.user_id
        )
        if row is None:
            raise NotFound("There is no such connection.")
        return caller_of_row(row)

    def needs_nobody(self, connection: Connection) -> bool:
        """Whether it is an account of this platform, for which nothing is entered."""
        connector = self._catalogue.get(connection.connector)
        if connector is None or connection.method is None:
            return False
        return is_platform(connector.method(connection.method))

    def note_used(self, connection: Connection) -> None:
        """Remember that it was just used, until `write_uses`."""
        self._uses[connection.id] = self._clock.now()

    async def write_uses(self) -> None:
        """Write when connections were last used: every few seconds, and when the node stops."""
        uses, self._uses = self._uses, {}
        if uses:
            ids = sorted(uses)  # two nodes lock rows in the same order
            await self._database.execute(queries.NOTE_USES, ids, [uses[each] for each in ids])

    async def _expect_trusted(self, caller: Caller) -> None:
        """Refuse the tenant's whole account, keys and messages of everybody, to its customers:
        their tokens are signed by the tenant, and stand in browsers. Raises AccessDenied."""
        if self._development or caller.is_admin or caller.user_key == DEFAULT_USER:
            return
        if not await self._database.fetchval(
            queries.MAY_USE_ACCOUNT, caller.tenant_id, caller.user_id, self._clock.now()
        ):
            raise AccessDenied(
                "This platform's own account is for the tenant itself, and for users whom its "
                "operator gave a key."
            )

    async def _use_platform(self, link: Link, made: Connection, caller: Caller) -> Connection:
        active = await change_status(
            link,
            made.id,
            Status.ACTIVE,
            now=made.created_at,
            changes={
                "sealed": self._vault.seal({}, bound_of(made)),
                "metadata": {"account_sid": caller.account_sid},
            },
            new_credentials=True,
        )
        assert active is not None
        return active

    def _connector(self, key: str) -> Connector:
        found = self._catalogue.get(key)
        if found is None:
            raise NotFound("There is no such connector.")
        return found


def _methods(catalogue: Connectors, wanted: str) -> list[str]:
    """The methods of a key or a kind, as `LIST` compares them."""
    return [
        f"{connector.key} {method.key}"
        for connector in catalogue.all()
        for method in connector.methods
        if wanted == method.key or wanted.upper() == method.kind
    ]


def _cursor_of(last: Connection) -> str:
    text = f"{last.created_at.isoformat()} {last.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place_of(cursor: str | None) -> tuple[datetime | None, str | None]:
    """Where a list goes on. `0` is how the Membrane SDK begins one."""
    if cursor in (None, "", "0"):
        return None, None
    try:
        if len(cursor) > 200:
            raise ValueError
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        moment, _, last = text.partition(" ")
        created_at, known = datetime.fromisoformat(moment), uuid_text(last)
        if known is None or created_at.tzinfo is None:
            raise ValueError
    except ValueError:
        raise BadRequest("This cursor does not belong to this list.") from None
    return created_at, known
