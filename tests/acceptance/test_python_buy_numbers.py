"""twilio-python searches numbers and buys them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.support.control import settle
from tests.support.platform import World
from tests.support.python_client import connect, raw, refusal, refused

PHONE = "+15558675309"


def owned(client: Client) -> set[str]:
    """The numbers that the account has."""
    return {str(each.phone_number) for each in client.incoming_phone_numbers.list()}


def test_buy_by_number(client: Client, platform: World) -> None:
    bought = client.incoming_phone_numbers.create(
        phone_number="+16505550123", friendly_name="Sales", sms_url="https://example.com/sms"
    )

    assert (bought.phone_number, bought.friendly_name) == ("+16505550123", "Sales")
    assert bought.sms_url == "https://example.com/sms"
    assert "+16505550123" in owned(client)
    message = client.messages.create(to=PHONE, from_="+16505550123", body="from Sales")
    settle(platform)
    assert client.messages(message.sid).fetch().status == "delivered"


def test_buy_by_number_as_people_write_it(client: Client) -> None:
    bought = client.incoming_phone_numbers.create(phone_number="(650) 555-0123")

    assert (bought.phone_number, bought.friendly_name) == ("+16505550123", "(650) 555-0123")


def test_buy_by_area_code(client: Client) -> None:
    first = client.incoming_phone_numbers.create(area_code="650")
    second = client.incoming_phone_numbers.create(area_code="650")

    assert str(first.phone_number).startswith("+1650")
    assert str(second.phone_number).startswith("+1650")
    assert first.phone_number != second.phone_number


def test_buy_a_toll_free_number(client: Client) -> None:
    by_code = client.incoming_phone_numbers.create(area_code="888")
    by_number = client.incoming_phone_numbers.toll_free.create("+18775550123")

    assert str(by_code.phone_number).startswith("+1888")
    assert by_number.phone_number == "+18775550123"
    assert len(client.incoming_phone_numbers.toll_free.list()) == 4


def test_buy_a_local_number(client: Client) -> None:
    bought = client.incoming_phone_numbers.local.create("+16505550123")

    assert bought.phone_number == "+16505550123"


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "neither": ({}, 21421, "A PhoneNumber or AreaCode is required"),
    "no number": ({"phone_number": "nonsense"}, 21421, "PhoneNumber is invalid: nonsense"),
    "no number of the US": (
        {"phone_number": "+11234567890"},
        21421,
        "PhoneNumber is invalid: +11234567890",
    ),
    "a number abroad": (
        {"phone_number": "+447700900123"},
        21422,
        "+447700900123 is not available.",
    ),
    "one's own number": (
        {"phone_number": "+14155550100"},
        21422,
        "+14155550100 is not available.",
    ),
    "no area code": ({"area_code": "12"}, 21451, "Area code 12 is invalid"),
    "a service code": ({"area_code": "911"}, 21451, "Area code 911 is invalid"),
    "an area code of nobody": (
        {"area_code": "999"},
        21452,
        "No phone numbers found in area code 999",
    ),
    "a wrong setting": (
        {"phone_number": "+16505550123", "sms_url": "nowhere"},
        21402,
        "SmsUrl is not valid: nowhere",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_purchases_that_are_refused(client: Client, platform: World, what: str) -> None:
    parameters, code, message = WRONG[what]
    with refused(400, code, message):
        client.incoming_phone_numbers.create(**parameters)
    assert owned(client) == set(platform.numbers)


def test_a_number_of_another_type(client: Client, platform: World) -> None:
    text = "{} is not of the type that this resource provides"
    with refused(400, 21458, text.format("+18775550123")):
        client.incoming_phone_numbers.local.create("+18775550123")
    with refused(400, 21458, text.format("+16505550123")):
        client.incoming_phone_numbers.toll_free.create("+16505550123")
    with refused(400, 21458, text.format("+16505550123")):
        client.incoming_phone_numbers.mobile.create("+16505550123")
    assert owned(client) == set(platform.numbers)


def test_of_two_buyers_one_gets_the_number(client: Client, platform: World) -> None:
    branch = client.api.accounts.create()
    # A client of its own for each: twilio-python's are not made to be shared by threads.
    buyers = [connect(platform) for _ in range(4)]
    buyers += [connect(platform, branch.sid, branch.auth_token) for _ in range(4)]

    def buy(buyer: Client) -> Any:
        try:
            return buyer.incoming_phone_numbers.create(phone_number="+16505550123").sid
        except TwilioRestException as error:
            return refusal(error)

    with ThreadPoolExecutor(len(buyers)) as threads:
        outcomes = list(threads.map(buy, buyers))

    bought = [each for each in outcomes if isinstance(each, str)]
    assert len(bought) == 1
    outcomes.remove(bought[0])
    assert set(outcomes) == {(400, 21422, "+16505550123 is not available.")}


def test_buyers_of_one_area_code_get_different_numbers(client: Client, platform: World) -> None:
    def buy(buyer: Client) -> str:
        return str(buyer.incoming_phone_numbers.create(area_code="628").phone_number)

    with ThreadPoolExecutor(8) as threads:
        bought = list(threads.map(buy, [connect(platform) for _ in range(8)]))

    assert len(set(bought)) == 8
    assert set(bought) <= owned(client)


def test_search_local_numbers(client: Client, platform: World) -> None:
    found = client.available_phone_numbers("US").local.list(area_code=415, limit=5)

    assert len(found) == 5
    for each in found:
        assert str(each.phone_number).startswith("+1415")
        assert each.phone_number not in platform.numbers
        assert (each.region, each.iso_country) == ("CA", "US")
        assert each.capabilities == {"voice": True, "SMS": True, "MMS": True}
        assert (each.address_requirements, each.beta) == ("none", False)


def test_search_toll_free_numbers(client: Client) -> None:
    found = client.available_phone_numbers("US").toll_free.list(limit=5)

    assert len(found) == 5
    for each in found:
        assert str(each.phone_number)[2:5] in ("800", "833", "844", "855", "866", "877", "888")
        assert (each.locality, each.region, each.postal_code) == (None, None, None)


def test_what_is_found_can_be_bought_and_is_then_no_longer_found(client: Client) -> None:
    found = client.available_phone_numbers("US").local.list(area_code=628, limit=3)

    client.incoming_phone_numbers.create(phone_number=found[0].phone_number)

    left = client.available_phone_numbers("US").local.list(area_code=628, limit=3)
    assert [each.phone_number for each in left][:2] == [each.phone_number for each in found][1:]


def test_search_by_pattern(client: Client) -> None:
    local = client.available_phone_numbers("US").local

    for each in local.list(contains="650555****", limit=5):
        assert str(each.phone_number).startswith("+1650555")
    for each in local.list(contains="STORM", limit=5):
        assert "78676" in str(each.phone_number)


def test_search_by_place(client: Client) -> None:
    local = client.available_phone_numbers("US").local

    assert {each.region for each in local.list(in_region="WA", limit=10)} == {"WA"}
    near = local.list(near_number="+14155550100", distance=10, limit=10)
    assert {each.region for each in near} == {"CA"}


def test_search_by_capability(client: Client) -> None:
    local = client.available_phone_numbers("US").local

    found = local.list(sms_enabled=False, area_code=415, limit=3)
    assert {str(each.phone_number)[:8] for each in found} == {"+1415950"}
    assert local.list(fax_enabled=True) == []


def test_the_answer_has_no_paging(client: Client, platform: World) -> None:
    path = f"/2010-04-01/Accounts/{platform.account_sid}/AvailablePhoneNumbers/US/Local.json"

    answer = raw(client, "GET", path)

    assert set(answer) == {"available_phone_numbers", "uri"}
    assert answer["uri"] == path
    assert len(answer["available_phone_numbers"]) == 30


def test_no_match_is_an_empty_answer(client: Client) -> None:
    assert client.available_phone_numbers("US").local.list(area_code=999) == []


@pytest.mark.parametrize(
    ("country", "kind"),
    [("GB", "local"), ("ZZ", "toll_free"), ("US", "mobile"), ("US", "national"), ("US", "voip")],
)
def test_what_is_not_sold(client: Client, platform: World, country: str, kind: str) -> None:
    resource = {
        "local": "Local",
        "toll_free": "TollFree",
        "mobile": "Mobile",
        "national": "National",
        "voip": "Voip",
    }[kind]
    path = (
        f"/2010-04-01/Accounts/{platform.account_sid}/AvailablePhoneNumbers/{country}"
        f"/{resource}.json"
    )
    with refused(404, 20404, f"The requested resource {path} was not found"):
        getattr(client.available_phone_numbers(country), kind).list()


def test_the_countries(client: Client) -> None:
    (country,) = client.available_phone_numbers.list()

    assert (country.country_code, country.country, country.beta) == ("US", "United States", False)
    assert set(country.subresource_uris) == {"local", "toll_free"}
    assert client.available_phone_numbers("US").fetch().country_code == "US"
