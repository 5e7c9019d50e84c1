"""`https://content.twilio.com/v1/Content`: templates, and their approval by WhatsApp."""

from __future__ import annotations

import asyncpg

from trunkline.accounts import fetch_own_page
from trunkline.messaging.content import queries
from trunkline.messaging.content.change_content import ChangeContent
from trunkline.messaging.content.parameters import (
    CreateApprovalParameters,
    CreateContentParameters,
    UpdateContentParameters,
)
from trunkline.messaging.content.representation import (
    ApprovalCreateResource,
    ApprovalFetchResource,
    ContentAndApprovalsResource,
    ContentResource,
    LegacyContentResource,
    shown_approval,
    shown_new_approval,
    shown_template,
    shown_with_approval,
)
from trunkline.messaging.content.tables import templates
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import PageRequest, page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.store import Database

__all__ = ["Contents"]

CONTENTS = "/v1/Content"
CONTENT = f"{CONTENTS}/{{Sid}}"
PRODUCT = "content"
JSON = ("json",)


class Contents:
    """Templates and approvals of Content v1."""

    def __init__(self, database: Database, change: ChangeContent) -> None:
        self._database = database
        self._change = change

    @operation(
        "CreateContent",
        "POST",
        CONTENTS,
        product=PRODUCT,
        parameters=CreateContentParameters,
        returns=ContentResource,
        formats=JSON,
        body="json",
    )
    async def create_content(self, call: Call, asked: CreateContentParameters) -> ContentResource:
        """Make a template."""
        return shown_template(await self._change.create(call.account, asked), call.base_url)

    @operation(
        "ListContent",
        "GET",
        CONTENTS,
        product=PRODUCT,
        returns=ContentResource,
        list_key="contents",
        formats=JSON,
    )
    async def list_content(self, call: Call, _: NoParameters) -> RestPage:
        """List the account's templates, newest first."""
        page = page_request(call, ("HX",))
        rows = await self._page(call, page)
        items = [shown_template(row, call.base_url) for row in rows]
        return paginate(call, page, "contents", [(item.sid, item) for item in items])

    @operation(
        "FetchContent", "GET", CONTENT, product=PRODUCT, returns=ContentResource, formats=JSON
    )
    async def fetch_content(self, call: Call, _: NoParameters) -> ContentResource:
        """Read a template."""
        return shown_template(await self._fetch(call), call.base_url)

    @operation(
        "UpdateContent",
        "PUT",
        CONTENT,
        product=PRODUCT,
        parameters=UpdateContentParameters,
        returns=ContentResource,
        formats=JSON,
        body="json",
    )
    async def update_content(self, call: Call, asked: UpdateContentParameters) -> ContentResource:
        """Change a template. What is not given stays; an approval is gone."""
        row = await self._change.update(call.account, _sid(call), asked)
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return shown_template(row, call.base_url)

    @operation("DeleteContent", "DELETE", CONTENT, product=PRODUCT, formats=JSON)
    async def delete_content(self, call: Call, _: NoParameters) -> None:
        """Delete a template; messages that were made of it keep their text."""
        if not await self._change.delete(call.account, _sid(call)):
            raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "CreateApprovalCreate",
        "POST",
        f"{CONTENTS}/{{ContentSid}}/ApprovalRequests/whatsapp",
        product=PRODUCT,
        parameters=CreateApprovalParameters,
        returns=ApprovalCreateResource,
        formats=JSON,
        body="json",
    )
    async def create_approval_create(
        self, call: Call, asked: CreateApprovalParameters
    ) -> ApprovalCreateResource:
        """Ask WhatsApp to approve a template; in development it is approved at once."""
        row = await self._change.approve(call.account, _sid(call, "ContentSid"), asked)
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return shown_new_approval(row, "received")

    @operation(
        "FetchApprovalFetch",
        "GET",
        f"{CONTENT}/ApprovalRequests",
        product=PRODUCT,
        returns=ApprovalFetchResource,
        formats=JSON,
    )
    async def fetch_approval_fetch(self, call: Call, _: NoParameters) -> ApprovalFetchResource:
        """Read what WhatsApp says about a template."""
        return shown_approval(await self._fetch(call), call.base_url)

    @operation(
        "ListContentAndApprovals",
        "GET",
        "/v1/ContentAndApprovals",
        product=PRODUCT,
        returns=ContentAndApprovalsResource,
        list_key="contents",
        formats=JSON,
    )
    async def list_content_and_approvals(self, call: Call, _: NoParameters) -> RestPage:
        """List the account's templates with their approvals, newest first."""
        page = page_request(call, ("HX",))
        items = [shown_with_approval(row) for row in await self._page(call, page)]
        return paginate(call, page, "contents", [(item.sid, item) for item in items])

    @operation(
        "ListLegacyContent",
        "GET",
        "/v1/LegacyContent",
        product=PRODUCT,
        returns=LegacyContentResource,
        list_key="contents",
        formats=JSON,
    )
    async def list_legacy_content(self, call: Call, _: NoParameters) -> RestPage:
        """List templates that were converted from WhatsApp's own: there are none."""
        return paginate(call, page_request(call, ("HX",)), "contents", [])

    async def _fetch(self, call: Call) -> asyncpg.Record:
        row = await self._database.fetchrow(
            queries.FETCH_TEMPLATE, _sid(call)[2:], call.account.sid[2:]
        )
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return row

    async def _page(self, call: Call, page: PageRequest) -> list[asyncpg.Record]:
        return await fetch_own_page(
            self._database,
            page,
            queries.list_templates(call.account.sid[2:]),
            templates.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_TEMPLATE,
        )


def _sid(call: Call, name: str = "Sid") -> str:
    sid = call.path[name]
    if sid[:2] != "HX":
        raise catalogue.NOT_FOUND(path=call.resource)
    return sid
