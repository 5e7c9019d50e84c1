"""Keys in the test's own world."""

from __future__ import annotations

import pytest

from tests.unit.gateway.keys.support import CountingDatabase, Gateway, MovedClock
from trunkline.gateway.keys import Authenticate, Keys, Tenants
from trunkline.gateway.vault import MasterKeys, Vault
from trunkline.sids import SidFactory
from trunkline.store import Database


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def vault() -> Vault:
    return Vault(MasterKeys({1: bytes(range(32))}))


@pytest.fixture
def tenants(database: Database, sids: SidFactory, clock: MovedClock) -> Tenants:
    return Tenants(database, sids, clock)


@pytest.fixture
def gateway(
    database: Database,
    vault: Vault,
    tenants: Tenants,
    sids: SidFactory,
    clock: MovedClock,
    world_id: str,
) -> Gateway:
    """It hears of changes."""
    authenticate = Authenticate(database, vault, tenants, clock, monotonic=clock.monotonic)
    keys = Keys(database, vault, tenants, authenticate, sids=sids, clock=clock)
    return Gateway(keys, tenants, authenticate, clock, world_id, sids.new("AC"))


@pytest.fixture
def counting(database: Database) -> CountingDatabase:
    return CountingDatabase(database)


@pytest.fixture
def quiet(
    gateway: Gateway,
    counting: CountingDatabase,
    vault: Vault,
    tenants: Tenants,
    clock: MovedClock,
) -> Gateway:
    """Another node, which hears of nothing: its keys are made by the first."""
    authenticate = Authenticate(
        counting,  # type: ignore[arg-type]
        vault,
        tenants,
        clock,
        monotonic=clock.monotonic,
    )
    return Gateway(
        gateway.keys, tenants, authenticate, clock, gateway.world_id, gateway.account_sid
    )
