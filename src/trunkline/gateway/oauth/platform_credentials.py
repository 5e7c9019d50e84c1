"""Credentials of a tenant's own account on this platform, for connections that need none."""

from __future__ import annotations

from datetime import datetime, timedelta

from trunkline.clock import Clock
from trunkline.gateway.connectors.declare import Injected, Method
from trunkline.gateway.errors import ConnectionNotActive
from trunkline.gateway.model import Connection
from trunkline.gateway.oauth import queries
from trunkline.gateway.oauth.seams import PlatformAccount
from trunkline.store import Database

__all__ = ["PlatformCredentials"]

KEPT = timedelta(seconds=5)
MOST = 10_000


class PlatformCredentials:
    """Applies a PLATFORM method. The account is the tenant's, whatever a connection says of it."""

    def __init__(self, database: Database, account: PlatformAccount, clock: Clock) -> None:
        self._database = database
        self._account = account
        self._clock = clock
        self._accounts: dict[str, tuple[datetime, str]] = {}

    async def __call__(self, connection: Connection, method: Method) -> Injected:
        """What a request of the connection gets. Raises ConnectionNotActive, and what the accounts
        raise."""
        sid, token = await self._account(await self._account_sid(connection.tenant_id))
        return method.apply({"account_sid": sid, "auth_token": token})

    async def _account_sid(self, tenant_id: str) -> str:
        now = self._clock.now()
        kept = self._accounts.get(tenant_id)
        if kept is not None and kept[0] > now:
            return kept[1]
        account = await self._database.fetchval(queries.TENANT_ACCOUNT, tenant_id)
        if account is None:
            raise ConnectionNotActive("The account of this connection is gone.")
        if len(self._accounts) >= MOST:
            self._accounts.clear()
        sid = f"AC{account.hex}"
        self._accounts[tenant_id] = (now + KEPT, sid)
        return sid
