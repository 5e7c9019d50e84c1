"""Nodes with calls on the shared database, each test in a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio

from tests.unit.voice.calls import Node
from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds


@pytest_asyncio.fixture(loop_scope="session")
async def make_node(
    database: Database, sids: SidFactory, world_id: str
) -> AsyncIterator[Callable[..., Node]]:
    """Makes nodes of the test's world, which share one account."""
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    account_id = sids.new_id()
    made: list[Node] = []

    def make(**options: Any) -> Node:
        node = Node(database, sids, worlds, world_id, account_id, **options)
        made.append(node)
        return node

    yield make
    for node in made:
        await node.commit.close()


@pytest_asyncio.fixture(loop_scope="session")
async def node(make_node: Callable[..., Node]) -> Node:
    """One node."""
    return make_node()
