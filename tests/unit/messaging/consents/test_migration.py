"""Opt-outs of an earlier version stay opt-outs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import alembic.command
import asyncpg
import pytest
import pytest_asyncio

from trunkline.sids import SidFactory, id_time
from trunkline.store import Database
from trunkline.store.migrate import migrate

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def empty_url(database: Database, sids: SidFactory) -> AsyncIterator[str]:
    name = f"empty_{sids.new_id()}"
    await database.execute(f"CREATE DATABASE {name}")
    yield database.url.replace("/trunkline?", f"/{name}?")
    await database.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_opt_outs_become_consents_with_their_keyword(
    empty_url: str, sids: SidFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = alembic.command.upgrade
    with monkeypatch.context() as earlier:
        earlier.setattr(alembic.command, "upgrade", lambda config, _: upgrade(config, "0002"))
        earlier.setattr("trunkline.store.migrate.PARTITIONED", {})
        await migrate(empty_url, now=NOW)
    connection = await asyncpg.connect(empty_url)
    world, account = sids.new_id(), sids.new_id()
    await connection.execute(
        "INSERT INTO worlds (id, name, clock_offset_us, clock_movable, limits, created_at)"
        " VALUES ($1, 'x', 0, true, 'off', $2)",
        world,
        NOW,
    )
    await connection.execute(
        "INSERT INTO accounts (id, world_id, owner_id, kind, type, status, friendly_name,"
        " auth_token, balance, created_at, updated_at)"
        " VALUES ($1, $2, $1, 'live', 'Full', 'active', 'test', ''::bytea, 0, $3, $3)",
        account,
        world,
        NOW,
    )
    await connection.execute(
        "INSERT INTO opt_outs VALUES ($1, '+14155550100', '+15558675309', 'QUIT', $2)", account, NOW
    )

    await migrate(empty_url, now=NOW)

    for table in ("consents", "consent_events"):
        (row,) = await connection.fetch(f"SELECT * FROM {table}")
        assert (row["scope"], row["recipient"], row["status"]) == (
            "+14155550100", "+15558675309", "blocked",
        )  # fmt: skip
        assert (row["method"], row["keyword"], row["changed_at"]) == ("keyword", "QUIT", NOW)
    # The history is in the order of its ids: what comes later comes behind it.
    assert id_time(row["id"].hex) == NOW
    await connection.close()
