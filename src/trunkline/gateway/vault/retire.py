"""Take an old master key away, when nothing is sealed under it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import asyncpg

from trunkline.gateway.vault import queries
from trunkline.gateway.vault.errors import VaultError
from trunkline.gateway.vault.key_file import KeyFile
from trunkline.gateway.vault.open_vault import proofs_of
from trunkline.gateway.vault.rotate import SealedColumn
from trunkline.gateway.vault.vault import Vault
from trunkline.store.database import Connection, Database

__all__ = ["retire"]


async def retire(
    database: Database, vault: Vault, columns: Iterable[SealedColumn], version: int
) -> str:
    """Forget `version`; what is left to do, as a sentence for the operator.

    From then on no row can be sealed under it, where its table refers to `gateway_master_keys`.
    Only then is it taken out of the file: whoever is killed in between does it again. Raises
    VaultError when the version is used, by a row or for new ones, or does not exist.
    """
    try:
        async with database.transaction() as connection:
            await _forget(connection, columns, version, known=version in vault.keys)
    except asyncpg.ForeignKeyViolationError:
        raise VaultError(
            f"Master key version {version} is still used by something: rotate once more."
        ) from None
    except asyncpg.LockNotAvailableError:
        raise VaultError("The database is busy with other things: try again.") from None
    source = vault.keys.source
    if isinstance(source, KeyFile):
        await asyncio.to_thread(source.remove, version)
        return f"Master key version {version} is gone; copies of it open old backups only."
    return f"Nothing uses master key version {version} any more: you can take it away now."


async def _forget(
    connection: Connection, columns: Iterable[SealedColumn], version: int, *, known: bool
) -> None:
    await connection.execute(queries.WAIT_FOR_LOCKS)
    await connection.execute(queries.LOCK_MASTER_KEYS)
    proofs = await proofs_of(connection)
    if version >= max(proofs, default=0):
        raise VaultError(
            f"Master key version {version} is the one in use: rotate first."
            if version in proofs
            else f"Master key version {version} was never used."
        )
    for column in columns:
        await connection.execute(queries.lock_table(column.table))
        used = await connection.fetchval(
            queries.count_version(column.table, column.sealed), version
        )
        if used:
            raise VaultError(
                f"Master key version {version} is still used by {used} rows of {column.table}: "
                "rotate once more."
            )
    gone = await connection.fetchval(queries.DELETE_MASTER_KEY, version)
    if gone is None and not known:
        raise VaultError(f"There is no master key version {version}.")
