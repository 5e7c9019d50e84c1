"""Credentials that were opened, kept in memory for the path that every proxied request takes.

What is kept of a user is dropped with every change to the user's connections, and found by the
sealed bytes themselves: others that are sealed for the same connection are never mistaken for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trunkline.gateway.connections.changes import Owner, owner_of
from trunkline.gateway.connectors.declare import Injected
from trunkline.gateway.model import Connection

__all__ = ["Opened", "OpenedSecrets"]

MOST_USERS = 10_000
MOST_OF_ONE = 200
AHEAD = timedelta(seconds=5)  # a token that ends so soon would end on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the requests of a connection get, and until when that is good."""

    injected: Injected = field(repr=False)
    expires_at: datetime | None = None
    renewable: bool = False  # without a person
    refused_at: datetime | None = None  # when the tokens before these were refused

    def works(self, now: datetime) -> bool:
        """Whether it has not ended, as far as one knows."""
        return self.expires_at is None or now < self.expires_at - AHEAD


@dataclass(slots=True)
class _OfUser:
    opened: dict[tuple[str, bytes], Opened] = field(default_factory=dict)
    newest: dict[str, Connection] = field(default_factory=dict)


class OpenedSecrets:
    """A bounded store in memory."""

    def __init__(self) -> None:
        self._users: dict[Owner, _OfUser] = {}

    def get(self, connection: Connection) -> Opened | None:
        """What these very credentials are, opened."""
        user = self._users.get(_owner(connection))
        if user is None or connection.sealed is None:
            return None
        return user.opened.get((connection.id, connection.sealed))

    def put(self, connection: Connection, opened: Opened) -> None:
        """Keep what a connection's credentials are."""
        user = self._of(connection)
        if len(user.opened) >= MOST_OF_ONE:
            user.opened.clear()
        assert connection.sealed is not None
        user.opened[(connection.id, connection.sealed)] = opened

    def newest(self, connection: Connection) -> Connection:
        """The connection as it was last read here, if that is newer than what was given."""
        user = self._users.get(_owner(connection))
        newer = user.newest.get(connection.id) if user is not None else None
        return newer if newer is not None and newer.revision > connection.revision else connection

    def note(self, connection: Connection) -> None:
        """Keep how the database has a connection now."""
        user = self._of(connection)
        if len(user.newest) >= MOST_OF_ONE:
            user.newest.clear()
        user.newest[connection.id] = connection

    def forget(self, owner: Owner | None) -> None:
        """Drop what is kept of a user; of everybody with None."""
        if owner is None:
            self._users.clear()
        else:
            self._users.pop(owner, None)

    def _of(self, connection: Connection) -> _OfUser:
        owner = _owner(connection)
        user = self._users.get(owner)
        if user is None:
            while len(self._users) >= MOST_USERS:
                del self._users[next(iter(self._users))]
            user = self._users[owner] = _OfUser()
        return user


def _owner(connection: Connection) -> Owner:
    return owner_of(connection.tenant_id, connection.user_id)
