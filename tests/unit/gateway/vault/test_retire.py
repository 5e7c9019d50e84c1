"""An old master key goes when nothing is sealed under it, and not before."""

from __future__ import annotations

import asyncpg
import pytest

from tests.unit.gateway.vault.support import COLUMNS, ROWS, STATES, Sealed, Settings, bound
from trunkline.clock import RealClock
from trunkline.gateway.vault import Vault, VaultError, open_vault, queries, retire, rotate
from trunkline.gateway.vault.key_file import KeyFile
from trunkline.store import Database

CLOCK = RealClock()


@pytest.fixture
async def vault(store: Database, settings: Settings) -> Vault:
    return await open_vault(store, settings, clock=CLOCK)


async def test_it_goes_when_everything_is_wrapped_anew(
    store: Database, settings: Settings, sealed: Sealed, vault: Vault
) -> None:
    await sealed.add(vault, 3)
    await rotate(store, vault, COLUMNS, clock=CLOCK)
    told = await retire(store, vault, COLUMNS, 1)
    assert told.startswith("Master key version 1 is gone")
    assert set(KeyFile(settings.file).read()) == {2}
    await sealed.open_all(await open_vault(store, settings, clock=CLOCK))


@pytest.mark.parametrize("column", ["sealed_rows", "sealed_states"])
async def test_it_stays_while_a_row_uses_it(
    store: Database, settings: Settings, sealed: Sealed, vault: Vault, column: str
) -> None:
    await sealed.add(vault, 2)
    others = [one for one in COLUMNS if one.table != column]
    await rotate(store, vault, others, clock=CLOCK)
    with pytest.raises(VaultError, match=f"still used by 2 rows of {column}: rotate once more"):
        await retire(store, vault, COLUMNS, 1)
    assert set(KeyFile(settings.file).read()) == {1, 2}
    await sealed.open_all(vault)


async def test_a_table_that_nobody_named_is_protected_by_its_foreign_key(
    store: Database, settings: Settings, sealed: Sealed, vault: Vault
) -> None:
    await sealed.add(vault)
    await rotate(store, vault, [STATES], clock=CLOCK)
    with pytest.raises(VaultError, match="still used by something"):
        await retire(store, vault, [STATES], 1)
    assert set(KeyFile(settings.file).read()) == {1, 2}


async def test_a_node_that_missed_the_news_cannot_seal_under_it_any_more(
    store: Database, settings: Settings, sealed: Sealed, vault: Vault
) -> None:
    late = await open_vault(store, settings, clock=CLOCK)
    (row,) = await sealed.add(vault)
    await rotate(store, vault, COLUMNS, clock=CLOCK)
    await retire(store, vault, COLUMNS, 1)
    value = late.seal({"token": "lost"}, bound(row))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await store.execute("UPDATE sealed_rows SET sealed = $1", value)
    await sealed.open_all(late)  # it reads what is sealed under the new version


async def test_a_writer_that_is_not_done_is_waited_for(
    store: Database,
    settings: Settings,
    sealed: Sealed,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "WAIT_FOR_LOCKS", "SET LOCAL lock_timeout = '100ms'")
    late = await open_vault(store, settings, clock=CLOCK)
    (row,) = await sealed.add(vault)
    await rotate(store, vault, COLUMNS, clock=CLOCK)
    async with store.transaction() as connection:
        value = late.seal({"token": "written late"}, bound(row))
        await connection.execute("UPDATE sealed_rows SET sealed = $1", value)
        with pytest.raises(VaultError, match="busy with other things: try again"):
            await retire(store, vault, [ROWS], 1)
    sealed.rows[row] = "written late"
    with pytest.raises(VaultError, match="still used by 1 rows of sealed_rows"):
        await retire(store, vault, COLUMNS, 1)
    await sealed.open_all(vault)


async def test_the_version_in_use_stays(store: Database, settings: Settings, vault: Vault) -> None:
    with pytest.raises(VaultError, match="version 1 is the one in use: rotate first"):
        await retire(store, vault, COLUMNS, 1)
    for version in (0, 2, 99):
        with pytest.raises(VaultError, match=r"never used|no master key version"):
            await retire(store, vault, COLUMNS, version)
    assert set(KeyFile(settings.file).read()) == {1}


async def test_one_that_was_killed_before_the_file_was_changed_is_done_again(
    store: Database, settings: Settings, sealed: Sealed, vault: Vault
) -> None:
    await sealed.add(vault)
    await rotate(store, vault, COLUMNS, clock=CLOCK)
    await store.execute("DELETE FROM gateway_master_keys WHERE version = 1")
    vault = await open_vault(store, settings, clock=CLOCK)
    await retire(store, vault, COLUMNS, 1)
    assert set(KeyFile(settings.file).read()) == {2}
    assert (await open_vault(store, settings, clock=CLOCK)).keys.current == 2


async def test_versions_are_not_used_twice(
    store: Database, settings: Settings, vault: Vault
) -> None:
    for version in (2, 3, 4):
        assert (await rotate(store, vault, COLUMNS, clock=CLOCK)).version == version
        await retire(store, vault, COLUMNS, version - 1)
    assert set(KeyFile(settings.file).read()) == {4}
