"""Numbers for sale, as their users see them."""

from __future__ import annotations

import pytest

from tests.unit.numbers.support import Numbers


async def search(
    numbers: Numbers, rest: str = "US/Local", **filters: str
) -> list[dict[str, object]]:
    path = numbers.path(f"AvailablePhoneNumbers/{rest}.json")
    answer = await numbers.client.get(path, **filters)
    assert answer.status == 200, answer.text
    # Without the keys of pages: the SDKs take the one key that is left for the items.
    assert set(answer.json) == {"available_phone_numbers", "uri"}
    assert answer.json["uri"] == path
    found: list[dict[str, object]] = answer.json["available_phone_numbers"]
    return found


async def test_a_local_number_for_sale(numbers: Numbers) -> None:
    [one] = await search(numbers, AreaCode="415", PageSize="1")
    number = str(one["phone_number"])
    assert one == {
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": True, "SMS": True, "MMS": True},
        "friendly_name": f"(415) {number[5:8]}-{number[8:]}",
        "iso_country": "US",
        "lata": "722",
        "latitude": "37.774900",
        "locality": "San Francisco",
        "longitude": "-122.419400",
        "phone_number": number,
        "postal_code": "94103",
        "rate_center": "SNFC CNTRL",
        "region": "CA",
    }


async def test_of_a_toll_free_number_no_place_is_known(numbers: Numbers) -> None:
    [one] = await search(numbers, "US/TollFree", PageSize="1")
    places = ("lata", "latitude", "locality", "longitude", "postal_code", "rate_center", "region")
    assert [one[key] for key in places] == [None] * 7


async def test_of_some_area_codes_the_state_alone_is_known(numbers: Numbers) -> None:
    [one] = await search(numbers, AreaCode="970", PageSize="1")
    assert (one["region"], one["locality"], one["latitude"]) == ("CO", None, None)


async def test_the_zip_code_that_was_asked_for_is_shown(numbers: Numbers) -> None:
    found = await search(numbers, InPostalCode="94110", PageSize="2")
    assert [one["postal_code"] for one in found] == ["94110", "94110"]
    found = await search(numbers, InPostalCode="+14155550100", PageSize="1")
    assert found[0]["postal_code"] == "94103"


async def test_a_number_that_was_bought_is_no_longer_offered(numbers: Numbers) -> None:
    offered = [str(one["phone_number"]) for one in await search(numbers, PageSize="3")]
    await numbers.bought(PhoneNumber=offered[0])
    left = [one["phone_number"] for one in await search(numbers, PageSize="2")]
    assert left == offered[1:]


@pytest.mark.parametrize("rest", ["US/Local", "US/TollFree"])
async def test_every_number_on_offer_can_be_bought(numbers: Numbers, rest: str) -> None:
    for one in await search(numbers, rest, PageSize="5"):
        bought = await numbers.bought(PhoneNumber=str(one["phone_number"]))
        assert bought["friendly_name"] == one["friendly_name"]


async def test_a_voice_only_number_is_offered_and_bought_as_such(numbers: Numbers) -> None:
    [one] = await search(numbers, SmsEnabled="false", PageSize="1")
    assert one["capabilities"] == {"voice": True, "SMS": False, "MMS": False}
    bought = await numbers.bought(PhoneNumber=str(one["phone_number"]))
    assert bought["capabilities"]["sms"] is False


@pytest.mark.parametrize(
    "rest",
    [
        "DE",
        "DE/Local",
        "US/Mobile",
        "US/National",
        "US/SharedCost",
        "US/Voip",
        "US/MachineToMachine",
        "US/Satellite",
        "%00/Local",
    ],
)
async def test_a_country_or_type_without_numbers_is_not_found(numbers: Numbers, rest: str) -> None:
    answer = await numbers.client.get(numbers.path(f"AvailablePhoneNumbers/{rest}.json"))
    assert (answer.status, answer.json["code"]) == (404, 20404)


async def test_the_countries(numbers: Numbers) -> None:
    path = numbers.path("AvailablePhoneNumbers.json")
    answer = (await numbers.client.get(path)).json
    assert set(answer) == {"countries", "uri"}
    [country] = answer["countries"]
    at = numbers.path("AvailablePhoneNumbers/US")
    assert country == {
        "beta": False,
        "country": "United States",
        "country_code": "US",
        "subresource_uris": {"local": f"{at}/Local.json", "toll_free": f"{at}/TollFree.json"},
        "uri": f"{at}.json",
    }
    assert (await numbers.client.get(f"{at}.json")).json == country
    assert (await numbers.client.get(numbers.path("AvailablePhoneNumbers/us.json"))).json == country


async def test_numbers_for_sale_in_xml(numbers: Numbers) -> None:
    text = (await numbers.client.get(numbers.path("AvailablePhoneNumbers/US/Local"))).text
    assert "<AvailablePhoneNumber><AddressRequirements>none</AddressRequirements>" in text
    assert "<SMS>true</SMS>" in text
    text = (await numbers.client.get(numbers.path("AvailablePhoneNumbers/US"))).text
    assert "<TwilioResponse><Country><Beta>" in text
