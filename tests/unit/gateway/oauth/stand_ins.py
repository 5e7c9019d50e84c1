"""A provider with a real token endpoint on loopback, and nodes of a platform that use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from trunkline.gateway.connections import Changes, Connections, bound_of
from trunkline.gateway.connectors.declare import Connector, Field, Injected, Method, OAuth
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.oauth import AskForTokens, Authorise, RefreshTokens
from trunkline.gateway.vault import Vault
from trunkline.store import Database

ORIGIN = "https://provider.example"
SECRET = "s3cr3t-of-the-client/+ü"


def bearer(secrets: Mapping[str, str]) -> Injected:
    return Injected(headers={"Authorization": f"Bearer {secrets['access_token']}"})


FIELDS = (
    Field(key="client_id", label="Client ID", secret=False),
    Field(key="client_secret", label="Client secret"),
)
CONNECTOR = Connector(
    key="example",
    name="Example",
    description="",
    app_url=ORIGIN,
    base_url=ORIGIN,
    hosts=("provider.example",),
    methods=(
        Method(
            key="oauth",
            kind="OAUTH2",
            label="A person",
            apply=bearer,
            fields=(*FIELDS, Field(key="region", label="Region", secret=False, setting=True)),
            oauth=OAuth(
                authorize_url=f"{ORIGIN}/authorize?tenant=1",
                token_url=f"{ORIGIN}/token",
                scopes=("read", "write"),
            ),
        ),
        Method(
            key="client",
            kind="OAUTH2",
            label="Nobody",
            apply=bearer,
            fields=FIELDS,
            oauth=OAuth(
                authorize_url=None,
                token_url=f"{ORIGIN}/token",
                scopes=("all",),
                client_auth="client_secret_post",
            ),
        ),
        Method(
            key="key",
            kind="API_KEY",
            label="Key",
            apply=lambda secrets: Injected(query={"key": secrets["api_key"]}),
        ),
        Method(
            key="platform",
            kind="PLATFORM",
            label="Own",
            apply=lambda secrets: Injected(headers=dict(secrets)),
        ),
    ),
)


class Catalogue:
    """One connector."""

    def get(self, key: str) -> Connector | None:
        return CONNECTOR if key in (CONNECTOR.key, CONNECTOR.id) else None

    def all(self) -> list[Connector]:
        return [CONNECTOR]


class MovedClock:
    """Real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class TokenServer:
    """A token endpoint. `answer` says what it answers to a form, once `gate` is open."""

    url: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    rotate: bool = True
    lasts: int | None = 3600
    answer: Callable[[dict[str, str]], web.StreamResponse | None] | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        self.forms.append(form)
        self.headers.append(dict(request.headers))
        self.arrived.set()
        await self.gate.wait()
        given = self.answer(form) if self.answer is not None else self.tokens()
        if given is None:  # break off without a word
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return given

    def tokens(self, **changed: Any) -> web.Response:
        number = len(self.forms)
        answer: dict[str, Any] = {"access_token": f"access-{number}", "token_type": "Bearer"}
        if self.lasts is not None:
            answer["expires_in"] = self.lasts
        if self.rotate:
            answer["refresh_token"] = f"refresh-{number}"
        return self.json({**answer, **changed})

    def json(
        self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        return web.Response(
            text=json.dumps(body), status=status, headers=headers, content_type="application/json"
        )

    def refuses(self, code: str = "invalid_grant", status: int = 400) -> None:
        self.answer = lambda _: self.json({"error": code, "error_description": SECRET}, status)


@dataclass
class Node:
    """One process of the platform, as far as these tests need it."""

    database: Database
    connections: Connections
    changes: Changes
    ask: AskForTokens
    refresh: RefreshTokens
    authorise: Authorise
    clock: MovedClock
    vault: Vault
    accounts: dict[str, str]

    async def read(self, connection: Connection) -> Connection:
        return await self.connections.read(connection.id)

    def secrets(self, connection: Connection) -> dict[str, str]:
        assert connection.sealed is not None
        return self.vault.open(connection.sealed, bound_of(connection))


MakeNode = Callable[..., Node]


@dataclass
class Given:
    """Makes connections as they are after somebody connected them."""

    node: Node
    caller: Caller

    async def pending(self) -> Connection:
        return await self.node.connections.create(self.caller, "example")

    async def oauth(
        self,
        *,
        method: str = "oauth",
        seconds: float = -1,
        ends: float = -1,
        **secrets: str | None,
    ) -> Connection:
        """With tokens that are due in `seconds` and end in `ends`; by default both are over."""
        now = self.node.clock.now()
        kept = {
            "client_id": "me",
            "client_secret": SECRET,
            "access_token": "access-0",
            "refresh_token": "refresh-0" if method == "oauth" else None,
            "expires_at": f"{(now + timedelta(seconds=ends)).timestamp():.3f}",
            **secrets,
        }
        pending = await self.pending()
        return await self.node.connections.establish(
            pending.id,
            method,
            {name: value for name, value in kept.items() if value is not None},
            {},
            {},
            refresh_at=now + timedelta(seconds=seconds),
        )

    async def key(self) -> Connection:
        pending = await self.pending()
        return await self.node.connections.establish(
            pending.id, "key", {"api_key": "k-123"}, {}, {}
        )


def token_of(injected: Injected) -> str:
    return injected.headers["Authorization"].removeprefix("Bearer ")


async def let_again(node: Node, connection: Connection) -> None:
    """The delay after a failed renewal is over, for a node that knows of it from the database."""
    await node.database.execute(
        "UPDATE gateway_oauth_delays SET not_before = clock_timestamp() WHERE connection_id = $1",
        connection.id,
    )


async def held_renewal(
    node: Node, given: Given, tokens: TokenServer
) -> tuple[Connection, asyncio.Task[Injected]]:
    """A renewal whose request is at the provider, which holds its answer back (`tokens.gate`)."""
    tokens.gate.clear()
    connection = await given.oauth()
    asking = asyncio.create_task(node.authorise(connection))
    await tokens.arrived.wait()
    return connection, asking
