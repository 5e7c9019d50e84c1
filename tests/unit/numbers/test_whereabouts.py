"""What webhooks say of where a number is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trunkline.numbers.area_codes import COUNTRIES, LOCAL_CODES, PLACE_OF_CODE
from trunkline.numbers.whereabouts import NOWHERE, PROVINCE_OF_CODE, whereabouts


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+14155550100", ("US", "CA", "SAN FRANCISCO", "94103")),
        ("+19175550100", ("US", "NY", "NEW YORK", "10007")),
        ("+12025550100", ("US", "DC", "WASHINGTON", "20001")),
        ("+19075550100", ("US", "AK", "ANCHORAGE", "99501")),
        ("+12295550100", ("US", "GA", "", "")),
        ("+14165550100", ("CA", "ON", "", "")),
        ("+16045550100", ("CA", "BC", "", "")),
        ("+18675550100", ("CA", "", "", "")),
        ("+17875550100", ("PR", "", "", "")),
        ("+18765550100", ("JM", "", "", "")),
        ("+18005550100", ("US", "", "", "")),
        ("+18885550100", ("US", "", "", "")),
        ("+15558675309", ("US", "", "", "")),
    ],
)
def test_a_north_american_number_is_where_its_area_code_is(
    number: str, expected: tuple[str, ...]
) -> None:
    assert whereabouts(number) == expected


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+493012345678", "DE"),
        ("+447400123456", "GB"),
        ("+447781123456", "GG"),
        ("+79161234567", "RU"),
        ("+77011234567", "KZ"),
        ("+390612345678", "IT"),
        ("+5215512345678", "MX"),
        ("+972501234567", "IL"),
        ("+861012345678", "CN"),
        ("+490000000", "DE"),  # no valid number, but a German one
    ],
)
def test_a_number_abroad_is_in_its_country(number: str, country: str) -> None:
    assert whereabouts(number) == (country, "", "", "")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "12345",
        "911",
        "ACME",
        "14155550100",
        "whatsapp:+14155550100",
        "sip:+14155550100@example.com",
        "client:alice",
        "+1",
        "+1415555010",
        "+141555501000",
        "+11155550100",
        "+0155501000",
        "+80012345678",  # no country has it
        "+99912345678",
        "+4930123456789012345",
        "+٤٩٣٠١٢٣٤٥٦",
        "+14155550100\n",
        "+14155550100\x00",
    ],
)
def test_what_is_no_number_is_nowhere(address: str) -> None:
    assert whereabouts(address) == NOWHERE == ("", "", "", "")


def test_every_place_is_in_the_state_of_its_area_code() -> None:
    for code, place in PLACE_OF_CODE.items():
        found = whereabouts(f"+1{code}5550100")
        assert found == ("US", place.region, place.locality.upper(), place.postal_code)
        assert LOCAL_CODES[code] == place.region


def test_every_canadian_area_code_but_that_of_the_north_has_a_province() -> None:
    assert set(COUNTRIES["CA"].split()) - PROVINCE_OF_CODE.keys() == {"867"}
    assert PROVINCE_OF_CODE.keys() <= set(COUNTRIES["CA"].split())


def test_libphonenumber_is_not_loaded_for_north_american_numbers() -> None:
    script = (
        "import sys; from trunkline.numbers.whereabouts import whereabouts;"
        "whereabouts('+14155550100'); whereabouts('12345');"
        "assert 'phonenumbers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
