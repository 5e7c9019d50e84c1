"""A log of its own for each test: what one breaks, no other reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from trunkline.clock import RealClock
from trunkline.gateway.audit import Audit, Entry
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.migrate import migrate

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


def entry(number: int = 1, **changed: object) -> Entry:
    values: dict[str, object] = {
        "at": AT,
        "kind": "proxy",
        "tenant_id": "0" * 31 + "1",
        "method": "GET",
        "path_template": "/2010-04-01/Accounts/{sid}.json",
        "status": 200,
        "milliseconds": 12.3456,
        "bytes_out": number,
    }
    return Entry(**(values | changed))  # type: ignore[arg-type]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty_log(database: Database, sids: SidFactory) -> AsyncIterator[str]:
    """A migrated database that nobody is connected to, to be copied."""
    name = f"audit_{sids.new_id()}"
    await database.execute(f"CREATE DATABASE {name}")
    await migrate(database.url.replace("/trunkline?", f"/{name}?"), now=RealClock().now())
    yield name
    await database.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(loop_scope="session")
async def log(database: Database, sids: SidFactory, empty_log: str) -> AsyncIterator[Database]:
    """A database with an empty log."""
    name = f"audit_{sids.new_id()}"
    await database.execute(f"CREATE DATABASE {name} TEMPLATE {empty_log}")
    opened = await Database.open(database.url.replace("/trunkline?", f"/{name}?"))
    yield opened
    await opened.close()
    await database.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(loop_scope="session")
async def audit(log: Database, sids: SidFactory) -> AsyncIterator[Audit]:
    made = Audit(log, RealClock(), sids)
    yield made
    await made.stop()
