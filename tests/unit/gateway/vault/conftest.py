"""A vault's tables in a schema of the test's own, because rotating changes what all nodes use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.gateway.vault.support import Sealed, Settings
from trunkline.sids import SidFactory
from trunkline.store import Database

TABLES = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}.gateway_master_keys (LIKE public.gateway_master_keys INCLUDING ALL);
INSERT INTO {schema}.gateway_master_keys (version) VALUES (1);
CREATE TABLE {schema}.sealed_rows (
    id uuid PRIMARY KEY,
    sealed bytea,
    master integer GENERATED ALWAYS AS (gateway_master_version(sealed)) STORED
        REFERENCES {schema}.gateway_master_keys
);
CREATE TABLE {schema}.sealed_states (hash bytea PRIMARY KEY, state bytea);
"""


@pytest.fixture
async def schema_url(database: Database, database_url: str, sids: SidFactory) -> AsyncIterator[str]:
    """The URL of a database that only this test uses."""
    schema = f"vault_{sids.new_id()}"
    await database.execute(TABLES.format(schema=schema))
    yield f"{database_url}&search_path={schema},public"
    await database.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
async def store(schema_url: str) -> AsyncIterator[Database]:
    """That database, open."""
    store = await Database.open(schema_url)
    await store.listen()
    yield store
    await store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with which master keys are in a file."""
    return Settings(data=tmp_path / "data")


@pytest.fixture
def sealed(store: Database, sids: SidFactory) -> Sealed:
    """Rows with sealed values."""
    return Sealed(store, sids)
