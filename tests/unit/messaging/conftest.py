"""Nodes on the shared database, each test in a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio

from tests.unit.messaging.node import Node
from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds


@pytest_asyncio.fixture(loop_scope="session")
async def account_id(database: Database, sids: SidFactory, world_id: str) -> str:
    """The id of an account in the test's world."""
    account, now = sids.new_id(), RealClock().now()
    await database.execute(
        "INSERT INTO accounts (id, world_id, owner_id, kind, type, status, friendly_name,"
        " auth_token, balance, created_at, updated_at)"
        " VALUES ($1, $2, $1, 'live', 'Full', 'active', 'test', ''::bytea, 0, $3, $3)",
        account,
        world_id,
        now,
    )
    return account


@pytest_asyncio.fixture(loop_scope="session")
async def make_node(
    database: Database, sids: SidFactory, world_id: str, account_id: str
) -> AsyncIterator[Callable[..., Node]]:
    """Makes nodes of the test's world; they share its clock, as one process's would."""
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    made: list[Node] = []

    def make(**options: Any) -> Node:
        node = Node(database, sids, worlds, world_id, account_id=account_id, **options)
        made.append(node)
        return node

    yield make
    for node in made:
        await node.close()


@pytest_asyncio.fixture(loop_scope="session")
async def node(make_node: Callable[..., Node]) -> Node:
    """One node."""
    return make_node()
