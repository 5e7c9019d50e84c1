"""The pages as a browser reaches them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from tests.unit.gateway.connections.stand_ins import Core
from trunkline.gateway.model import Caller
from trunkline.gateway.oauth import BeginOAuth, States
from trunkline.gateway.pages import ConnectPages
from trunkline.sids import SidFactory
from trunkline.store import Database

BASE = "https://gate.example"


@pytest.fixture
def core(database: Database, sids: SidFactory) -> Core:
    return Core(database, sids)


@pytest_asyncio.fixture(loop_scope="session")
async def caller(core: Core) -> Caller:
    return await core.caller(user="<b>Bob</b>\u202e")


@pytest.fixture
def pages(core: Core) -> ConnectPages:
    return ConnectPages(
        core.connections,
        core.sessions,
        core.requests,
        core.catalogue,
        enter=core.enter,
        begin=BeginOAuth(States(core.database, core.vault, core.clock)),
        base_url=lambda: BASE,
        development=True,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def browser(pages: ConnectPages) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=pages.routes()))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client
