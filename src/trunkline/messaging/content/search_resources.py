"""`https://content.twilio.com/v2/Content`: templates, searched."""

from __future__ import annotations

from trunkline.messaging.content.parameters import SearchContentParameters
from trunkline.messaging.content.representation import (
    ContentAndApprovalsResource,
    ContentResource,
    shown_template,
    shown_with_approval,
)
from trunkline.messaging.content.search_content import SearchContent
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate

__all__ = ["ContentSearch"]

PRODUCT = "content"
JSON = ("json",)


class ContentSearch:
    """The lists of Content v2."""

    def __init__(self, search: SearchContent) -> None:
        self._search = search

    @operation(
        "ListContent",
        "GET",
        "/v2/Content",
        product=PRODUCT,
        parameters=SearchContentParameters,
        returns=ContentResource,
        list_key="contents",
        formats=JSON,
    )
    async def list_content(self, call: Call, asked: SearchContentParameters) -> RestPage:
        """Find templates, newest first unless another order is asked for."""
        page = page_request(call, ("HX",))
        rows = await self._search(call.account.sid, asked, page)
        items = [shown_template(row, call.base_url) for row in rows]
        return paginate(call, page, "contents", [(item.sid, item) for item in items])

    @operation(
        "ListContentAndApprovals",
        "GET",
        "/v2/ContentAndApprovals",
        product=PRODUCT,
        parameters=SearchContentParameters,
        returns=ContentAndApprovalsResource,
        list_key="contents",
        formats=JSON,
    )
    async def list_content_and_approvals(
        self, call: Call, asked: SearchContentParameters
    ) -> RestPage:
        """Find templates with their approvals."""
        page = page_request(call, ("HX",))
        items = [
            shown_with_approval(row) for row in await self._search(call.account.sid, asked, page)
        ]
        return paginate(call, page, "contents", [(item.sid, item) for item in items])
