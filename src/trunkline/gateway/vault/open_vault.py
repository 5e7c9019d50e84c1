"""Open the vault of this platform, and make sure that its master keys are the right ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping

import structlog

from trunkline.clock import Clock
from trunkline.gateway.vault import queries
from trunkline.gateway.vault.errors import MasterKeyUnknown, VaultError
from trunkline.gateway.vault.load_master_keys import VaultSettings, load_master_keys
from trunkline.gateway.vault.master_keys import MasterKeys
from trunkline.gateway.vault.vault import Vault
from trunkline.store.database import Connection, Database

__all__ = ["check_master_keys", "open_vault", "proofs_of"]

log = structlog.get_logger(__name__)


async def open_vault(
    database: Database,
    settings: VaultSettings,
    *,
    clock: Clock,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Vault:
    """The vault, which seals under the version that the whole platform uses.

    The first node to come makes the key file, if keys are in a file, and its key is the one that
    others must have. Raises VaultError, with one sentence, when master keys are missing, cannot
    be read, or are not those that this database's secrets were sealed under.
    """
    known = await database.fetch(queries.MASTER_KEYS)
    keys = await asyncio.to_thread(load_master_keys, settings, create=not known, entropy=entropy)
    async with database.transaction() as connection:
        await connection.execute(queries.LOCK_MASTER_KEYS)
        proofs = await proofs_of(connection)
        if not proofs:
            version, proof = keys.newest, keys.proof(keys.newest)
            await connection.execute(queries.CLAIM_MASTER_KEY, version, proof, clock.now())
            proofs = {version: proof}
        if max(proofs) not in keys:  # somebody rotated in this moment
            await asyncio.to_thread(keys.reload)
    check_master_keys(keys, proofs)
    keys.use(max(proofs))
    return Vault(keys, entropy)


async def proofs_of(connection: Connection | Database) -> dict[int, bytes]:
    """The versions that the platform uses or used, and what a right key of each gives."""
    return {row["version"]: row["proof"] for row in await connection.fetch(queries.MASTER_KEYS)}


def check_master_keys(keys: MasterKeys, proofs: Mapping[int, bytes]) -> None:
    """Whether a node can work with these keys: it must have the highest version, and each that it
    has must be the right one. Raises VaultError."""
    for version, proof in proofs.items():
        if version not in keys:
            if version == max(proofs):
                raise MasterKeyUnknown(version)
            log.warning("vault.master_key_missing", version=version)
        elif keys.proof(version) != proof:
            raise VaultError(
                f"Master key version {version} is not the one that this database's secrets are "
                "sealed under: put the right master keys back from a backup."
            )
