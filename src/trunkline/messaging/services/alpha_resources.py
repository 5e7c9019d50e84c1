"""Alphanumeric senders in the pool of a messaging service: `/v1/Services/{ServiceSid}` with
`AlphaSenders` and `DestinationAlphaSenders` (behaviour 5.1).

Nobody owns such a sender: any number of services may have it.
"""

from __future__ import annotations

from trunkline.messaging.services.parameters import (
    CreateAlphaSenderParameters,
    CreateDestinationAlphaSenderParameters,
    ListDestinationAlphaSenderParameters,
)
from trunkline.messaging.services.pool_operations import SERVICE, PoolOperations
from trunkline.messaging.services.representation import (
    AlphaSenderResource,
    DestinationAlphaSenderResource,
    shown_alpha_sender,
    shown_destination_alpha_sender,
)
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.parameters import NoParameters

__all__ = ["ServiceAlphaSenders", "ServiceDestinationAlphaSenders"]

ALPHA_SENDERS = f"{SERVICE}/AlphaSenders"
DESTINATION_ALPHA_SENDERS = f"{SERVICE}/DestinationAlphaSenders"


class ServiceAlphaSenders(PoolOperations):
    """Alphanumeric senders in the pool of a service, for every country that knows them."""

    kind = "alpha"

    @operation(
        "CreateAlphaSender",
        "POST",
        ALPHA_SENDERS,
        product="messaging",
        parameters=CreateAlphaSenderParameters,
        returns=AlphaSenderResource,
        formats=("json",),
    )
    async def create_alpha_sender(
        self, call: Call, parameters: CreateAlphaSenderParameters
    ) -> AlphaSenderResource:
        """Put an alphanumeric sender into the pool."""
        added = await self.add_alpha(call, parameters.alpha_sender)
        return shown_alpha_sender(added, call.base_url)

    @operation(
        "ListAlphaSender",
        "GET",
        ALPHA_SENDERS,
        product="messaging",
        returns=AlphaSenderResource,
        list_key="alpha_senders",
        formats=("json",),
    )
    async def list_alpha_sender(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the alphanumeric senders of the pool, newest first."""
        return await self.listed(call, "alpha_senders", shown_alpha_sender)

    @operation(
        "FetchAlphaSender",
        "GET",
        f"{ALPHA_SENDERS}/{{Sid}}",
        product="messaging",
        returns=AlphaSenderResource,
        formats=("json",),
    )
    async def fetch_alpha_sender(self, call: Call, parameters: NoParameters) -> AlphaSenderResource:
        """Fetch an alphanumeric sender of the pool."""
        return shown_alpha_sender(await self.fetched(call), call.base_url)

    @operation(
        "DeleteAlphaSender",
        "DELETE",
        f"{ALPHA_SENDERS}/{{Sid}}",
        product="messaging",
        formats=("json",),
    )
    async def delete_alpha_sender(self, call: Call, parameters: NoParameters) -> None:
        """Take an alphanumeric sender out of the pool."""
        await self.deleted(call)


class ServiceDestinationAlphaSenders(PoolOperations):
    """Alphanumeric senders in the pool of a service, each for a country."""

    kind = "destination_alpha"

    @operation(
        "CreateDestinationAlphaSender",
        "POST",
        DESTINATION_ALPHA_SENDERS,
        product="messaging",
        parameters=CreateDestinationAlphaSenderParameters,
        returns=DestinationAlphaSenderResource,
        formats=("json",),
    )
    async def create_destination_alpha_sender(
        self, call: Call, parameters: CreateDestinationAlphaSenderParameters
    ) -> DestinationAlphaSenderResource:
        """Put an alphanumeric sender of a country into the pool."""
        added = await self.add_alpha(
            call, parameters.alpha_sender, parameters.iso_country_code or None
        )
        return shown_destination_alpha_sender(added, call.base_url)

    @operation(
        "ListDestinationAlphaSender",
        "GET",
        DESTINATION_ALPHA_SENDERS,
        product="messaging",
        parameters=ListDestinationAlphaSenderParameters,
        returns=DestinationAlphaSenderResource,
        list_key="alpha_senders",
        formats=("json",),
    )
    async def list_destination_alpha_sender(
        self, call: Call, parameters: ListDestinationAlphaSenderParameters
    ) -> RestPage:
        """List the alphanumeric senders by country of the pool, newest first."""
        return await self.listed(
            call,
            "alpha_senders",
            shown_destination_alpha_sender,
            iso_country=parameters.iso_country_code,
        )

    @operation(
        "FetchDestinationAlphaSender",
        "GET",
        f"{DESTINATION_ALPHA_SENDERS}/{{Sid}}",
        product="messaging",
        returns=DestinationAlphaSenderResource,
        formats=("json",),
    )
    async def fetch_destination_alpha_sender(
        self, call: Call, parameters: NoParameters
    ) -> DestinationAlphaSenderResource:
        """Fetch an alphanumeric sender of a country of the pool."""
        return shown_destination_alpha_sender(await self.fetched(call), call.base_url)

    @operation(
        "DeleteDestinationAlphaSender",
        "DELETE",
        f"{DESTINATION_ALPHA_SENDERS}/{{Sid}}",
        product="messaging",
        formats=("json",),
    )
    async def delete_destination_alpha_sender(self, call: Call, parameters: NoParameters) -> None:
        """Take an alphanumeric sender of a country out of the pool."""
        await self.deleted(call)
