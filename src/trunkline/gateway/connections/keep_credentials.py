"""What becomes of a connection when credentials come, or are refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from trunkline.clock import Clock
from trunkline.gateway.connections import queries
from trunkline.gateway.connections.change_status import change_status
from trunkline.gateway.connections.changes import Changes, owner_of
from trunkline.gateway.connections.rows import connection_of_row, uuid_text
from trunkline.gateway.connections.seams import Sealing, bound_of
from trunkline.gateway.connections.sessions import SessionGone, token_hash
from trunkline.gateway.errors import NotFound
from trunkline.gateway.model import Connection, Status
from trunkline.store import Database
from trunkline.store.database import Connection as Link

__all__ = ["KeepCredentials"]

LONGEST_REASON = 1000  # characters
NOT_WORKING = (Status.PENDING, Status.FAILED)


class KeepCredentials:
    """Seals credentials and tells everybody. No method asks who the caller is: for parts of the
    gateway that were let in already."""

    def __init__(
        self, database: Database, vault: Sealing, clock: Clock, *, changes: Changes
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._changes = changes

    async def read(self, connection_id: str) -> Connection:
        """The connection as the database has it now. Raises NotFound."""
        found = await self._find(connection_id)
        if found is None:
            raise NotFound("There is no such connection.")
        return found

    async def establish(
        self,
        connection_id: str,
        method: str,
        secrets: Mapping[str, str],
        settings: Mapping[str, Any],
        metadata: Mapping[str, Any],
        *,
        refresh_at: datetime | None = None,
        session: str | None = None,
    ) -> Connection:
        """The connection works with these credentials, which take the place of all before them. Its
        requests end with success and its pages are of no use any more.

        `session`: the token of the page on which they were entered, spent in the same transaction.
        Raises NotFound for one that was deleted, SessionGone when the page was used before.
        """
        found = await self.read(connection_id)
        changes = {
            "method": method,
            "sealed": self._vault.seal(secrets, bound_of(found)),
            "settings": dict(settings),
            "metadata": dict(metadata),
            "refresh_at": refresh_at,
            "error": None,
        }

        async def write(link: Link) -> Connection | None:
            now = self._clock.now()
            changed = await change_status(
                link, found.id, Status.ACTIVE, now=now, changes=changes, new_credentials=True
            )
            if changed is None:
                raise NotFound("There is no such connection.")
            if session is not None:
                spent = await link.fetchval(queries.SPEND, token_hash(session), now)
                if spent is None or str(spent) != found.id:
                    raise SessionGone
            await link.execute(queries.END_REQUESTS, found.id, "success", None, now)
            await link.execute(queries.END_SESSIONS, found.id, now)
            return changed

        changed = await self._write(found, write)
        assert changed is not None
        return changed

    async def renew(
        self,
        connection_id: str,
        secrets: Mapping[str, str],
        *,
        revision: int,
        refresh_at: datetime | None,
    ) -> Connection | None:
        """New tokens for the credentials of `revision`; one that had failed meanwhile, because a
        node was refused with the tokens before, is active again. None when it has others, waits for
        its first ones or was deleted, and nothing was written."""
        found = await self._find(connection_id)
        if found is None:
            return None
        sealed = self._vault.seal(secrets, bound_of(found))
        return await self._move(
            found,
            Status.ACTIVE,
            {"error": None, "sealed": sealed, "refresh_at": refresh_at},
            only_from=(Status.ACTIVE, Status.FAILED),
            revision=revision,
            new_credentials=True,
        )

    async def fail(self, connection_id: str, reason: str, *, revision: int) -> Connection | None:
        """The provider refuses the credentials of `revision`. None when the connection is not
        active, has others meanwhile or was deleted: then nothing changes."""
        found = await self._find(connection_id)
        changes = {"error": reason[:LONGEST_REASON]}
        return found and await self._move(
            found, Status.FAILED, changes, only_from=(Status.ACTIVE,), revision=revision
        )

    async def recover(self, connection_id: str, *, revision: int) -> Connection | None:
        """The provider takes the credentials of `revision` after all: a failed connection is active
        again. None when it was not failed, has others meanwhile or was deleted."""
        found = await self._find(connection_id)
        return found and await self._move(
            found, Status.ACTIVE, {"error": None}, only_from=(Status.FAILED,), revision=revision
        )

    async def note_attempt_failed(self, connection_id: str, reason: str) -> None:
        """Somebody tried to connect and did not: open requests end with an error. A connection that
        works goes on working; one that does not is failed; a deleted one is left alone."""
        found = await self._find(connection_id)
        if found is None:
            return
        changes = {"error": reason[:LONGEST_REASON]}

        async def write(link: Link) -> Connection | None:
            now = self._clock.now()
            changed = await change_status(
                link, found.id, Status.FAILED, now=now, changes=changes, only_from=NOT_WORKING
            )
            await link.execute(queries.END_REQUESTS, found.id, "error", changes["error"], now)
            return changed

        await self._write(found, write, always=True)

    async def _find(self, connection_id: str) -> Connection | None:
        known = uuid_text(connection_id)
        row = known and await self._database.fetchrow(queries.FETCH, known)
        return connection_of_row(row) if row else None

    async def _move(
        self,
        found: Connection,
        status: Status,
        changes: Mapping[str, Any],
        *,
        only_from: Collection[Status],
        revision: int,
        new_credentials: bool = False,
    ) -> Connection | None:
        async def write(link: Link) -> Connection | None:
            return await change_status(
                link,
                found.id,
                status,
                now=self._clock.now(),
                changes=changes,
                only_from=only_from,
                revision=revision,
                new_credentials=new_credentials,
            )

        return await self._write(found, write)

    async def _write(
        self,
        found: Connection,
        write: Callable[[Link], Awaitable[Connection | None]],
        *,
        always: bool = False,
    ) -> Connection | None:
        """Run `write` in a transaction, and tell of it if it changed something."""
        owner = owner_of(found.tenant_id, found.user_id)
        async with self._database.transaction() as link:
            changed = await write(link)
            if changed is None and not always:
                return None
            await self._changes.announce(link, owner)
        self._changes.tell(owner)
        return changed
