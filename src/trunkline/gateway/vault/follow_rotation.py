"""Hear of a rotation on another node, and seal under the new master key from then on."""

from __future__ import annotations

import asyncio

import structlog

from trunkline.gateway.vault.errors import VaultError
from trunkline.gateway.vault.open_vault import check_master_keys, proofs_of
from trunkline.gateway.vault.rotate import TOPIC
from trunkline.gateway.vault.vault import Vault
from trunkline.store.database import Database
from trunkline.store.errors import StoreUnavailable

__all__ = ["FollowRotation"]

log = structlog.get_logger(__name__)


class FollowRotation:
    """Keeps `vault` with what the platform uses. What cannot be had now is logged: the node goes on
    with the version that it has, until that is retired."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._following: asyncio.Task[None] | None = None
        self._again = False
        self._stopped = False
        database.on_change(TOPIC, lambda _: self.follow())
        database.on_reconnect(self.follow)

    def follow(self) -> None:
        """Look what is used now, in the background."""
        self._again = True
        if not self._stopped and (self._following is None or self._following.done()):
            self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End, when what is being done is done."""
        self._stopped = True
        if self._following is not None:
            await self._following

    async def _follow(self) -> None:
        while self._again:
            self._again = False
            try:
                proofs = await proofs_of(self._database)
                await self._vault.reload()
                check_master_keys(self._vault.keys, proofs)
                if proofs:
                    self._vault.keys.use(max(proofs))
            except (VaultError, StoreUnavailable) as error:
                log.error("vault.rotation_not_followed", reason=str(error))
