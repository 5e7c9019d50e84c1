"""The facts of the table, as far as another source can confirm them."""

from __future__ import annotations

import phonenumbers

from trunkline.numbers.area_codes import (
    COUNTRY_OF_CODE,
    LOCAL_CODES,
    PLACE_OF_CODE,
    TOLL_FREE_CODES,
)


def test_libphonenumber_knows_each_area_code_as_american() -> None:
    for code in (*LOCAL_CODES, *TOLL_FREE_CODES):
        number = phonenumbers.parse(f"+1{code}2345678")
        assert phonenumbers.is_valid_number(number), code
        assert code in TOLL_FREE_CODES or phonenumbers.region_code_for_number(number) == "US", code


def test_libphonenumber_agrees_on_the_countries_behind_one() -> None:
    for code, country in COUNTRY_OF_CODE.items():
        example = phonenumbers.parse(f"+1{code}2345678")
        found = phonenumbers.region_code_for_number(example)
        assert found in (country, None), code


def test_no_area_code_stands_in_two_places() -> None:
    local, abroad, free = set(LOCAL_CODES), set(COUNTRY_OF_CODE), set(TOLL_FREE_CODES)
    assert len(local) == 359
    assert not local & abroad
    assert not local & free
    assert not abroad & free


def test_each_place_lies_in_the_state_of_its_area_code() -> None:
    assert len(PLACE_OF_CODE) > 150
    for code, place in PLACE_OF_CODE.items():
        assert LOCAL_CODES[code] == place.region
        assert 18 < place.latitude < 72
        assert -180 < place.longitude < -65
        assert len(place.postal_code) == 5
        assert len(place.lata) == 3
        assert len(place.rate_center) <= 10
