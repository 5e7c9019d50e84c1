"""`https://messaging.twilio.com/v1/Services`: messaging services (behaviour 5.1)."""

from __future__ import annotations

from trunkline.accounts import fetch_own_page
from trunkline.messaging.services import queries
from trunkline.messaging.services.change_service import ChangeService
from trunkline.messaging.services.parameters import (
    CreateServiceParameters,
    UpdateServiceParameters,
)
from trunkline.messaging.services.representation import (
    ServiceResource,
    UsecasesResource,
    shown_service,
)
from trunkline.messaging.services.tables import messaging_services
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.store import Database

__all__ = ["Services"]

SERVICES = "/v1/Services"
SERVICE = "/v1/Services/{Sid}"
USECASES = UsecasesResource()


class Services:
    """Messaging services of the account whose credentials are sent."""

    def __init__(self, database: Database, change: ChangeService) -> None:
        self._database = database
        self._change = change

    @operation(
        "CreateService",
        "POST",
        SERVICES,
        product="messaging",
        parameters=CreateServiceParameters,
        returns=ServiceResource,
        formats=("json",),
    )
    async def create_service(
        self, call: Call, parameters: CreateServiceParameters
    ) -> ServiceResource:
        """Make a messaging service; its pool is empty."""
        return shown_service(await self._change.create(call.account, parameters), call.base_url)

    @operation(
        "ListService",
        "GET",
        SERVICES,
        product="messaging",
        returns=ServiceResource,
        list_key="services",
        formats=("json",),
    )
    async def list_service(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the account's messaging services, newest first."""
        request = page_request(call, ("MG",))
        rows = await fetch_own_page(
            self._database,
            request,
            queries.list_services(call.account.sid[2:]),
            messaging_services.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_SERVICE,
        )
        items = [shown_service(row, call.base_url) for row in rows]
        return paginate(call, request, "services", [(item.sid, item) for item in items])

    @operation(
        "FetchUsecase",
        "GET",
        f"{SERVICES}/Usecases",
        product="messaging",
        returns=UsecasesResource,
        formats=("json",),
    )
    async def fetch_usecase(self, call: Call, parameters: NoParameters) -> UsecasesResource:
        """Fetch what services may be for."""
        return USECASES

    @operation(
        "FetchService",
        "GET",
        SERVICE,
        product="messaging",
        returns=ServiceResource,
        formats=("json",),
    )
    async def fetch_service(self, call: Call, parameters: NoParameters) -> ServiceResource:
        """Fetch a messaging service."""
        ids = path_sid(call, "MG")[2:], call.account.sid[2:]
        row = await self._database.fetchrow(queries.FETCH_SERVICE, *ids)
        return shown_service(there(call, row), call.base_url)

    @operation(
        "UpdateService",
        "POST",
        SERVICE,
        product="messaging",
        parameters=UpdateServiceParameters,
        returns=ServiceResource,
        formats=("json",),
    )
    async def update_service(
        self, call: Call, parameters: UpdateServiceParameters
    ) -> ServiceResource:
        """Change a messaging service."""
        row = await self._change.update(call.account, path_sid(call, "MG"), parameters)
        return shown_service(there(call, row), call.base_url)

    @operation(
        "DeleteService",
        "DELETE",
        SERVICE,
        product="messaging",
        formats=("json",),
    )
    async def delete_service(self, call: Call, parameters: NoParameters) -> None:
        """Delete a messaging service; its senders are free for another."""
        if not await self._change.delete(call.account, path_sid(call, "MG")):
            raise catalogue.NOT_FOUND(path=call.resource)
