"""A sign-in server with real tenants, keys and vault, on a free port of the loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tests.support.waiting import eventually
from trunkline.clock import RealClock
from trunkline.gateway.errors import NotAuthenticated
from trunkline.gateway.keys import Authenticate, Keys, NewKey, Tenants
from trunkline.gateway.model import Caller
from trunkline.gateway.sign_in import Notice, PeopleOf, SignIn, shown_email
from trunkline.gateway.vault import MasterKeys, Vault
from trunkline.sids import SidFactory
from trunkline.store import Database


class MovedClock:
    """The real clock, and what the test added to it."""

    def __init__(self) -> None:
        self.moved = timedelta(0)
        self._stopped: datetime | None = None

    def now(self) -> datetime:
        return (self._stopped or RealClock().now()) + self.moved

    def stop(self) -> None:
        """Stand still: what is remembered for seconds is remembered for ever."""
        self._stopped = RealClock().now()

    def move(self, **delta: float) -> None:
        self.moved += timedelta(**delta)


@dataclass
class House:
    """A gateway's keys and its authorization server."""

    database: Database
    clock: MovedClock
    sids: SidFactory
    vault: Vault
    tenants: Tenants
    keys: Keys
    authenticate: Authenticate
    sign_in: SignIn
    world_id: str
    notices: list[Notice]
    base: str = ""
    made: dict[str, NewKey] = field(default_factory=dict)

    async def key(self, tenant: str = "", user: str = "default", **more: object) -> NewKey:
        return await self.keys.create(
            tenant=tenant or f"t-{self.world_id}",
            world_id=self.world_id,
            account_sid="AC" + self.world_id,
            name="test",
            user=user,
            **more,  # type: ignore[arg-type]
        )

    async def caller(self, user: str = "default", *, is_admin: bool = False) -> Caller:
        tenant = await self.tenants.ensure(f"t-{self.world_id}", self.world_id, self.world_id)
        found = await self.tenants.user(tenant.id, user)
        return self.tenants.caller(tenant, found, is_admin=is_admin)

    def another_node(self, **changed: object) -> SignIn:
        """A second authorization server on the same database."""
        parts: dict[str, object] = {
            "clock": self.clock,
            "sids": self.sids,
            "vault": self.vault,
            "identify": self.authenticate,
            "people": PeopleOf(self.database, self.tenants),
            "told": self.notices.append,
        }
        return SignIn(self.database, **(parts | changed))  # type: ignore[arg-type]


MASTER = bytes(range(32))


@pytest_asyncio.fixture(loop_scope="session")
async def house(database: Database, sids: SidFactory, world_id: str) -> House:
    """Everything but HTTP."""
    clock = MovedClock()
    vault = Vault(MasterKeys({1: MASTER}))
    tenants = Tenants(database, sids, clock)
    authenticate = Authenticate(database, vault, tenants, clock)
    keys = Keys(database, vault, tenants, authenticate, sids=sids, clock=clock)
    notices: list[Notice] = []
    # Another test's vault may have sealed the key that is there.
    await database.execute("DELETE FROM gateway_signing_keys")
    made = House(
        database=database,
        clock=clock,
        sids=sids,
        vault=vault,
        tenants=tenants,
        keys=keys,
        authenticate=authenticate,
        sign_in=None,  # type: ignore[arg-type]
        world_id=world_id,
        notices=notices,
    )
    made.sign_in = made.another_node(guesses_a_minute=5)
    authenticate.verifiers.append(made.sign_in.verify)
    return made


def app_of(house: House, sign_in: SignIn | None = None) -> Starlette:
    """The faces as far as signing in needs them."""
    signing_in = sign_in or house.sign_in

    async def user(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            caller = await house.authenticate(token)
        except NotAuthenticated:
            return JSONResponse({"message": "no"}, 401)
        return JSONResponse(
            {"email": shown_email(caller), "user": caller.user_key, "tenant": caller.tenant_key}
        )

    def root(request: Request) -> str:
        return f"http://{request.headers['host']}"

    def face(prefix: str) -> Mount:
        routes = signing_in.routes(lambda request: root(request) + prefix)
        return Mount(prefix, routes=[*routes, Route("/user", user)])

    return Starlette(
        routes=[
            *signing_in.routes(root, prefixes=("maton", "membrane")),
            Route("/user", user),
            face("/maton"),
            face("/membrane"),
        ]
    )


@contextlib.asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """The address of `app`, served."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none")
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@pytest_asyncio.fixture(loop_scope="session")
async def served(house: House) -> AsyncIterator[House]:
    """The house, with its address as `base`."""
    async with serving(app_of(house)) as base:
        house.base = base
        yield house
