"""Connections in memory, for the path that every proxied request takes.

What was read of a user is kept until a change of that user's is announced, and for five seconds at
most, so that a node which does not hear notices is not behind for longer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trunkline.clock import Clock
from trunkline.gateway.connections import queries
from trunkline.gateway.connections.changes import Changes, Owner, owner_of
from trunkline.gateway.connections.check_input import LONGEST_NAME, hides_text
from trunkline.gateway.connections.rows import connection_of_row, uuid_text
from trunkline.gateway.model import Caller, Connection
from trunkline.store import Database

__all__ = ["Lookup"]

KEPT = timedelta(seconds=5)
MOST_USERS = 10_000
MOST_ANSWERS = 200  # of one user: names that lead nowhere are kept, too


@dataclass(slots=True)
class _Known:
    """What was read of one user since its last change."""

    until: datetime
    answers: dict[tuple[str, str], Connection | None] = field(default_factory=dict)


class Lookup:
    """Find a caller's connection by its id, by its key, or as the default one of an app."""

    def __init__(self, database: Database, clock: Clock, changes: Changes, newest: bool) -> None:
        self._database = database
        self._clock = clock
        self._choose = queries.CHOOSE[newest]
        self._users: dict[Owner, _Known] = {}
        changes.on_change(self._forget)

    async def find(self, caller: Caller, id_or_key: str) -> Connection | None:
        """The caller's connection of that id or key, archived ones left out."""
        if not _may_name(id_or_key):
            return None
        known = self._known(caller)
        place = ("name", id_or_key)
        if place not in known.answers:
            row = await self._database.fetchrow(
                queries.FIND, caller.tenant_id, caller.user_id, uuid_text(id_or_key), id_or_key
            )
            _keep(known, place, None if row is None else connection_of_row(row))
        return known.answers[place]

    async def default(self, caller: Caller, connector: str) -> Connection | None:
        """The active connection that is used where a request names none."""
        known = self._known(caller)
        place = ("connector", connector)
        if place not in known.answers:
            row = await self._database.fetchrow(
                self._choose, caller.tenant_id, caller.user_id, connector
            )
            _keep(known, place, None if row is None else connection_of_row(row))
        return known.answers[place]

    def _known(self, caller: Caller) -> _Known:
        """What is known of the user. A change replaces the value as a whole: what a query that
        began before it brings goes into one that nobody sees."""
        owner = owner_of(caller.tenant_id, caller.user_id)
        now = self._clock.now()
        known = self._users.get(owner)
        # A clock that was set back would keep it for longer.
        if known is None or not now < known.until <= now + KEPT:
            self._users.pop(owner, None)
            while len(self._users) >= MOST_USERS:
                del self._users[next(iter(self._users))]
            known = self._users[owner] = _Known(now + KEPT)
        return known

    def _forget(self, owner: Owner | None) -> None:
        if owner is None:
            self._users.clear()
        else:
            self._users.pop(owner, None)


def _keep(known: _Known, place: tuple[str, str], found: Connection | None) -> None:
    if len(known.answers) >= MOST_ANSWERS:
        known.answers.clear()
    known.answers[place] = found


def _may_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and not hides_text(text)
