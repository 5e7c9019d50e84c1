"""Connections on the database of the run, and one user."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.unit.gateway.connections.stand_ins import Core
from trunkline.gateway.model import Caller
from trunkline.sids import SidFactory
from trunkline.store import Database


@pytest.fixture
def core(database: Database, sids: SidFactory) -> Core:
    return Core(database, sids)


@pytest_asyncio.fixture(loop_scope="session")
async def caller(core: Core) -> Caller:
    return await core.caller()
