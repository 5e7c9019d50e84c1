"""Clocks that are moved, a database that counts, and tokens, for the tests of keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from trunkline.gateway.errors import NotAuthenticated
from trunkline.gateway.keys import Authenticate, Keys, NewKey, Tenants
from trunkline.store import Database

BORN = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNKNOWN = "This key or token is not known here."

__all__ = ["BORN", "UNKNOWN", "CountingDatabase", "Gateway", "MovedClock", "signed"]


class MovedClock:
    """Real time as the test wants it, and the seconds of a stopwatch beside it."""

    def __init__(self) -> None:
        self.moment = BORN

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - BORN).total_seconds()

    def advance(self, **more: float) -> None:
        self.moment += timedelta(**more)


class CountingDatabase:
    """A database that counts what is asked, brings no notices, and can make a question wait."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked = 0
        self.started = asyncio.Event()
        self.go_on: asyncio.Event | None = None
        self.error: Exception | None = None

    def on_change(self, *_: object) -> None: ...

    def on_reconnect(self, *_: object) -> None: ...

    async def _ask(self, question: Callable[..., Awaitable[Any]], *args: object) -> Any:
        self.asked += 1
        if self.error is not None:
            raise self.error
        answer = await question(*args)
        if self.go_on is not None:
            self.started.set()
            go_on, self.go_on = self.go_on, None
            await go_on.wait()
        return answer

    async def fetchrow(self, *args: object) -> Any:
        return await self._ask(self.database.fetchrow, *args)

    async def execute(self, *args: object) -> Any:
        return await self._ask(self.database.execute, *args)


@dataclass
class Gateway:
    """Keys of a world, and who is let in with them."""

    keys: Keys
    tenants: Tenants
    authenticate: Authenticate
    clock: MovedClock
    world_id: str
    account_sid: str

    async def create(self, tenant: str | None = None, **more: Any) -> NewKey:
        """A key of a tenant, by default of the world's own."""
        return await self.keys.create(
            tenant=tenant or f"t-{self.world_id}",
            world_id=self.world_id,
            account_sid=self.account_sid,
            name="a key",
            **more,
        )

    async def refused(self, bearer: str) -> str:
        """Why this is not let in."""
        with pytest.raises(NotAuthenticated) as caught:
            await self.authenticate(bearer)
        assert caught.value.status == 401
        for part in (bearer, bearer[4:] or "no part", bearer.rpartition(".")[2]):
            assert len(part) < 9 or part not in f"{caught.value!r}{caught.value.data}"
        return caught.value.message


def signed(new: NewKey, algorithm: str = "HS256", secret: str | None = None, **claims: Any) -> str:
    """A token as a customer's server makes it; a claim that is `...` is left out."""
    whole = {"iss": new.workspace_key, "id": "customer-1", "exp": BORN.timestamp() + 3600, **claims}
    whole = {name: value for name, value in whole.items() if value is not ...}
    key = OctKey.import_key(new.workspace_secret if secret is None else secret)
    return jwt.encode({"alg": algorithm}, whole, key, algorithms=[algorithm])
