"""A node starts only with the master keys that the platform's secrets were sealed under."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.unit.gateway.vault.support import COLUMNS, Sealed, Settings
from trunkline.clock import RealClock
from trunkline.gateway.vault import MasterKeyUnknown, VaultError, open_vault, rotate
from trunkline.gateway.vault.key_file import KeyFile
from trunkline.store import Database

CLOCK = RealClock()


async def test_the_first_node_makes_the_file_and_others_open_what_it_sealed(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    await sealed.add(await open_vault(store, settings, clock=CLOCK))
    await sealed.open_all(await open_vault(store, settings, clock=CLOCK))


async def test_a_lost_file_is_told_and_not_replaced(store: Database, settings: Settings) -> None:
    await open_vault(store, settings, clock=CLOCK)
    settings.file.unlink()
    with pytest.raises(VaultError, match=r"vault\.keys is missing: put it back from a backup"):
        await open_vault(store, settings, clock=CLOCK)
    assert not settings.file.exists()


async def test_a_wrong_file_is_told_before_anything_is_sealed(
    store: Database, settings: Settings
) -> None:
    await open_vault(store, settings, clock=CLOCK)
    settings.file.unlink()
    KeyFile(settings.file).make(os.urandom)
    with pytest.raises(VaultError, match="version 1 is not the one that this database's secrets"):
        await open_vault(store, settings, clock=CLOCK)


async def test_of_two_nodes_with_files_of_their_own_one_is_refused(
    store: Database, settings: Settings, tmp_path: Path
) -> None:
    other = Settings(data=tmp_path / "other")
    results = await asyncio.gather(
        *(open_vault(store, one, clock=CLOCK) for one in (settings, other)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Vault", "VaultError"]


async def test_an_older_copy_of_the_file_is_told(store: Database, settings: Settings) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    copy = settings.file.read_bytes()
    await rotate(store, vault, COLUMNS, clock=CLOCK)
    settings.file.chmod(0o600)
    settings.file.write_bytes(copy)
    with pytest.raises(MasterKeyUnknown, match="version 2, which this node does not have"):
        await open_vault(store, settings, clock=CLOCK)


async def test_a_version_that_nobody_began_to_use_is_not_used(
    store: Database, settings: Settings
) -> None:
    await open_vault(store, settings, clock=CLOCK)
    KeyFile(settings.file).add(2, os.urandom(32))  # and then the process was killed
    vault = await open_vault(store, settings, clock=CLOCK)
    assert (vault.keys.current, vault.keys.newest) == (1, 2)


async def test_an_old_version_that_is_missing_is_a_warning(
    store: Database, settings: Settings
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    await rotate(store, vault, COLUMNS, clock=CLOCK)
    KeyFile(settings.file).remove(1)
    with capture_logs() as logs:
        assert (await open_vault(store, settings, clock=CLOCK)).keys.current == 2
    assert [(entry["event"], entry["version"]) for entry in logs] == [
        ("vault.master_key_missing", 1)
    ]
