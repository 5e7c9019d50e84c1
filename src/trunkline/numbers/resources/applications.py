"""`/2010-04-01/Accounts/{AccountSid}/Applications`: sets of URLs that numbers share."""

from __future__ import annotations

from trunkline.accounts import fetch_own_page
from trunkline.numbers import queries
from trunkline.numbers.change_application import ChangeApplication
from trunkline.numbers.number_parameters import (
    CreateApplicationParameters,
    ListApplicationParameters,
    UpdateApplicationParameters,
)
from trunkline.numbers.resources.shapes import ApplicationResource, shown_application
from trunkline.numbers.tables import applications
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.store import Database

__all__ = ["Applications"]

APPLICATIONS = "/2010-04-01/Accounts/{AccountSid}/Applications"
APPLICATION = f"{APPLICATIONS}/{{Sid}}"


class Applications:
    """Applications."""

    def __init__(self, database: Database, change: ChangeApplication) -> None:
        self._database = database
        self._change = change

    @operation(
        "CreateApplication",
        "POST",
        APPLICATIONS,
        parameters=CreateApplicationParameters,
        returns=ApplicationResource,
    )
    async def create_application(
        self, call: Call, parameters: CreateApplicationParameters
    ) -> ApplicationResource:
        """Make an application."""
        return shown_application(await self._change.create(call.account, parameters))

    @operation(
        "ListApplication",
        "GET",
        APPLICATIONS,
        parameters=ListApplicationParameters,
        returns=ApplicationResource,
        list_key="applications",
    )
    async def list_application(self, call: Call, parameters: ListApplicationParameters) -> RestPage:
        """List the account's applications, newest first."""
        request = page_request(call, ("AP",))
        statement = queries.list_applications(
            call.account.sid[2:], friendly_name=parameters.friendly_name or None
        )
        rows = await fetch_own_page(
            self._database,
            request,
            statement,
            applications.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_APPLICATION,
        )
        items = [shown_application(row) for row in rows]
        return paginate(call, request, "applications", [(item.sid, item) for item in items])

    @operation("FetchApplication", "GET", APPLICATION, returns=ApplicationResource)
    async def fetch_application(self, call: Call, parameters: NoParameters) -> ApplicationResource:
        """Fetch an application."""
        row = await self._database.fetchrow(
            queries.FETCH_APPLICATION, path_sid(call, "AP")[2:], call.account.sid[2:]
        )
        return shown_application(there(call, row))

    @operation(
        "UpdateApplication",
        "POST",
        APPLICATION,
        parameters=UpdateApplicationParameters,
        returns=ApplicationResource,
    )
    async def update_application(
        self, call: Call, parameters: UpdateApplicationParameters
    ) -> ApplicationResource:
        """Change an application."""
        row = await self._change.update(call.account, path_sid(call, "AP"), parameters)
        return shown_application(there(call, row))

    @operation("DeleteApplication", "DELETE", APPLICATION)
    async def delete_application(self, call: Call, parameters: NoParameters) -> None:
        """Delete an application; numbers that referred to it use their own URLs again."""
        if not await self._change.delete(call.account, path_sid(call, "AP")):
            raise catalogue.NOT_FOUND(path=call.resource)
