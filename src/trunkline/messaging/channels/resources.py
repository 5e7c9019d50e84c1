"""`https://messaging.twilio.com/v2/Channels/Senders`: the account's senders on WhatsApp and RCS."""

from __future__ import annotations

from trunkline.accounts import fetch_own_page
from trunkline.messaging.channels import queries
from trunkline.messaging.channels.change_senders import ChangeSenders
from trunkline.messaging.channels.parameters import (
    CreateSenderParameters,
    ListSenderParameters,
    UpdateSenderParameters,
)
from trunkline.messaging.channels.representation import (
    ChannelsSenderResource,
    CreatedSender,
    UpdatedSender,
    created_sender,
    shown_sender,
    updated_sender,
)
from trunkline.messaging.channels.tables import channel_senders
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.store import Database

__all__ = ["ChannelSenders"]

SENDERS = "/v2/Channels/Senders"
SENDER = f"{SENDERS}/{{Sid}}"
KEY = "senders"


class ChannelSenders:
    """Senders of channels, of the account whose credentials are sent."""

    def __init__(self, database: Database, change: ChangeSenders) -> None:
        self._database = database
        self._change = change

    @operation(
        "CreateChannelsSender",
        "POST",
        SENDERS,
        product="messaging",
        parameters=CreateSenderParameters,
        returns=CreatedSender,
        status=202,
        formats=("json",),
        body="json",
    )
    async def create_channels_sender(
        self, call: Call, parameters: CreateSenderParameters
    ) -> CreatedSender:
        """Register a sender of a channel."""
        return created_sender(await self._change.create(call.account, parameters))

    @operation(
        "ListChannelsSender",
        "GET",
        SENDERS,
        product="messaging",
        parameters=ListSenderParameters,
        returns=ChannelsSenderResource,
        list_key=KEY,
        formats=("json",),
    )
    async def list_channels_sender(self, call: Call, parameters: ListSenderParameters) -> RestPage:
        """List the account's senders on a channel, newest first."""
        request = page_request(call, ("XE",))
        rows = await fetch_own_page(
            self._database,
            request,
            queries.list_senders(call.account.sid[2:], parameters.channel),
            channel_senders.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_SENDER,
        )
        items = [shown_sender(row, call.base_url) for row in rows]
        return paginate(call, request, KEY, [(item.sid, item) for item in items])

    @operation(
        "FetchChannelsSender",
        "GET",
        SENDER,
        product="messaging",
        returns=ChannelsSenderResource,
        formats=("json",),
    )
    async def fetch_channels_sender(
        self, call: Call, parameters: NoParameters
    ) -> ChannelsSenderResource:
        """Fetch the sender of a channel."""
        row = await self._database.fetchrow(
            queries.FETCH_SENDER, path_sid(call, "XE")[2:], call.account.sid[2:]
        )
        return shown_sender(there(call, row), call.base_url)

    @operation(
        "UpdateChannelsSender",
        "POST",
        SENDER,
        product="messaging",
        parameters=UpdateSenderParameters,
        returns=UpdatedSender,
        status=202,
        formats=("json",),
        body="json",
    )
    async def update_channels_sender(
        self, call: Call, parameters: UpdateSenderParameters
    ) -> UpdatedSender:
        """Change the sender of a channel."""
        row = await self._change.update(call.account, path_sid(call, "XE"), parameters)
        return updated_sender(there(call, row))

    @operation("DeleteChannelsSender", "DELETE", SENDER, product="messaging", formats=("json",))
    async def delete_channels_sender(self, call: Call, parameters: NoParameters) -> None:
        """Remove the sender of a channel."""
        if not await self._change.delete(call.account, path_sid(call, "XE")):
            raise catalogue.NOT_FOUND(path=call.resource)
