"""A new master key while the platform runs, whatever else happens."""

from __future__ import annotations

import asyncio
import base64
import os
import shlex
import signal
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.unit.gateway.vault.support import COLUMNS, ROWS, Sealed, Settings, bound
from trunkline.clock import RealClock
from trunkline.gateway.vault import (
    NewVersionNeeded,
    SealedColumn,
    open_vault,
    queries,
    retire,
    rewrap_all,
    rotate,
)
from trunkline.gateway.vault.key_file import KeyFile
from trunkline.store import Database

CLOCK = RealClock()
ROOT = Path(__file__).parents[4]

# A rotation that says each time that it draws random bytes: once for the key, once for each row.
PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from tests.unit.gateway.vault.support import COLUMNS, Settings
from trunkline.clock import RealClock
from trunkline.gateway.vault import open_vault, rotate
from trunkline.store import Database

def entropy(size):
    os.write(1, b".")
    return os.urandom(size)

async def main():
    database = await Database.open(sys.argv[1])
    settings = Settings(data=Path(sys.argv[2]))
    vault = await open_vault(database, settings, clock=RealClock(), entropy=entropy)
    await rotate(database, vault, COLUMNS, clock=RealClock(), entropy=entropy)

asyncio.run(main())
"""


async def test_every_secret_is_wrapped_anew(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    await sealed.add(vault, 250)  # more than a batch
    await store.execute("INSERT INTO sealed_rows VALUES (gen_random_uuid(), NULL)")
    done = await rotate(store, vault, COLUMNS, clock=CLOCK)
    assert (done.version, done.rewrapped, done.left, done.unreadable) == (2, 500, 0, ())
    assert await sealed.versions() == {2, None}
    await store.execute("DELETE FROM sealed_rows WHERE sealed IS NULL")
    await sealed.open_all(vault)
    assert set(KeyFile(settings.file).read()) == {1, 2}
    await sealed.open_all(await open_vault(store, settings, clock=CLOCK))


async def test_rotating_again_makes_another_version(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    await sealed.add(vault)
    for version in (2, 3):
        assert (await rotate(store, vault, COLUMNS, clock=CLOCK)).version == version
    assert await sealed.versions() == {3}
    await sealed.open_all(vault)


async def test_a_key_that_a_killed_rotation_left_is_taken(
    store: Database, settings: Settings
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    KeyFile(settings.file).add(2, os.urandom(32))
    assert (await rotate(store, vault, COLUMNS, clock=CLOCK)).version == 2
    assert set(KeyFile(settings.file).read()) == {1, 2}


async def test_two_rotations_at_once_lose_no_key(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    vaults = [await open_vault(store, settings, clock=CLOCK) for _ in range(2)]
    await sealed.add(vaults[0], 20)
    done = await asyncio.gather(*(rotate(store, v, COLUMNS, clock=CLOCK) for v in vaults))
    assert sorted(rotation.version for rotation in done) == [2, 3]
    assert await sealed.versions() == {3}
    await sealed.open_all(await open_vault(store, settings, clock=CLOCK))


async def test_what_is_written_meanwhile_is_neither_lost_nor_overwritten(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    """The writer is a node that has not heard of the rotation: it seals under version 1."""
    vault = await open_vault(store, settings, clock=CLOCK)
    writer = await open_vault(store, settings, clock=CLOCK)
    rows = await sealed.add(vault, 100)
    written = asyncio.Event()
    stop = False

    async def write(mine: list[str]) -> None:
        number = 0
        while not stop:
            await sealed.write(writer, mine[number % len(mine)], f"refreshed {number}")
            number += 1
            written.set()

    writers = [asyncio.create_task(write(rows[start::4])) for start in range(4)]
    await written.wait()
    for _ in range(3):
        await rotate(store, vault, COLUMNS, clock=CLOCK)
    stop = True
    await asyncio.gather(*writers)
    await sealed.open_all(vault)
    assert (await rewrap_all(store, vault, COLUMNS)).left == 0
    assert await sealed.versions() == {4}
    await sealed.open_all(vault)


async def test_a_row_that_changed_since_it_was_read_keeps_what_it_has(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    writer = await open_vault(store, settings, clock=CLOCK)
    (row,) = await sealed.add(vault)
    between = writer.seal({"token": "refreshed"}, bound(row))
    stale = await store.fetchval("SELECT sealed FROM sealed_rows WHERE id = $1", row)
    await store.execute("UPDATE sealed_rows SET sealed = $2 WHERE id = $1", row, between)
    update = queries.rewrap_row(ROWS.table, ROWS.identity, ROWS.sealed)
    assert await store.execute(update, row, stale, vault.rewrap(stale)) == "UPDATE 0"
    sealed.rows[row] = "refreshed"
    await sealed.open_all(vault)


async def test_what_is_written_behind_the_rotation_is_found_by_its_next_pass(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    await sealed.add(vault)
    # As soon as the second table is done, the row of the first has its old value again.
    await store.execute(
        """
        CREATE TABLE before AS SELECT id, sealed FROM sealed_rows;
        CREATE FUNCTION put_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE sealed_rows SET sealed = before.sealed FROM before
                WHERE before.id = sealed_rows.id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER put_back AFTER UPDATE ON sealed_states
            FOR EACH ROW EXECUTE FUNCTION put_back();
        """
    )
    done = await rotate(store, vault, COLUMNS, clock=CLOCK)
    assert (done.rewrapped, done.left, await sealed.versions()) == (3, 0, {2})
    await sealed.open_all(vault)


async def test_a_damaged_row_does_not_stop_the_others(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    vault = await open_vault(store, settings, clock=CLOCK)
    rows = await sealed.add(vault, 3)
    cut = "UPDATE sealed_rows SET sealed = substr(sealed, 1, 60) WHERE id = $1"
    await store.execute(cut, rows[1])
    await store.execute("INSERT INTO sealed_states VALUES ('\\x00ff', '\\x01')")
    done = await rotate(store, vault, COLUMNS, clock=CLOCK)
    shown = str(done.unreadable)
    assert (done.rewrapped, done.left, len(done.unreadable)) == (5, 2, 2)
    assert "sealed_states 00ff" in shown
    assert f"sealed_rows {rows[1]}" in shown.replace("-", "")


@pytest.mark.parametrize("step", [1, 2, 3, 40, 81])
async def test_it_may_be_killed_at_any_instant(
    store: Database, schema_url: str, settings: Settings, sealed: Sealed, step: int
) -> None:
    """Step 1 is before the new key is in the file, the last one before the last row is written."""
    await sealed.add(await open_vault(store, settings, clock=CLOCK), 40)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, schema_url, str(settings.data)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readexactly(step), 60)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    vault = await open_vault(store, settings, clock=CLOCK)
    await sealed.open_all(vault)
    done = await rotate(store, vault, COLUMNS, clock=CLOCK)
    assert (done.left, await sealed.versions()) == (0, {done.version})
    for version in range(1, done.version):
        await retire(store, vault, COLUMNS, version)
    assert set(KeyFile(settings.file).read()) == {done.version}
    await sealed.open_all(await open_vault(store, settings, clock=CLOCK))


def entries(*versions: int) -> str:
    return " ".join(f"{v}:{base64.b64encode(bytes([v] * 32)).decode()}" for v in versions)


async def test_keys_of_the_variable_are_added_by_the_operator(
    store: Database, settings: Settings, sealed: Sealed
) -> None:
    settings.gateway_master_key = SecretStr(entries(1))
    vault = await open_vault(store, settings, clock=CLOCK)
    await sealed.add(vault)
    with pytest.raises(NewVersionNeeded, match=r"put version 2 behind the others .*openssl rand"):
        await rotate(store, vault, COLUMNS, clock=CLOCK)
    settings.gateway_master_key = SecretStr(entries(1, 2))
    vault = await open_vault(store, settings, clock=CLOCK)
    assert vault.keys.current == 1  # other nodes may not have version 2 yet
    assert (await rotate(store, vault, COLUMNS, clock=CLOCK)).version == 2
    assert "you can take it away" in await retire(store, vault, COLUMNS, 1)
    settings.gateway_master_key = SecretStr(entries(2))
    await sealed.open_all(await open_vault(store, settings, clock=CLOCK))


async def test_keys_of_a_command_need_no_restart(
    store: Database, settings: Settings, sealed: Sealed, tmp_path: Path
) -> None:
    (tmp_path / "printed").write_text(entries(1))
    settings.gateway_master_key_command = shlex.join(["cat", str(tmp_path / "printed")])
    vault = await open_vault(store, settings, clock=CLOCK)
    await sealed.add(vault)
    with pytest.raises(NewVersionNeeded):
        await rotate(store, vault, COLUMNS, clock=CLOCK)
    (tmp_path / "printed").write_text(entries(1, 2))
    assert (await rotate(store, vault, COLUMNS, clock=CLOCK)).version == 2
    await sealed.open_all(vault)


@pytest.mark.parametrize("name", ["", "a b", "a;--", 'a"', "A", "é", "a" * 64])
def test_names_that_would_have_to_be_quoted_are_refused(name: str) -> None:
    for names in ((name, "id", "sealed"), ("t", name, "sealed"), ("t", "id", name)):
        with pytest.raises(ValueError, match="quoted"):
            SealedColumn(*names)
