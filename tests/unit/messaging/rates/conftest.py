"""Nodes with rates, each test in a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio

from tests.unit.messaging.rates.setting import RatedNode
from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import WorldLimits, Worlds


@pytest_asyncio.fixture(loop_scope="session")
async def limits(database: Database, sids: SidFactory, world_id: str) -> WorldLimits:
    """The limits of the test's world, which are Twilio's."""
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    limits = WorldLimits(database, worlds)
    limits.worlds = worlds  # type: ignore[attr-defined]
    await limits.set(world_id, "twilio")
    return limits


@pytest_asyncio.fixture(loop_scope="session")
async def make_rated(
    database: Database, sids: SidFactory, limits: WorldLimits, world_id: str, account_id: str
) -> AsyncIterator[Callable[..., RatedNode]]:
    """Makes nodes of the test's world; they share its clock."""
    made: list[RatedNode] = []

    def make(**options: Any) -> RatedNode:
        worlds: Worlds = limits.worlds  # type: ignore[attr-defined]
        node = RatedNode(database, sids, worlds, limits, world_id, account_id, **options)
        made.append(node)
        return node

    yield make
    for node in made:
        await node.close()


@pytest_asyncio.fixture(loop_scope="session")
async def node(make_rated: Callable[..., RatedNode]) -> RatedNode:
    """One node."""
    return make_rated()
