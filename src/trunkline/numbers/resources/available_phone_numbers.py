"""`/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers`: numbers that can be bought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from trunkline.numbers.area_codes import LOCAL_CODES
from trunkline.numbers.model import capabilities_of
from trunkline.numbers.north_america import national_format, place_of
from trunkline.numbers.own_numbers import OwnNumbers
from trunkline.numbers.search_numbers import SearchParameters, search_numbers, shown_postal_code
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, operation
from trunkline.rest.parameters import NoParameters

__all__ = ["AvailablePhoneNumberResource", "AvailablePhoneNumbers", "CountryResource"]

COUNTRIES = "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers"
COUNTRY = f"{COUNTRIES}/{{CountryCode}}"
KEY = "available_phone_numbers"


class AvailableCapabilities(msgspec.Struct, frozen=True):
    """What a number can do: here, and only here, Twilio writes two of them in capitals (7.1)."""

    voice: bool
    sms: bool = msgspec.field(name="SMS")
    mms: bool = msgspec.field(name="MMS")


class AvailablePhoneNumberResource(msgspec.Struct, frozen=True, kw_only=True):
    """A number that can be bought. Of a toll-free number, no place is known."""

    address_requirements: str = "none"
    beta: bool = False
    capabilities: AvailableCapabilities
    friendly_name: str
    iso_country: str = "US"
    lata: str | None
    latitude: str | None
    locality: str | None
    longitude: str | None
    phone_number: str
    postal_code: str | None
    rate_center: str | None
    region: str | None


class SubresourceUris(msgspec.Struct, frozen=True):
    """Where the numbers of each type are."""

    local: str
    toll_free: str


class CountryResource(msgspec.Struct, frozen=True, kw_only=True):
    """A country that has numbers for sale."""

    xml_name: ClassVar[str] = "Country"

    beta: bool = False
    country: str
    country_code: str
    subresource_uris: SubresourceUris
    uri: str


class AvailablePhoneNumbers:
    """What can be bought, by country and type of number. The United States, for now."""

    def __init__(self, own_numbers: OwnNumbers) -> None:
        self._own_numbers = own_numbers

    @operation(
        "ListAvailablePhoneNumberCountry",
        "GET",
        COUNTRIES,
        returns=CountryResource,
        list_key="countries",
        paged=False,
    )
    async def list_available_phone_number_country(
        self, call: Call, parameters: NoParameters
    ) -> Sequence[CountryResource]:
        """List the countries that have numbers for sale."""
        return [united_states(call.account.sid)]

    @operation("FetchAvailablePhoneNumberCountry", "GET", COUNTRY, returns=CountryResource)
    async def fetch_available_phone_number_country(
        self, call: Call, parameters: NoParameters
    ) -> CountryResource:
        """Fetch a country that has numbers for sale."""
        _known_country(call)
        return united_states(call.account.sid)

    @operation(
        "ListAvailablePhoneNumberLocal",
        "GET",
        f"{COUNTRY}/Local",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_local(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search local numbers."""
        return self._search(call, parameters, "local")

    @operation(
        "ListAvailablePhoneNumberTollFree",
        "GET",
        f"{COUNTRY}/TollFree",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_toll_free(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search toll-free numbers."""
        return self._search(call, parameters, "tollfree")

    @operation(
        "ListAvailablePhoneNumberMobile",
        "GET",
        f"{COUNTRY}/Mobile",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_mobile(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search mobile numbers: no country has any."""
        raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "ListAvailablePhoneNumberNational",
        "GET",
        f"{COUNTRY}/National",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_national(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search national numbers: no country has any."""
        raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "ListAvailablePhoneNumberSharedCost",
        "GET",
        f"{COUNTRY}/SharedCost",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_shared_cost(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search shared-cost numbers: no country has any."""
        raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "ListAvailablePhoneNumberVoip",
        "GET",
        f"{COUNTRY}/Voip",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_voip(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search VoIP numbers: no country has any."""
        raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "ListAvailablePhoneNumberMachineToMachine",
        "GET",
        f"{COUNTRY}/MachineToMachine",
        parameters=SearchParameters,
        returns=AvailablePhoneNumberResource,
        list_key=KEY,
        paged=False,
    )
    async def list_available_phone_number_machine_to_machine(
        self, call: Call, parameters: SearchParameters
    ) -> Sequence[AvailablePhoneNumberResource]:
        """Search machine-to-machine numbers: no country has any."""
        raise catalogue.NOT_FOUND(path=call.resource)

    def _search(
        self, call: Call, asked: SearchParameters, number_type: str
    ) -> Sequence[AvailablePhoneNumberResource]:
        _known_country(call)
        world_id = call.account.world_id

        def taken(number: str) -> bool:
            return self._own_numbers.find(world_id, number) is not None

        numbers = search_numbers(world_id, number_type, asked, taken)
        return [available(number, asked) for number in numbers]


def available(number: str, asked: SearchParameters) -> AvailablePhoneNumberResource:
    """A number of the inventory as a search shows it."""
    can = capabilities_of(number)
    place = place_of(number)
    return AvailablePhoneNumberResource(
        capabilities=AvailableCapabilities(can.voice, can.sms, can.mms),
        friendly_name=national_format(number),
        lata=place.lata if place else None,
        latitude=f"{place.latitude:.6f}" if place else None,
        locality=place.locality if place else None,
        longitude=f"{place.longitude:.6f}" if place else None,
        phone_number=number,
        postal_code=shown_postal_code(asked, place.postal_code if place else None),
        rate_center=place.rate_center if place else None,
        region=LOCAL_CODES.get(number[2:5]),
    )


def united_states(account_sid: str) -> CountryResource:
    """The one country, with the links of an account."""
    at = f"/2010-04-01/Accounts/{account_sid}/AvailablePhoneNumbers/US"
    return CountryResource(
        country="United States",
        country_code="US",
        subresource_uris=SubresourceUris(f"{at}/Local.json", f"{at}/TollFree.json"),
        uri=f"{at}.json",
    )


def _known_country(call: Call) -> None:
    if call.path["CountryCode"].upper() != "US":
        raise catalogue.NOT_FOUND(path=call.resource)
