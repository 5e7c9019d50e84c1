"""Which area codes a place means."""

from __future__ import annotations

import pytest

from trunkline.numbers.inventory import codes_of_type
from trunkline.numbers.near import LatLong, Near, codes_in, codes_near, miles_between
from trunkline.rest.errors import ApiError

LOCAL = codes_of_type("local")
SAN_FRANCISCO = (37.7749, -122.4194)
LOS_ANGELES = (34.0522, -118.2437)


def test_the_distance_of_two_cities() -> None:
    assert miles_between(SAN_FRANCISCO, LOS_ANGELES) == pytest.approx(347, abs=3)
    assert miles_between(SAN_FRANCISCO, SAN_FRANCISCO) == 0


def test_near_finds_the_codes_within_the_distance() -> None:
    near = codes_near(LOCAL, SAN_FRANCISCO, 25)
    assert {"415", "628", "510"} <= set(near)
    assert not {"408", "213", "206"} & set(near)
    assert "408" in codes_near(LOCAL, SAN_FRANCISCO, 50)
    assert codes_near(LOCAL, None, 500) == ()


@pytest.mark.parametrize(
    ("limit", "asked", "code"),
    [
        ("InRegion", "CA", "707"),
        ("InRegion", "ca", "415"),
        ("InRegion", "+14155550100", "213"),
        ("InPostalCode", "94103", "415"),
        ("InPostalCode", "94110", "415"),
        ("InPostalCode", "94103-1234", "415"),
        ("InPostalCode", "+14155550100", "628"),
        ("InLata", "722", "408"),
        ("InLata", "(415) 555-0100", "408"),
        ("InRateCenter", "snfc cntrl", "415"),
        ("InLocality", "San Francisco", "415"),
        ("InLocality", "+12065550100", "206"),
    ],
)
def test_a_place_by_its_name_or_by_a_number_in_it(limit: str, asked: str, code: str) -> None:
    found = codes_in(LOCAL, limit, asked)
    assert code in found
    assert len(found) < 100


@pytest.mark.parametrize(
    ("limit", "asked"),
    [
        ("InRegion", "ZZ"),
        ("InRegion", "+447700900123"),
        ("InPostalCode", "94"),
        ("InPostalCode", "SW1A 1AA"),
        ("InLocality", "Atlantis"),
        ("InLocality", "+447700900123"),
        ("InLata", "+19705550100"),  # no place is known for it
    ],
)
def test_nothing_lies_in_an_unknown_place(limit: str, asked: str) -> None:
    assert not codes_in(LOCAL, limit, asked)


def test_a_pair_of_degrees() -> None:
    assert LatLong().parse("NearLatLong", "37.840699,-122.461853") == (37.840699, -122.461853)
    assert LatLong().parse("NearLatLong", " 37 , -122 ") == (37, -122)


@pytest.mark.parametrize("raw", ["", "37", "37,", "91,0", "0,181", "a,b", "37;-122", "nan,nan"])
def test_what_is_no_pair_of_degrees_is_refused(raw: str) -> None:
    with pytest.raises(ApiError):
        LatLong().parse("NearLatLong", raw)


def test_near_wants_a_phone_number() -> None:
    assert Near().parse("NearNumber", "(415) 555-0100") == "+14155550100"
    with pytest.raises(ApiError):
        Near().parse("NearNumber", "San Francisco")
