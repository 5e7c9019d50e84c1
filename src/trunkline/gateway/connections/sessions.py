"""Sessions of the hosted page: a link that lets one person enter credentials once."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.clock import Clock
from trunkline.gateway.connections import queries
from trunkline.gateway.connections.rows import caller_of_row, connection_of_row
from trunkline.gateway.errors import AlreadyExists, NotFound
from trunkline.gateway.model import Caller, Connection
from trunkline.store import Database

__all__ = ["LIFE", "MOST_TRIES", "Session", "SessionBusy", "SessionGone", "Sessions", "token_hash"]

LIFE = timedelta(minutes=15)
MOST_TRIES = 10  # credentials that are tried at the provider, in one session
LONGEST_TRY = timedelta(minutes=2)  # if a node dies meanwhile, the link works again after that

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class SessionGone(NotFound):
    """This link was used already, or is too old. Ask for a new one."""


class SessionBusy(AlreadyExists):
    """Somebody is connecting by this link just now, maybe in another window. Try again."""

    code = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a token stands for. The token itself is kept nowhere."""

    connection: Connection
    caller: Caller  # the user to whom the connection belongs
    request_id: str | None
    go_to: str | None  # where the person's browser goes afterwards
    tries_left: int
    expires_at: datetime


class Sessions:
    """Opens and spends sessions. `entropy(n)` gives n random bytes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
        life: timedelta = LIFE,
    ) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._life = life

    async def open(self, connection: Connection, request_id: str | None = None) -> str:
        """A token for the page of this connection: 256 random bits, of which the hash is kept.
        Raises NotFound for a connection that was deleted."""
        token = base64.urlsafe_b64encode(self._entropy(32)).decode().rstrip("=")
        now = self._clock.now()
        opened = await self._database.fetchval(
            queries.INSERT_SESSION,
            token_hash(token),
            connection.id,
            request_id,
            now,
            now + self._life,
        )
        if opened is None:
            raise NotFound("There is no such connection.")
        return token

    async def look(self, token: str) -> Session:
        """What the token stands for; it can still be used. Raises SessionGone."""
        row = await self._database.fetchrow(
            queries.LOOK, token_hash(token), self._clock.now(), MOST_TRIES
        )
        if row is None:
            raise SessionGone
        return Session(
            connection=connection_of_row(row),
            caller=caller_of_row(row),
            request_id=None if row["request_id"] is None else str(row["request_id"]),
            go_to=row["go_to"],
            tries_left=MOST_TRIES - row["tries"],
            expires_at=row["expires_at"],
        )

    @asynccontextmanager
    async def trying(self, token: str) -> AsyncIterator[None]:
        """Take one of the session's tries and keep others out, before the provider is asked and
        until it is known what came of it. Raises SessionGone, SessionBusy."""
        hashed = token_hash(token)
        now = self._clock.now()
        tries = await self._database.fetchval(
            queries.BEGIN_TRY, hashed, now, MOST_TRIES, now + LONGEST_TRY
        )
        if tries is None:
            await self.look(token)
            raise SessionBusy
        try:
            yield
        finally:
            await self._database.execute(queries.END_TRY, hashed)

    async def spend(self, token: str) -> None:
        """Use the session up. Of any number at once one succeeds; the others get SessionGone."""
        spent = await self._database.fetchval(queries.SPEND, token_hash(token), self._clock.now())
        if spent is None:
            raise SessionGone


def token_hash(token: str) -> bytes:
    """How a token is kept. Raises SessionGone for what is no token."""
    if len(token) != 43 or not _TOKEN.fullmatch(token):
        raise SessionGone
    return hashlib.sha256(token.encode("ascii")).digest()
