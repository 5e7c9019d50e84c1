"""What the lists of a pool have in common, whatever kind of sender they show (behaviour 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import asyncpg
import msgspec

from trunkline.accounts import fetch_own_page
from trunkline.messaging.services import queries
from trunkline.messaging.services.change_pool import ChangePool
from trunkline.messaging.services.model import POOL_PREFIXES
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.path_sids import path_sid, there
from trunkline.store import Database

__all__ = ["SERVICE", "PoolOperations"]

SERVICE = "/v1/Services/{ServiceSid}"
R = TypeVar("R", bound=msgspec.Struct)
Shown = Callable[[Mapping[str, Any], str], R]


class PoolOperations:
    """What the lists of all kinds of senders have in common."""

    kind: str

    def __init__(self, database: Database, change: ChangePool) -> None:
        self._database = database
        self._change = change

    async def add_owned(self, call: Call, sid: str) -> asyncpg.Record:
        """Put a sender of the account into the pool; the errors of `ChangePool.add_owned`."""
        return await self._change.add_owned(
            call.account, service_sid_of(call), self.kind, sid, resource=call.resource
        )

    async def add_alpha(
        self, call: Call, sender: str, iso_country: str | None = None
    ) -> asyncpg.Record:
        """Put an alphanumeric sender into the pool; the errors of `ChangePool.add_alpha`."""
        return await self._change.add_alpha(
            call.account,
            service_sid_of(call),
            self.kind,
            sender,
            iso_country,
            resource=call.resource,
        )

    async def listed(
        self, call: Call, key: str, shown: Shown[R], *, iso_country: str | None = None
    ) -> RestPage:
        """A page of the senders of this kind; 20404 where the account has no such service."""
        service_sid = service_sid_of(call)
        prefix = POOL_PREFIXES[self.kind]
        request = page_request(call, (prefix,))
        ids = service_sid[2:], call.account.sid[2:]
        there(call, await self._database.fetchrow(queries.FETCH_SERVICE, *ids))
        rows = await fetch_own_page(
            self._database,
            request,
            queries.pool_of_service(
                call.account.sid[2:], service_sid[2:], self.kind, iso_country=iso_country
            ),
            queries.SHOWN_ID,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_SENDER,
        )
        items = [(f"{prefix}{row['own_id'].hex}", shown(row, call.base_url)) for row in rows]
        return paginate(call, request, key, items)

    async def fetched(self, call: Call) -> asyncpg.Record:
        """The sender that the path names; 20404 where the pool has none such."""
        row = await self._database.fetchrow(
            queries.pool_of_service(
                call.account.sid[2:],
                service_sid_of(call)[2:],
                self.kind,
                own_id=self._sender_sid(call)[2:],
            )
        )
        return there(call, row)

    async def deleted(self, call: Call) -> None:
        """Take the sender that the path names out of the pool; 20404 where it is not there."""
        sids = service_sid_of(call), self.kind, self._sender_sid(call)
        if not await self._change.remove(call.account, *sids):
            raise catalogue.NOT_FOUND(path=call.resource)

    def _sender_sid(self, call: Call) -> str:
        return path_sid(call, POOL_PREFIXES[self.kind])


def service_sid_of(call: Call) -> str:
    """The service that the path names."""
    # Twilio's documents have two names for the same part of the path.
    name = "ServiceSid" if "ServiceSid" in call.path else "MessagingServiceSid"
    return path_sid(call, "MG", name)
