"""What connections need of other parts, small: a clock, a vault, a provider, an app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from trunkline.gateway.connections import (
    Changes,
    Connections,
    EnterCredentials,
    ProbeCredentials,
    Requests,
    Sessions,
    TestConnection,
)
from trunkline.gateway.connectors import Catalogue
from trunkline.gateway.connectors.declare import Connector, Field, Injected, Method, OAuth, Probe
from trunkline.gateway.errors import GatewayError
from trunkline.gateway.keys import Tenants
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.vault import Bound, VaultError
from trunkline.sids import SidFactory
from trunkline.store import Database

RIGHT = {"user": "AC1", "password": "right-secret"}
WRONG = {"user": "AC1", "password": "wrong-secret"}

VERSION_1 = b"\x01\x00\x00\x00\x01"  # how what is sealed begins

ACME = Connector(
    key="acme",
    name="Acme",
    description="Bolts.",
    app_url="https://acme.example/",
    base_url="https://api.acme.example",
    hosts=("api.acme.example",),
    probe=Probe(path="/accounts/{user}", metadata={"account": "id"}),
    methods=(
        Method(
            key="basic",
            kind="BASIC",
            label="User and password",
            fields=(
                Field(key="user", label="User", secret=False, pattern=r"AC[0-9]+", hint="Look."),
                Field(key="password", label="Password"),
                Field(key="region", label="Region", secret=False, required=False, setting=True),
            ),
            apply=lambda secrets: Injected(headers={"Authorization": secrets["password"]}),
        ),
        Method(
            key="sign_in",
            kind="OAUTH2",
            label="Sign in",
            fields=(
                Field(key="client_id", label="Client ID", secret=False),
                Field(key="client_secret", label="Client secret"),
            ),
            oauth=OAuth(
                authorize_url="https://acme.example/authorize",
                token_url="https://acme.example/token",
            ),
            apply=lambda _: Injected(),
        ),
        Method(
            key="machine",
            kind="OAUTH2",
            label="Client credentials",
            fields=(Field(key="client_secret", label="Client secret"),),
            oauth=OAuth(authorize_url=None, token_url="https://acme.example/token"),
            apply=lambda _: Injected(),
        ),
        Method(key="platform", kind="PLATFORM", label="Own", apply=lambda _: Injected()),
    ),
)
HOUSE = Connector(
    key="house",
    name="House",
    description="This platform.",
    app_url="https://house.example/",
    base_url="https://api.house.example",
    hosts=("api.house.example",),
    methods=(Method(key="platform", kind="PLATFORM", label="Own", apply=lambda _: Injected()),),
)


class HeldClock:
    """A clock that stands still until it is moved; it never gives one time twice."""

    def __init__(self) -> None:
        self.at = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class OpenVault:
    """Seals nothing, but opens only what was sealed for the same."""

    def seal(self, value: Mapping[str, str], bound: Bound) -> bytes:
        return VERSION_1 + json.dumps([repr(bound), dict(value)]).encode()

    def open(self, sealed: bytes, bound: Bound) -> dict[str, str]:
        whose, value = json.loads(sealed.removeprefix(VERSION_1))
        if whose != repr(bound):
            raise VaultError("of another")
        return dict(value)

    async def learn(self, sealed: bytes) -> None:
        """All keys are known."""


@dataclass
class Reply:
    status: int
    data: Any = None


@dataclass
class Provider:
    """Acme, as the proxy reaches it: it knows one password."""

    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    raises: Exception | None = None
    status: int | None = None  # instead of what it would answer
    hold: asyncio.Event | None = None  # it answers when this is set
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(
        self,
        caller: Caller,
        connection: Connection,
        method: str,
        path: str,
        /,
        *,
        injected: Injected | None = None,
    ) -> Reply:
        self.asked.append((method, path, connection.settings))
        if self.hold is not None:
            self.waiting.set()
            await self.hold.wait()
        if self.raises is not None:
            raise self.raises
        if self.status is not None:
            return Reply(self.status, {"id": "7"})
        if injected is not None and injected.headers["Authorization"] != RIGHT["password"]:
            return Reply(401, {"message": "no"})
        return Reply(200, {"id": "7"})


@dataclass
class ByClient:
    """Connects with client credentials."""

    connections: Connections
    refuse: GatewayError | None = None
    hold: asyncio.Event | None = None
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        secrets: Mapping[str, str],
        settings: Mapping[str, str],
        /,
    ) -> Connection:
        if self.hold is not None:
            self.waiting.set()
            await self.hold.wait()
        if self.refuse is not None:
            raise self.refuse
        tokens = {**secrets, "access_token": "t"}
        return await self.connections.establish(connection.id, method.key, tokens, settings, {})


class Core:
    """Connections with everything around them, on a database of the tests."""

    def __init__(
        self,
        database: Database,
        sids: SidFactory,
        *,
        newest: bool = False,
        development: bool = True,
    ) -> None:
        self.database = database
        self.sids = sids
        self.clock = HeldClock()
        self.vault = OpenVault()
        self.catalogue = Catalogue((ACME, HOUSE))
        self.provider = Provider()
        self.changes = Changes(database)
        self.connections = Connections(
            database,
            self.vault,
            self.catalogue,
            self.clock,
            sids,
            changes=self.changes,
            newest=newest,
            development=development,
        )
        self.sessions = Sessions(database, self.clock)
        self.requests = Requests(
            database,
            self.clock,
            sids,
            connections=self.connections,
            sessions=self.sessions,
            changes=self.changes,
        )
        self.probe = ProbeCredentials(self.connections, self.catalogue, self.provider)
        self.by_client = ByClient(self.connections)
        self.enter = EnterCredentials(
            self.connections,
            self.sessions,
            self.catalogue,
            probe=self.probe,
            by_client=self.by_client,
            development=development,
        )
        self.test = TestConnection(self.connections, self.catalogue, self.vault, self.provider)

    async def caller(self, tenant: str | None = None, user: str = "default") -> Caller:
        """A user of a new tenant, or another user of one that is there (its id)."""
        tenants = Tenants(self.database, self.sids, self.clock)
        if tenant is None:
            key = f"tenant-{self.sids.new_id()}"
            found = await tenants.ensure(key, self.sids.new_id(), self.sids.new_id())
        else:
            known = await tenants.fetch(tenant)
            assert known is not None
            found = known
        return tenants.caller(found, await tenants.user(found.id, user))

    async def active(self, caller: Caller, **given: Any) -> Connection:
        """A connection that works."""
        made = await self.connections.create(caller, "acme", **given)
        return await self.connections.establish(made.id, "basic", RIGHT, {}, {})

    async def heard(self) -> None:
        """Every notice of what was committed before this has come."""
        topic, heard = f"test-{self.sids.new_id()}", asyncio.Event()
        self.database.on_change(topic, lambda _: heard.set())
        async with self.database.transaction() as link:
            await self.database.announce(link, topic, "")
        await asyncio.wait_for(heard.wait(), 20)

    def secrets(self, connection: Connection) -> dict[str, str]:
        """What is sealed in it."""
        from trunkline.gateway.connections import bound_of

        assert connection.sealed is not None
        return self.vault.open(connection.sealed, bound_of(connection))


def texts_of_any_kind() -> Iterator[str]:
    """What nobody may send as a name."""
    yield "a\0b"
    yield "\ud800"
    yield "x" * 256
    yield "x" * 10_000_000
    yield "line\nbreak"
    yield "\u202ereversed"
