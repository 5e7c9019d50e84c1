"""The filters of a search, each alone and together."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from trunkline.numbers.search_numbers import SearchParameters, search_numbers
from trunkline.rest.errors import ApiError
from trunkline.rest.parameters import bind


def search(number_type: str = "local", **filters: str) -> list[str]:
    form: Mapping[str, list[str]] = {name: [value] for name, value in filters.items()}
    return search_numbers("seed", number_type, bind(SearchParameters, form), lambda _: False)


def codes(numbers: list[str]) -> set[str]:
    return {number[2:5] for number in numbers}


def test_thirty_numbers_are_offered_where_nothing_else_is_asked() -> None:
    assert len(search()) == 30
    assert len(search("tollfree")) == 30


def test_a_page_has_the_size_that_was_asked_for_up_to_a_thousand() -> None:
    assert len(search(PageSize="3")) == 3
    assert len(search(PageSize="1000000000")) == 1000


def test_the_second_page_goes_on_where_the_first_ended() -> None:
    both = search(PageSize="20")
    assert search(PageSize="10", Page="1") == both[10:]
    assert search(PageSize="1000", Page="1000000") == []


def test_an_area_code_limits_the_search() -> None:
    assert codes(search(AreaCode="415")) == {"415"}
    assert codes(search("tollfree", AreaCode="888")) == {"888"}


@pytest.mark.parametrize(
    ("number_type", "filters"),
    [
        ("local", {"AreaCode": "999"}),
        ("local", {"AreaCode": "800"}),
        ("tollfree", {"AreaCode": "415"}),
        ("tollfree", {"InRegion": "CA"}),
        ("tollfree", {"NearNumber": "+14155550100"}),
        ("local", {"VoiceEnabled": "false"}),
        ("local", {"FaxEnabled": "true"}),
        ("local", {"SmsEnabled": "true", "MmsEnabled": "false"}),
        ("local", {"InLata": "722", "InRegion": "NY"}),
        ("local", {"NearLatLong": "0,0"}),
        ("local", {"Contains": "+4420"}),
    ],
)
def test_a_search_that_nothing_satisfies_is_empty(
    number_type: str, filters: Mapping[str, str]
) -> None:
    assert search(number_type, **filters) == []


def test_numbers_that_cannot_text_are_found_by_asking_for_them() -> None:
    assert {number[5:8] for number in search(SmsEnabled="false")} == {"950"}
    assert "950" not in {number[5:8] for number in search(SmsEnabled="true", MmsEnabled="true")}


def test_a_pattern_and_a_region_together() -> None:
    found = search(Contains="STORM", InRegion="CA")
    assert len(found) == 30
    assert all("78676" in number for number in found)


def test_near_a_number_and_near_a_point_find_the_same_places() -> None:
    by_number = search(NearNumber="+14155550100", Distance="10", PageSize="200")
    by_point = search(NearLatLong="37.7749,-122.4194", Distance="10", PageSize="200")
    assert by_number == by_point
    assert codes(by_number) == {"415", "628", "510", "341"}


def test_a_rate_centre_needs_its_lata() -> None:
    with pytest.raises(ApiError) as refusal:
        search(InRateCenter="SNFC CNTRL")
    assert (refusal.value.status, refusal.value.code) == (400, 20422)
    assert codes(search(InRateCenter="SNFC CNTRL", InLata="722")) == {"415", "628"}


def test_filters_that_a_form_left_blank_count_as_absent() -> None:
    names = (
        "AreaCode Contains SmsEnabled MmsEnabled VoiceEnabled FaxEnabled Beta NearNumber "
        "NearLatLong Distance InPostalCode InRegion InRateCenter InLata InLocality PageSize Page "
        "PageToken"
    )
    assert search(**dict.fromkeys(names.split(), "")) == search()


def test_what_every_number_satisfies_changes_nothing() -> None:
    filters = {
        "ExcludeAllAddressRequired": "true",
        "ExcludeLocalAddressRequired": "true",
        "ExcludeForeignAddressRequired": "true",
        "Beta": "false",
        "VoiceEnabled": "true",
    }
    assert search(**filters) == search()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("AreaCode", "abc", 20422),
        ("AreaCode", "41", 20422),
        ("Contains", "1", 20422),
        ("SmsEnabled", "maybe", 20422),
        ("NearNumber", "here", 20422),
        ("NearLatLong", "here", 20422),
        ("Distance", "501", 20422),
        ("Distance", "-1", 20422),
        ("PageSize", "0", 20422),
        ("PageSize", "-1", 20422),
        ("Page", "-1", 20422),
        ("PageToken", "PAPN" + "0" * 32, 21481),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(name: str, value: str, code: int) -> None:
    with pytest.raises(ApiError) as refusal:
        search(**{name: value})
    assert (refusal.value.status, refusal.value.code) == (400, code)
