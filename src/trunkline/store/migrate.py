"""Bring the schema to the version of this program, before anything else uses the database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import asyncpg

from trunkline.sids import id_floor
from trunkline.store.database import UNREACHABLE, Connection
from trunkline.store.errors import SchemaTooNew, StoreError, StoreUnavailable

__all__ = ["PARTITIONED", "drop_partitions", "ensure_partitions", "head_version", "migrate"]

DIRECTORY = Path(__file__).parent / "migrations"
LOCK = 7_242_001  # of pg_advisory_lock: one migration at a time
OLDEST_SERVER = 150000
PARTITION_LOCK = 7_242_002
# Tables that grow, with the column that their partitions are ranges of.
PARTITIONED = {
    "messages": "id",
    "message_content": "message_id",
    "message_events": "subject_id",
    "deliveries": "id",
    "alerts": "id",
    "calls": "id",
    "call_events": "subject_id",
    "recordings": "id",
    "gateway_audit": "id",
}

MISSING = "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL"
PARTITIONS = """
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass($1) ORDER BY 1
"""


def head_version() -> str:
    """The newest version that this program knows: the number that its file's name starts with."""
    return max(known_versions())


def known_versions() -> set[str]:
    """Every version of this program."""
    files = (DIRECTORY / "versions").glob("[0-9]*.py")
    return {re.match(r"\d+", file.name)[0] for file in files}  # type: ignore[index]


async def migrate(url: str, *, now: datetime) -> None:
    """Upgrade the schema and make the partitions that will soon be needed.

    Raises StoreUnavailable, SchemaTooNew, or StoreError, each with one clear sentence.
    """
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (*UNREACHABLE, asyncpg.PostgresError, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StoreUnavailable(f"The database cannot be reached: {reason.rstrip('.')}.") from error
    try:
        if connection.get_server_version().major * 10000 < OLDEST_SERVER:
            version = connection.get_server_version()
            raise StoreError(f"PostgreSQL {version.major} is too old: 15 or later is needed.")
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        version = await current_version(connection)
        if version is not None and version not in known_versions():
            raise SchemaTooNew(
                f"The database has schema {version}, newer than this program's "
                f"{head_version()}: start the newer program, or restore an older backup."
            )
        if version != head_version():
            await _upgrade(url)
        await ensure_partitions(connection, now)
    finally:
        await connection.close()


async def current_version(connection: Connection) -> str | None:
    """The schema's version; None for an empty database."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return version


async def _upgrade(url: str) -> None:
    # alembic and SQLAlchemy's engine are needed only when the schema changes.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import Connection as SyncConnection
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(DIRECTORY).replace("%", "%%"))

    def run(connection: SyncConnection) -> None:
        connection.execute(text("SET lock_timeout = '30s'"))
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(url, timeout=10)

    engine = create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=connect)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


async def ensure_partitions(connection: Connection, now: datetime, months: int = 3) -> None:
    """Make the monthly partitions of this month and the next ones, where they are missing.

    Rows that the default partition took meanwhile are moved to where they belong.
    """
    wanted = {}
    year, month = now.year, now.month
    for _ in range(months):
        start = datetime(year, month, 1, tzinfo=now.tzinfo)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        end = datetime(year, month, 1, tzinfo=now.tzinfo)
        for table in PARTITIONED:
            wanted[f"{table}_{start:%Y_%m}"] = (table, id_floor(start), id_floor(end))
    for row in await connection.fetch(MISSING, list(wanted)):
        table, first, last = wanted[row["name"]]
        await _make_partition(connection, table, PARTITIONED[table], row["name"], first, last)


async def drop_partitions(
    connection: Connection, tables: Iterable[str], before: datetime
) -> list[str]:
    """Drop the monthly partitions of these tables that hold nothing newer; their names."""
    dropped = []
    for table in tables:
        rows = await connection.fetch(PARTITIONS, table)
        for name in (row["name"] for row in rows):
            month = re.fullmatch(rf"{table}_(\d{{4}})_(\d\d)", name)
            if month is None:
                continue  # the default partition
            year, number = int(month[1]), int(month[2])
            end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=before.tzinfo)
            if end <= before:
                async with connection.transaction():
                    await connection.execute("SELECT pg_advisory_xact_lock($1)", PARTITION_LOCK)
                    await connection.execute(f"DROP TABLE IF EXISTS {name}")
                dropped.append(name)
    return dropped


async def _make_partition(
    connection: Connection, table: str, key: str, name: str, first: str, end: str
) -> None:
    within = f"{key} >= '{first}' AND {key} < '{end}'"
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", PARTITION_LOCK)
        if await connection.fetchval("SELECT to_regclass($1)", name) is not None:
            return  # another node was faster
        await connection.execute(
            f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        await connection.execute(f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")
        # Triggers that refuse any other deletion let this one pass.
        await connection.execute("SELECT set_config('trunkline.moving_rows', 'on', true)")
        await connection.execute(
            f"WITH moved AS (DELETE FROM {table}_default WHERE {within} RETURNING *)"
            f" INSERT INTO {name} SELECT * FROM moved"
        )
        await connection.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{end}')"
        )
