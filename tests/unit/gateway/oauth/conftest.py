"""Fixtures of the OAuth client: a provider on loopback, and nodes that share a database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from tests.unit.gateway.oauth.stand_ins import (
    ORIGIN,
    Catalogue,
    Given,
    MakeNode,
    MovedClock,
    Node,
    TokenServer,
)
from trunkline.clock import RealClock
from trunkline.gateway.connections import Changes, Connections
from trunkline.gateway.connectors import Upstreams
from trunkline.gateway.model import Caller
from trunkline.gateway.oauth import (
    AskForTokens,
    Authorise,
    OpenSecrets,
    PlatformCredentials,
    RefreshTokens,
)
from trunkline.gateway.posting import PostByHttpClient
from trunkline.gateway.proxy.http_client import HttpClient
from trunkline.gateway.vault import MasterKeys, Vault
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.webhooks.http import NetworkRules


@pytest_asyncio.fixture(loop_scope="session")
async def tokens() -> AsyncIterator[TokenServer]:
    server = TokenServer()
    app = web.Application()
    app.router.add_post("/token", server.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}"
    yield server
    server.gate.set()
    await runner.cleanup()


@pytest.fixture
def vault() -> Vault:
    return Vault(MasterKeys({1: b"k" * 32}))


@pytest_asyncio.fixture(loop_scope="session")
async def node_of(
    database: Database, sids: SidFactory, vault: Vault, tokens: TokenServer
) -> AsyncIterator[MakeNode]:
    """Makes nodes. They share the database and the provider."""
    client = HttpClient(NetworkRules(private=False))
    made: list[Node] = []

    def make(
        database: Database = database,
        *,
        seconds: float = 20,
        lease: float = 30,
        seconds_to_save: float = 20,
    ) -> Node:
        clock = MovedClock()
        changes = Changes(database)
        connections = Connections(
            database, vault, Catalogue(), clock, sids, changes=changes, development=True
        )
        post = PostByHttpClient(client, Upstreams([f"{ORIGIN}={tokens.url}"], lambda: ""))
        ask = AskForTokens(post, clock, seconds=seconds)
        open_secrets = OpenSecrets(vault)
        refresh = RefreshTokens(
            database,
            connections,
            open_secrets,
            ask,
            changes,
            clock,
            lease=lease,
            seconds_to_save=seconds_to_save,
        )
        accounts: dict[str, str] = {}

        async def account(account_sid: str) -> tuple[str, str]:
            return account_sid, accounts[account_sid]

        authorise = Authorise(
            Catalogue(),
            open_secrets,
            refresh,
            connections,
            PlatformCredentials(database, account, clock),
            changes,
            clock,
        )
        node = Node(
            database,
            connections,
            changes,
            ask,
            refresh,
            authorise,
            clock,
            vault,
            accounts,
        )
        made.append(node)
        return node

    yield make
    tokens.gate.set()
    for node in made:
        await node.authorise.stop()
    await client.close()


@pytest.fixture
def node(node_of: MakeNode) -> Node:
    return node_of()


@pytest_asyncio.fixture(loop_scope="session")
async def caller(database: Database, sids: SidFactory) -> Caller:
    """A user of a tenant of their own."""
    now = RealClock().now()
    tenant, user, world, account = (sids.new_id() for _ in range(4))
    await database.execute(
        "INSERT INTO gateway_tenants (id, key, world_id, account_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        tenant,
        f"t-{tenant}",
        world,
        account,
        now,
    )
    await database.execute(
        "INSERT INTO gateway_users (id, tenant_id, key, fields, created_at)"
        " VALUES ($1, $2, 'default', '{}', $3)",
        user,
        tenant,
        now,
    )
    return Caller(
        tenant_id=tenant,
        tenant_key=f"t-{tenant}",
        user_id=user,
        user_key="default",
        world_id=world,
        account_sid=f"AC{account}",
    )


@pytest.fixture
def given(node: Node, caller: Caller) -> Given:
    return Given(node, caller)


@pytest_asyncio.fixture(loop_scope="session")
async def other_database(database_url: str) -> AsyncIterator[Database]:
    """The same database by a pool and a listener of its own, as a second process has it."""
    opened = await Database.open(database_url)
    await opened.listen()
    yield opened
    await opened.close()


@pytest.fixture
def other(node_of: MakeNode, other_database: Database) -> Node:
    return node_of(other_database)
