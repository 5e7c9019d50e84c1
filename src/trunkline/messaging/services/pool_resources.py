"""The senders of an account in the pool of a messaging service: `/v1/Services/{ServiceSid}` with
`PhoneNumbers`, `ShortCodes` and `ChannelSenders` (behaviour 5.1).

Taken out of a pool, a sender stays the account's.
"""

from __future__ import annotations

from trunkline.messaging.services.parameters import (
    CreateChannelSenderParameters,
    CreatePhoneNumberParameters,
    CreateShortCodeParameters,
)
from trunkline.messaging.services.pool_operations import SERVICE, PoolOperations
from trunkline.messaging.services.representation import (
    ChannelSenderResource,
    PoolNumberResource,
    PoolShortCodeResource,
    shown_channel_sender,
    shown_number,
    shown_short_code,
)
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.parameters import NoParameters

__all__ = ["ServiceChannelSenders", "ServiceNumbers", "ServiceShortCodes"]

NUMBERS = f"{SERVICE}/PhoneNumbers"
SHORT_CODES = f"{SERVICE}/ShortCodes"
CHANNEL_SENDERS = "/v1/Services/{MessagingServiceSid}/ChannelSenders"


class ServiceNumbers(PoolOperations):
    """Phone numbers of the account in the pool of a service."""

    kind = "number"

    @operation(
        "CreatePhoneNumber",
        "POST",
        NUMBERS,
        product="messaging",
        parameters=CreatePhoneNumberParameters,
        returns=PoolNumberResource,
        formats=("json",),
    )
    async def create_phone_number(
        self, call: Call, parameters: CreatePhoneNumberParameters
    ) -> PoolNumberResource:
        """Put a phone number into the pool."""
        added = await self.add_owned(call, parameters.phone_number_sid)
        return shown_number(added, call.base_url)

    @operation(
        "ListPhoneNumber",
        "GET",
        NUMBERS,
        product="messaging",
        returns=PoolNumberResource,
        list_key="phone_numbers",
        formats=("json",),
    )
    async def list_phone_number(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the phone numbers of the pool, newest first."""
        return await self.listed(call, "phone_numbers", shown_number)

    @operation(
        "FetchPhoneNumber",
        "GET",
        f"{NUMBERS}/{{Sid}}",
        product="messaging",
        returns=PoolNumberResource,
        formats=("json",),
    )
    async def fetch_phone_number(self, call: Call, parameters: NoParameters) -> PoolNumberResource:
        """Fetch a phone number of the pool."""
        return shown_number(await self.fetched(call), call.base_url)

    @operation(
        "DeletePhoneNumber",
        "DELETE",
        f"{NUMBERS}/{{Sid}}",
        product="messaging",
        formats=("json",),
    )
    async def delete_phone_number(self, call: Call, parameters: NoParameters) -> None:
        """Take a phone number out of the pool; the account keeps it."""
        await self.deleted(call)


class ServiceShortCodes(PoolOperations):
    """Short codes of the account in the pool of a service."""

    kind = "short_code"

    @operation(
        "CreateShortCode",
        "POST",
        SHORT_CODES,
        product="messaging",
        parameters=CreateShortCodeParameters,
        returns=PoolShortCodeResource,
        formats=("json",),
    )
    async def create_short_code(
        self, call: Call, parameters: CreateShortCodeParameters
    ) -> PoolShortCodeResource:
        """Put a short code into the pool."""
        added = await self.add_owned(call, parameters.short_code_sid)
        return shown_short_code(added, call.base_url)

    @operation(
        "ListShortCode",
        "GET",
        SHORT_CODES,
        product="messaging",
        returns=PoolShortCodeResource,
        list_key="short_codes",
        formats=("json",),
    )
    async def list_short_code(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the short codes of the pool, newest first."""
        return await self.listed(call, "short_codes", shown_short_code)

    @operation(
        "FetchShortCode",
        "GET",
        f"{SHORT_CODES}/{{Sid}}",
        product="messaging",
        returns=PoolShortCodeResource,
        formats=("json",),
    )
    async def fetch_short_code(self, call: Call, parameters: NoParameters) -> PoolShortCodeResource:
        """Fetch a short code of the pool."""
        return shown_short_code(await self.fetched(call), call.base_url)

    @operation(
        "DeleteShortCode",
        "DELETE",
        f"{SHORT_CODES}/{{Sid}}",
        product="messaging",
        formats=("json",),
    )
    async def delete_short_code(self, call: Call, parameters: NoParameters) -> None:
        """Take a short code out of the pool; the account keeps it."""
        await self.deleted(call)


class ServiceChannelSenders(PoolOperations):
    """WhatsApp and RCS senders of the account in the pool of a service."""

    kind = "channel"

    @operation(
        "CreateChannelSender",
        "POST",
        CHANNEL_SENDERS,
        product="messaging",
        parameters=CreateChannelSenderParameters,
        returns=ChannelSenderResource,
        formats=("json",),
    )
    async def create_channel_sender(
        self, call: Call, parameters: CreateChannelSenderParameters
    ) -> ChannelSenderResource:
        """Put a channel sender into the pool."""
        added = await self.add_owned(call, parameters.sid)
        return shown_channel_sender(added, call.base_url)

    @operation(
        "ListChannelSender",
        "GET",
        CHANNEL_SENDERS,
        product="messaging",
        returns=ChannelSenderResource,
        list_key="senders",
        formats=("json",),
    )
    async def list_channel_sender(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the channel senders of the pool, newest first."""
        return await self.listed(call, "senders", shown_channel_sender)

    @operation(
        "FetchChannelSender",
        "GET",
        f"{CHANNEL_SENDERS}/{{Sid}}",
        product="messaging",
        returns=ChannelSenderResource,
        formats=("json",),
    )
    async def fetch_channel_sender(
        self, call: Call, parameters: NoParameters
    ) -> ChannelSenderResource:
        """Fetch a channel sender of the pool."""
        return shown_channel_sender(await self.fetched(call), call.base_url)

    @operation(
        "DeleteChannelSender",
        "DELETE",
        f"{CHANNEL_SENDERS}/{{Sid}}",
        product="messaging",
        formats=("json",),
    )
    async def delete_channel_sender(self, call: Call, parameters: NoParameters) -> None:
        """Take a channel sender out of the pool; the account keeps it."""
        await self.deleted(call)
