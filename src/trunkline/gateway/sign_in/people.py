"""The tenants and users of `gateway/keys`, by the ids that grants hold."""

from __future__ import annotations

from trunkline.gateway.keys import Tenants, User
from trunkline.gateway.model import Caller
from trunkline.gateway.sign_in import queries
from trunkline.store import Database

__all__ = ["PeopleOf"]


class PeopleOf:
    """`People`, of the tables that `Tenants` keeps."""

    def __init__(self, database: Database, tenants: Tenants) -> None:
        self._database = database
        self._tenants = tenants

    async def caller(self, tenant_id: str, user_id: str) -> Caller | None:
        """The user, or None when there is none any more."""
        tenant = await self._tenants.fetch(tenant_id)
        row = await self._database.fetchrow(queries.FETCH_USER, user_id, tenant_id)
        if tenant is None or row is None:
            return None
        user = User(
            id=str(row["id"]),
            tenant_id=tenant_id,
            key=row["key"],
            name=row["name"],
            email=row["email"],
        )
        return self._tenants.caller(tenant, user)

    async def user(self, tenant_id: str, user_key: str) -> str:
        """The id of the tenant's user of that key, who comes to be when it is new. Raises
        BadRequest."""
        return (await self._tenants.user(tenant_id, user_key)).id
