"""Give the vault a new master key, and wrap every data key anew under it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trunkline.clock import Clock
from trunkline.gateway.vault import queries
from trunkline.gateway.vault.envelope import KEY_SIZE
from trunkline.gateway.vault.errors import NewVersionNeeded, VaultError
from trunkline.gateway.vault.key_file import KeyFile
from trunkline.gateway.vault.load_master_keys import VARIABLE
from trunkline.gateway.vault.open_vault import check_master_keys, proofs_of
from trunkline.gateway.vault.vault import Vault
from trunkline.store.database import Connection, Database

__all__ = ["TOPIC", "Rotation", "SealedColumn", "rewrap_all", "rotate"]

TOPIC = "gateway_vault"  # of `Database.announce`; the key is the version that is used from now on
BATCH = 200
MOST_PASSES = 10
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed values are. NULL means that there is none."""

    table: str
    identity: str  # the column of the primary key
    sealed: str

    def __post_init__(self) -> None:
        if not all(NAME.fullmatch(name) for name in (self.table, self.identity, self.sealed)):
            raise ValueError("a table or column has a name that would have to be quoted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What was done."""

    version: int  # of the master key that is used now
    rewrapped: int  # secrets
    left: int  # secrets under older versions: nodes that did not hear of this one yet wrote them
    unreadable: tuple[str, ...]  # rows that do not open, as `table id`; part of what is left


async def rotate(
    database: Database,
    vault: Vault,
    columns: Iterable[SealedColumn],
    *,
    clock: Clock,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Rotation:
    """A new version, told to every node, and every secret of `columns` wrapped under it.

    It may be killed at any instant, and be run again: each secret is sealed under a version that
    is in the file. Raises NewVersionNeeded when the keys are not in a file and nobody added one.
    """
    version = await _begin_version(database, vault, clock, entropy)
    vault.keys.use(version)
    return await rewrap_all(database, vault, columns)


async def rewrap_all(database: Database, vault: Vault, columns: Iterable[SealedColumn]) -> Rotation:
    """Wrap what is sealed under older versions under the current one, without a new version.

    No row is locked for longer than its own update, and one that changed meanwhile is left to
    the next pass.
    """
    columns = list(columns)
    rewrapped = 0
    for _ in range(MOST_PASSES):
        version, seen, changed = vault.keys.current, 0, 0
        unreadable: list[str] = []
        async with database.connection() as connection:
            await connection.execute(queries.WAIT_FOR_NO_DISK)
            for column in columns:
                found, done, failed = await _rewrap_column(connection, vault, version, column)
                seen, changed = seen + found, changed + done
                unreadable += failed
        rewrapped += changed
        if seen == len(unreadable):
            break
    return Rotation(
        version=version, rewrapped=rewrapped, left=seen - changed, unreadable=tuple(unreadable)
    )


async def _begin_version(
    database: Database, vault: Vault, clock: Clock, entropy: Callable[[int], bytes]
) -> int:
    """The new version. The file has it before the database names it: whoever is killed in between
    leaves a key that nothing is sealed under, and the next one takes that."""
    await vault.reload()
    async with database.transaction() as connection:
        await connection.execute(queries.LOCK_MASTER_KEYS)
        proofs = await proofs_of(connection)
        if proofs and max(proofs) not in vault.keys:  # somebody else rotated in this moment
            await vault.reload()
        check_master_keys(vault.keys, proofs)
        used = max(proofs, default=0)
        if vault.keys.newest <= used:
            await _add_version(vault, used + 1, entropy)
        version = vault.keys.newest
        proof = vault.keys.proof(version)
        await connection.execute(queries.CLAIM_MASTER_KEY, version, proof, clock.now())
        await database.announce(connection, TOPIC, str(version))
    return version


async def _add_version(vault: Vault, version: int, entropy: Callable[[int], bytes]) -> None:
    source = vault.keys.source
    if isinstance(source, KeyFile):
        await asyncio.to_thread(source.add, version, entropy(KEY_SIZE))
        await vault.reload()
    if version not in vault.keys:
        raise NewVersionNeeded(
            f"The master keys come from {VARIABLE} or from a command, where only you can add one: "
            f"put version {version} behind the others (`{version}:` and what `openssl rand -base64 "
            f"{KEY_SIZE}` prints), for every node, restart those that have them from the variable, "
            "and rotate again. Keep the old versions until `trunkline vault retire` says that "
            "nothing uses them."
        )


async def _rewrap_column(
    connection: Connection, vault: Vault, version: int, column: SealedColumn
) -> tuple[int, int, list[str]]:
    """How many rows were found, how many were changed, and which do not open."""
    names = (column.table, column.identity, column.sealed)
    update = queries.rewrap_row(*names)
    found, changed, unreadable = 0, 0, []
    rows = await connection.fetch(queries.stale_rows(*names, beyond=False), version, BATCH)
    while rows:
        found += len(rows)
        for row in rows:
            try:
                sealed = vault.rewrap(row["sealed"])
            except VaultError:
                unreadable.append(f"{column.table} {_shown(row['id'])}")
                continue
            tag = await connection.execute(update, row["id"], row["sealed"], sealed)
            changed += tag == "UPDATE 1"
        rows = await connection.fetch(
            queries.stale_rows(*names, beyond=True), version, BATCH, rows[-1]["id"]
        )
    return found, changed, unreadable


def _shown(identity: object) -> str:
    return identity.hex() if isinstance(identity, bytes) else str(identity)
