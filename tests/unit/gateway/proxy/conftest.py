"""A provider that does as it is told, and a proxy before it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.hostile_server import HostileServer, hostile_server
from tests.unit.gateway.proxy.stand_ins import QUICK, Proxy, proxying
from trunkline.gateway.proxy import Limits
from trunkline.store import Database


@pytest.fixture
def limits() -> Limits:
    """Those of `proxy`; a module may have others."""
    return QUICK


@pytest.fixture
async def hostile() -> AsyncIterator[HostileServer]:
    async with hostile_server() as server:
        yield server


@pytest.fixture
async def proxy(database: Database, hostile: HostileServer, limits: Limits) -> AsyncIterator[Proxy]:
    async with proxying(database, f"http://127.0.0.1:{hostile.port}", limits=limits) as proxy:
        yield proxy
